"""What is published, and whether that generation passed. generations.py publishes."""

from __future__ import annotations

import json
from typing import Any

from gan.runtime.errors import InvalidInput
from gan.store.artifacts import ArtifactStore
from gan.store.layout import generation_key, published_key

REPORT = "report.json"


def generation_name(digest: str) -> str:
    """A generation is named after the digest of its inputs: made again, it is the same one."""
    return digest[:12]


def read_report(store: ArtifactStore, machine_id: str, generation: str) -> dict[str, Any] | None:
    """A generation's validation report, or None without a report on the files as they are now."""
    group = generation_key(machine_id, generation)
    try:
        report: dict[str, Any] = json.loads(store.read(group + REPORT))
        files = {str(name): sha for name, sha in dict(report["files"]).items()}
        same = bool(files) and all(store.digest(group + name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, TypeError, RecursionError, InvalidInput):
        return None
    return report if same else None


def is_validated(store: ArtifactStore, machine_id: str, generation: str) -> bool:
    """Whether a generation passed validation and is still what was validated."""
    report = read_report(store, machine_id, generation)
    return report is not None and report.get("verdict") in ("pass", "warn")


def has_failed(store: ArtifactStore, machine_id: str, generation: str) -> bool:
    """Whether a generation did not pass validation."""
    report = read_report(store, machine_id, generation)
    return report is not None and report.get("verdict") == "fail"


def is_published(store: ArtifactStore, machine_id: str) -> bool:
    """Whether a validated data set is published."""
    current = store.published(machine_id)
    return current is not None and is_validated(store, machine_id, current)


def show_unvalidated(store: ArtifactStore, machine_id: str, generation: str) -> bool:
    """For work by hand: publishes a generation unless that would hide a validated one or a person's own folder.

    One that is known to have failed is not shown.
    """
    current = store.published(machine_id)
    if has_failed(store, machine_id, generation):
        return current == generation
    foreign = current is None and bool(store.keys(published_key(machine_id, "")))
    if foreign or is_published(store, machine_id):
        return current == generation
    store.publish(machine_id, generation)
    return True
