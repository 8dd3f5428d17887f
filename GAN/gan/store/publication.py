"""What is published: a link to a generation, and whether that generation passed. generations.py switches it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from gan.store.files import Paths, sha256_of, switch_link

REPORT = "report.json"


def generation_folder(paths: Paths, machine_id: str, digest: str) -> Path:
    """A generation is named after the digest of its inputs: made again, it is the same one."""
    return paths.generations(machine_id) / digest[:12]


def current_generation(paths: Paths, machine_id: str) -> Path | None:
    """The generation that is published, or None."""
    link = paths.published(machine_id)
    return link.resolve() if link.is_symlink() and link.exists() else None


def read_report(generation: Path) -> dict[str, Any] | None:
    """A generation's validation report, or None without one of the files as they are now."""
    try:
        report: dict[str, Any] = json.loads((generation / REPORT).read_text("utf-8"))
        files = {str(name): sha for name, sha in dict(report["files"]).items()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    same = bool(files) and all(
        (generation / n).is_file() and sha256_of(generation / n) == sha for n, sha in files.items()
    )
    return report if same else None


def is_validated(generation: Path) -> bool:
    """Whether a generation passed validation and is still what was validated."""
    report = read_report(generation)
    return report is not None and report.get("verdict") in ("pass", "warn")


def is_published(paths: Paths, machine_id: str) -> bool:
    """Whether a validated data set is published."""
    current = current_generation(paths, machine_id)
    return current is not None and is_validated(current)


def show_unvalidated(paths: Paths, machine_id: str, generation: Path) -> bool:
    """For work by hand: points the link at a generation where nothing validated, and no plain folder, is lost by it."""
    link = paths.published(machine_id)
    if is_published(paths, machine_id) or (link.exists() and not link.is_symlink()):
        return current_generation(paths, machine_id) == generation.resolve()
    switch_link(link, generation)
    return True


def make_way(paths: Paths, machine_id: str) -> None:
    """A plain folder where the link is to be was put there by someone: it is moved aside, not overwritten."""
    link = paths.published(machine_id)
    if link.is_dir() and not link.is_symlink():
        os.replace(link, link.with_name(f"{machine_id}.found-{int(time.time())}"))
