"""Per machine, where each artifact comes from: digests, parameters, step version, random seed, fleet run; and which
run made and published each generation of its data set (generations.py).

A step is current when the digest of its inputs is the one in the manifest and its outputs are unchanged on disk.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from gan.runtime.events import Result
from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of
from gan.store.staleness import Stale

# What every record of a step has; a record without it was not written by this project.
_OF_A_STEP = {"inputsDigest", "inputs", "parameters", "outputs", "metrics", "verdict", "summary", "durationSeconds"}


@dataclass(frozen=True)
class Inputs:
    """All that decides a step's outputs. files: name → sha256 of what it reads. version: the step's declared one.

    work: what the step's work is called in messages; it decides nothing.
    """

    step: str
    parameters: Mapping[str, Any]
    files: Mapping[str, str]
    version: str
    work: str

    @property
    def digest(self) -> str:
        text = json.dumps([self.step, dict(self.parameters), dict(self.files), self.version], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class Manifest:
    """The manifest of one machine."""

    def __init__(self, store: ArtifactStore, machine_id: str) -> None:
        self._store = store
        self._key = key_of("manifest", machine_id)
        self._machine_id = machine_id
        self._steps: dict[str, Any] = {}
        self._generations: dict[str, Any] = {}
        self._read()

    def step(self, step: str) -> dict[str, Any] | None:
        """The record of a completed step, or None."""
        record: dict[str, Any] | None = self._steps.get(step)
        return record

    def steps(self) -> dict[str, dict[str, Any]]:
        """The records of all completed steps, by step."""
        return copy.deepcopy(self._steps)

    def stale(self, inputs: Inputs) -> Stale | None:
        """Why a step must run, or None when it is current."""
        record = self.step(inputs.step)
        if record is None:
            return Stale("neverMade")
        if record.get("inputsDigest") != inputs.digest:
            return _difference(record, inputs)
        for output in record["outputs"]:
            stat = self._store.stat(output["path"])
            if stat is None:
                return Stale("outputMissing", path=output["path"])
            if stat.bytes != output["bytes"] or self._store.digest(output["path"]) != output["sha256"]:
                return Stale("outputChanged", path=output["path"])
        return None

    def record(self, inputs: Inputs, result: Result, *, seconds: float, fleet_run: str | None) -> None:
        """Records a completed step."""
        self._read()  # The step's own work may have written meanwhile: what it noted about its generation stays.
        self._steps[inputs.step] = {
            "inputsDigest": inputs.digest,
            "inputs": {"files": dict(inputs.files)},
            "version": inputs.version,
            "parameters": dict(inputs.parameters),
            "outputs": [output.to_json() for output in result.outputs],
            "metrics": dict(result.metrics),
            "verdict": result.verdict,
            "summary": result.summary,
            "finishedAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "durationSeconds": round(seconds, 3),
            "fleetRun": fleet_run,
        }
        self._write()

    def generations(self) -> dict[str, dict[str, Any]]:
        """What is known of each generation, by its name. The caller may change it: it is a copy."""
        return copy.deepcopy(self._generations)

    def note_generations(self, generations: Mapping[str, Mapping[str, Any]]) -> None:
        """Replaces what is known of the generations."""
        self._read()
        self._generations = {name: dict(record) for name, record in generations.items()}
        self._write()

    def _write(self) -> None:
        body = {"machineId": self._machine_id, "steps": self._steps, "generations": self._generations}
        self._store.write(self._key, json.dumps(body, indent=2).encode())

    def _read(self) -> None:
        try:
            body = json.loads(self._store.read(self._key))
        except (FileNotFoundError, ValueError, RecursionError):
            # Without a readable manifest nothing is current: the steps run again and rewrite it.
            body = {}
        self._steps = {name: one for name, one in _records(body, "steps").items() if one.keys() >= _OF_A_STEP}
        self._generations = _records(body, "generations")


def _records(body: Any, key: str) -> dict[str, Any]:
    """The records under a key. In a damaged or hand-written file, what is no record counts as missing."""
    return {name: record for name, record in _mapping(body, key).items() if isinstance(record, dict)}


def _mapping(body: Any, key: str) -> dict[str, Any]:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def _difference(record: Mapping[str, Any], inputs: Inputs) -> Stale:
    """The first difference. A manifest of 0.1.0 has a digest of sources, `codeVersion`, and no version."""
    before = _mapping(record, "parameters")
    for name in (*inputs.parameters, *before):
        if before.get(name) != inputs.parameters.get(name):
            return Stale("parameter", name, before.get(name), inputs.parameters.get(name))
    files = _mapping(_mapping(record, "inputs"), "files")
    for name in (*inputs.files, *files):
        if files.get(name) != inputs.files.get(name):
            return Stale("input", name, _short(files.get(name)), _short(inputs.files.get(name)))
    return Stale("version", inputs.work, record.get("version"), inputs.version)


def _short(digest: str | None) -> str | None:
    return None if digest is None else digest[:12]
