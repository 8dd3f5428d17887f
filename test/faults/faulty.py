"""Runs a script of the project as Python itself would, but paced, traced and with faults: the tests' interpreter.

`faulty.py FOLDER PACE script args…`. Every file of FOLDER/faults is a fault: at the chosen call of a chosen script the
process is killed, hangs, or gets an error. Before a fault strikes its file is removed, so that the next attempt
passes; one that is `lasting` stays until the test removes it. Each progress takes PACE seconds longer, and
FOLDER/trace.jsonl tells what happened when. The project's own code knows nothing of all this.
"""

from __future__ import annotations

import errno
import fnmatch
import json
import os
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

FOLDER, PACE, SCRIPT = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
ERRORS = {"disk full": errno.ENOSPC, "read-only": errno.EROFS}
SIGNALS = {"kill": signal.SIGKILL, "segfault": signal.SIGSEGV, "hang": signal.SIGSTOP}


def main() -> None:
    sys.argv = sys.argv[3:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(SCRIPT)))
    sys.path.insert(1, os.path.join(os.getcwd(), "GAN"))
    trace("start")
    watch_progress()
    for file in sorted((FOLDER / "faults").glob("*.json")):
        fault = json.loads(file.read_text())
        if fnmatch.fnmatch(os.path.basename(SCRIPT), fault["script"]):
            arm(fault, file)
    watch_end()
    try:
        runpy.run_path(SCRIPT, run_name="__main__")
    finally:
        trace("end")


def arm(fault: dict[str, Any], file: Path) -> None:
    """Puts a fault before or after a function of `os`, or, as `progress`, at an epoch."""
    if fault["call"] == "progress":
        faults_of_progress.append((fault, file))
        return
    real = getattr(os, fault["call"])

    def faulty(*args: object, **kwargs: object) -> object:
        hit = any(fnmatch.fnmatch(path_of(arg), fault["path"]) for arg in args)
        if hit and fault["when"] == "before":
            strike(fault, file)
        result = real(*args, **kwargs)
        if hit and fault["when"] == "after":
            strike(fault, file)
        return result

    setattr(os, fault["call"], faulty)


def path_of(arg: object) -> str:
    if isinstance(arg, int):
        return os.readlink(f"/proc/self/fd/{arg}")
    return os.fspath(arg) if isinstance(arg, (str, os.PathLike)) else ""


def strike(fault: dict[str, Any], file: Path) -> None:
    if not file.exists():
        return
    if not fault["lasting"]:
        file.unlink()
    trace("fault", fault=file.stem)
    kind = fault["kind"]
    if kind in SIGNALS:
        os.kill(os.getpid(), SIGNALS[kind])
    elif kind == "out of memory":
        raise MemoryError
    elif kind == "exit":
        os._exit(1)  # as a library may
    else:
        raise OSError(ERRORS[kind], os.strerror(ERRORS[kind]))


def watch_end() -> None:
    real = os._exit

    def ended(code: int) -> None:
        trace("end")
        real(code)

    os._exit = ended  # type: ignore[assignment]


faults_of_progress: list[tuple[dict[str, Any], Path]] = []


def watch_progress() -> None:
    from gan.events import Reporter

    real = Reporter.progress

    def paced(self: Reporter, current: int, total: int, unit: str, **rest: Any) -> None:
        trace("progress", current=current, unit=unit)
        real(self, current, total, unit, **rest)
        for fault, file in faults_of_progress:
            if current >= fault["at"]:
                strike(fault, file)
        time.sleep(PACE)

    Reporter.progress = paced  # type: ignore[method-assign]


def trace(what: str, **more: object) -> None:
    machine = next((b for a, b in zip(sys.argv, sys.argv[1:]) if a == "--machine_id"), None)
    line = {"what": what, "at": time.time() * 1000, "pid": os.getpid(), "script": os.path.basename(SCRIPT)}
    with open(FOLDER / "trace.jsonl", "ab", buffering=0) as file:
        file.write((json.dumps({**line, "machine": machine, **more}) + "\n").encode())


if __name__ == "__main__":
    main()
