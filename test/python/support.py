"""What the tests share: small machines made by code, data roots to work in, scripts run as people or activities do."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gan.store.layout import Kind, key_of
from gan.store.local import LocalStore

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = "GAN/scripts"
# A script's events, as the TypeScript side reads them.
EVENTS = Draft202012Validator(json.loads((PROJECT / "contracts/generated/events.schema.json").read_text("utf-8")))

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


def machine_config(machine_id: str, /, **changes: Any) -> dict[str, Any]:
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

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.path)

    def file(self, kind: Kind, machine_id: str) -> Path:
        """Where an artifact lies."""
        return self.path / key_of(kind, machine_id)

    def add(self, machine_id: str, **changes: Any) -> str:
        """Puts a machine's configuration into the fleet and gives its id back."""
        folder = self.path / "fleet"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{machine_id}.json").write_text(json.dumps(machine_config(machine_id, **changes)), "utf-8")
        return machine_id

    def run(self, script: str, *args: str) -> Ran:
        """Runs a script as an activity does, but unsupervised: JSON events, each checked against the contract."""
        done = self._finish(script, "--progress", "json", *args)
        return Ran(done.returncode, done.stdout, done.stderr, _events(done.stdout))

    def call(self, script: str, *args: str) -> Ran:
        """The same in this process: starting an interpreter takes a hundred times as long as the refusal."""
        ran = self.ask(script, "--progress", "json", *args)
        return Ran(ran.code, ran.stdout, ran.stderr, _events(ran.stdout))

    def ask(self, script: str, *args: str) -> Ran:
        """Runs a script as a person does, in this process."""
        out, err = io.StringIO(), io.StringIO()
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        before = sys.argv, sys.path
        sys.argv, sys.path = [script, "--root", str(self.path), *args], [str(PROJECT / SCRIPTS), *sys.path]
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                runpy.run_path(str(PROJECT / script), run_name="__main__")
        finally:
            sys.argv, sys.path = before
            signal.set_wakeup_fd(-1)
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    def by_hand(self, script: str, *args: str) -> Ran:
        """Runs a script as a person does: text."""
        done = self._finish(script, *args)
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, script: str, *args: str, **options: Any) -> subprocess.Popen[str]:
        """Starts a script in a process group of its own; its output is read line by line."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(
            self.command(script, *args), cwd=PROJECT, env=ENVIRONMENT, text=True, start_new_session=True, **options
        )

    def command(self, script: str, *args: str) -> list[str]:
        return [sys.executable, script, "--root", str(self.path), *args]

    def _finish(self, script: str, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(script, *args),
            cwd=PROJECT,
            env=ENVIRONMENT,
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


def _events(stdout: str) -> list[dict[str, Any]]:
    """Every line is an event, as the contract has them, and nothing else is printed."""
    events: list[dict[str, Any]] = [json.loads(line) for line in stdout.splitlines()]
    for event in events:
        EVENTS.validate(event)
    return events


# One thread a process, and no GPU: what the activities and the lock files say of the bytes holds for these.
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
ENVIRONMENT = {**os.environ, **THREADS, "CUDA_VISIBLE_DEVICES": ""}
