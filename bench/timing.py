"""Runs a program on chosen CPUs, one thread a library, and takes its times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1")


class ProgramFailed(RuntimeError):
    """A program that is measured failed; the message is the end of what it said."""


@dataclass(frozen=True)
class Ran:
    """A process from start to end, seconds: wall, and processor of it and the children that it waited for."""

    wall_s: float
    cpu_s: float
    status: int
    stdout: str

    def last_json(self) -> dict[str, Any]:
        """The last line that it printed."""
        line: dict[str, Any] = json.loads(self.stdout.strip().splitlines()[-1])
        return line


def run(command: Sequence[str], cpus: int, env: Mapping[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Ran:
    """Runs a command on the first so many CPUs this process may use (where the system can pin) and waits for it.

    Raises ProgramFailed for an exit status that is not allowed.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=_pin(cpus),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        stdout = out.read().decode()
        if process.returncode not in allowed:
            said = "\n".join((stdout + err.read().decode()).splitlines()[-15:])
            raise ProgramFailed(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
        return Ran(wall, usage.ru_utime + usage.ru_stime, process.returncode, stdout)


def _pin(cpus: int) -> Callable[[], None] | None:
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = sorted(os.sched_getaffinity(0))[-cpus:]
    return lambda: os.sched_setaffinity(0, chosen)


def python(script: str, *args: str) -> Ran:
    """Runs a Python program of this project on one CPU, one thread."""
    return run([sys.executable, script, *args], 1, THREADS)


@dataclass(frozen=True)
class Training:
    """work: from the seed's file to the model's; start: the process around it, imports above all. Seconds."""

    work_wall_s: float
    work_cpu_s: float
    start_wall_s: float
    model: Path


def train(synthesizer: str, root: Path, machine_id: str, epochs: int, batch_size: int) -> Training:
    """One training in a process of its own."""
    model = root / f"{machine_id}.{synthesizer}.{epochs}.model"
    args = {
        "synthesizer": synthesizer,
        "root": root,
        "machine_id": machine_id,
        "epochs": epochs,
        "batch_size": batch_size,
        "model": model,
    }
    ran = python("bench/contestant.py", *(part for k, v in args.items() for part in (f"--{k}", str(v))))
    told = ran.last_json()
    return Training(told["wallS"], told["cpuS"], ran.wall_s - told["wallS"], model)
