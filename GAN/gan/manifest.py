"""Per machine, where each artifact comes from: digests, parameters, code version, random seed, fleet run.

A step is current when the digest of its inputs is the one in the manifest and its outputs are on disk as they were made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from gan.events import Result
from gan.files import Paths, sha256_of, write_whole

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Inputs:
    """All that decides a step's outputs. files: name → sha256 of what it reads."""

    step: str
    parameters: Mapping[str, Any]
    files: Mapping[str, str]
    code_version: str

    @property
    def digest(self) -> str:
        text = json.dumps([self.step, dict(self.parameters), dict(self.files), self.code_version], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def code_version(modules: tuple[str, ...]) -> str:
    """Digest of the sources that a step's outputs depend on."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update((_PACKAGE / f"{module}.py").read_bytes())
    return digest.hexdigest()[:12]


class Manifest:
    """The manifest of one machine."""

    def __init__(self, paths: Paths, machine_id: str) -> None:
        self._paths = paths
        self._path = paths.manifest(machine_id)
        self._machine_id = machine_id
        self._steps: dict[str, Any] = self._read()

    def step(self, step: str) -> dict[str, Any] | None:
        """The record of a step that was done, or None."""
        record: dict[str, Any] | None = self._steps.get(step)
        return record

    def stale(self, inputs: Inputs) -> str | None:
        """Why a step must run, or None when it is current."""
        record = self.step(inputs.step)
        if record is None:
            return "never made"
        if record["inputsDigest"] != inputs.digest:
            return _difference(record, inputs)
        for output in record["outputs"]:
            path = self._paths.root / output["path"]
            if not path.is_file():
                return f"{output['path']} is missing"
            if path.stat().st_size != output["bytes"] or sha256_of(path) != output["sha256"]:
                return f"{output['path']} was changed"
        return None

    def record(self, inputs: Inputs, result: Result, *, seconds: float, fleet_run: str | None) -> None:
        """Writes that a step was done."""
        self._steps[inputs.step] = {
            "inputsDigest": inputs.digest,
            "inputs": {"files": dict(inputs.files)},
            "codeVersion": inputs.code_version,
            "parameters": dict(inputs.parameters),
            "outputs": [output.to_json() for output in result.outputs],
            "metrics": dict(result.metrics),
            "verdict": result.verdict,
            "summary": result.summary,
            "finishedAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "durationSeconds": round(seconds, 3),
            "fleetRun": fleet_run,
        }
        text = json.dumps({"machineId": self._machine_id, "steps": self._steps}, indent=2)
        write_whole(self._path, text.encode())

    def _read(self) -> dict[str, Any]:
        try:
            steps = json.loads(self._path.read_text("utf-8"))["steps"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # Without a readable manifest nothing is current: the steps run again and write it anew.
            return {}
        return steps if isinstance(steps, dict) else {}


def _difference(record: Mapping[str, Any], inputs: Inputs) -> str:
    for name, value in inputs.parameters.items():
        before = record["parameters"].get(name)
        if before != value:
            return f"{name} changed from {before} to {value}"
    for name, digest in inputs.files.items():
        if record["inputs"]["files"].get(name) != digest:
            return f"{name} changed"
    return "the code changed" if record["codeVersion"] != inputs.code_version else "its inputs changed"
