"""What the tests share: small machines made by code, data roots to work in, scripts run as a person or an activity does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = "GAN/scripts"
# A script's events, as the TypeScript side reads them.
EVENTS = Draft202012Validator(json.loads((PROJECT / "contracts/events.schema.json").read_text("utf-8")))

CREATE = f"{SCRIPTS}/create_metadata.py"
SEED = f"{SCRIPTS}/generate_seed_from_profile.py"
CHECK_SEED = f"{SCRIPTS}/validate_temporal_seed_data.py"
TRAIN = f"{SCRIPTS}/train_tvae_machine.py"
SAMPLE = f"{SCRIPTS}/generate_synthetic_data.py"
VALIDATE = "GAN/validate_new_machine.py"
PUBLISH = f"{SCRIPTS}/publish_dataset.py"
HEALTH = f"{SCRIPTS}/validate_all_models.py"
PLAN = f"{SCRIPTS}/plan.py"

# The machine that has been through its chain, in the fixtures `made_once` and `made`.
MADE = "pump_made"
# The chain by hand, small: a few seconds.
CHAIN: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CREATE, ()),
    (SEED, ("--num_samples", "1500")),
    (CHECK_SEED, ()),
    (TRAIN, ("--epochs", "3")),
    (SAMPLE, ("--num_samples", "2000")),
    (VALIDATE, ()),
    (PUBLISH, ()),
)


def sensor(name: str, normal: float, warning: float, trip: float, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "unit": "u",
        "type": "numerical",
        "physical_min": 0,
        "physical_max": 4 * trip,
        "normal": normal,
        "warning": warning,
        "trip": trip,
        "noise_std": normal / 50,
        "drift_std": normal / 100,
        "load_gain": normal / 10,
        **changes,
    }


def machine_config(machine_id: str, **changes: Any) -> dict[str, Any]:
    """A small but complete configuration; `changes` replaces fields."""
    return {
        "machine_id": machine_id,
        "machine_type": "pump",
        "manufacturer": "Test",
        "model": "T1",
        "description": "a pump of the tests",
        "sampling_interval_minutes": 60,
        "sensors": [sensor("vibration", 2, 5, 8), sensor("temperature", 50, 70, 90)],
        "operational_parameters": {"rated_power_kw": 5},
        "failure_modes": [_mode("bearing_wear", "vibration", 0.6), _mode("seal_leak", "temperature", 0.4)],
        "operating": {
            "regimes": [{"name": "rated", "load": 0.9, "share": 1, "mean_dwell_hours": 50}],
            "ambient_mean_c": 20,
            "ambient_daily_swing_c": 2,
        },
        "wear": {"max_rul_hours": 100},
        **changes,
    }


def _mode(name: str, moved: str, probability: float) -> dict[str, Any]:
    effects = [{"sensor": moved, "direction": "up", "strength": 0.9, "onset": 0.2}]
    return {"name": name, "probability": probability, "effects": effects}


@dataclass(frozen=True)
class Ran:
    """A script's run: its exit status, what it printed, and its events if it printed those."""

    code: int
    stdout: str
    stderr: str
    events: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def last(self) -> Mapping[str, Any]:
        return self.events[-1]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


@dataclass(frozen=True)
class Root:
    """A data root of a test's own."""

    path: Path

    def make(self, machine_id: str) -> dict[str, Ran]:
        """Takes a new machine through its chain and gives back what each script printed."""
        self.add(machine_id)
        ran = {script: self.run(script, "--machine_id", machine_id, *args) for script, args in CHAIN}
        assert all(done.code == 0 for done in ran.values()), ran
        return ran

    def add(self, machine_id: str, **changes: Any) -> str:
        """Puts a machine's configuration into the fleet and gives its id back."""
        folder = self.path / "fleet"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{machine_id}.json").write_text(json.dumps(machine_config(machine_id, **changes)), "utf-8")
        return machine_id

    def run(self, script: str, *args: str) -> Ran:
        """Runs a script as an activity does, but unsupervised: JSON events, each checked against the contract."""
        done = self._finish(script, "--progress", "json", *args)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        for event in events:
            EVENTS.validate(event)
        return Ran(done.returncode, done.stdout, done.stderr, events)

    def by_hand(self, script: str, *args: str) -> Ran:
        """Runs a script as a person does: text."""
        done = self._finish(script, *args)
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, script: str, *args: str, **options: Any) -> subprocess.Popen[str]:
        """Starts a script in a process group of its own; its output is read line by line."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(
            self.command(script, *args), cwd=PROJECT, env=environment(), text=True, start_new_session=True, **options
        )

    def command(self, script: str, *args: str) -> list[str]:
        return [sys.executable, script, "--root", str(self.path), *args]

    def _finish(self, script: str, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(script, *args),
            cwd=PROJECT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def files(self) -> dict[str, bytes]:
        """Every file by its path, but locks; links are named, not followed."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and not path.is_symlink() and path.parent.name != "locks"
        }


def environment() -> dict[str, str]:
    """One thread a process, as the activities set it."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **threads, "CUDA_VISIBLE_DEVICES": ""}
