"""Runs a script, or the host of scripts (GAN/host.py), as Python itself would, but paced, traced and with faults.

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
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

FOLDER, PACE, SCRIPT = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
ERRORS = {"disk full": errno.ENOSPC, "read-only": errno.EROFS}
CALLS = ("replace", "fsync", "symlink")
SIGNALS = {"kill": signal.SIGKILL, "segfault": signal.SIGSEGV, "hang": signal.SIGSTOP}


real_run_path = runpy.run_path


def main() -> None:
    sys.argv = sys.argv[3:]
    sys.path[0] = os.path.dirname(os.path.abspath(SCRIPT))
    sys.path.insert(1, os.path.join(os.getcwd(), "GAN"))
    watch_progress()
    watch_end()
    if os.path.basename(SCRIPT) == "host.py":
        runpy.run_path = run_script  # what the host calls for each script
        real_run_path(SCRIPT, run_name="__main__")
    else:
        run_script(SCRIPT, run_name="__main__")


def run_script(script: str, run_name: str) -> dict[str, Any]:
    trace("start")
    real = {call: getattr(os, call) for call in CALLS}
    faults_of_progress.clear()
    for file in sorted((FOLDER / "faults").glob("*.json")):
        fault = json.loads(file.read_text())
        if fnmatch.fnmatch(os.path.basename(script), fault["script"]):
            arm(fault, file)
    try:
        return real_run_path(script, run_name=run_name)
    finally:
        for call, function in real.items():
            setattr(os, call, function)
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
    elif kind == "deaf":
        sum(repeat(0))  # as native code that keeps the interpreter's lock: no signal's handler, no thread runs any more
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
    from gan.runtime.events import Reporter

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
    machine = next((b for a, b in pairwise(sys.argv) if a == "--machine_id"), None)
    line = {"what": what, "at": time.time() * 1000, "pid": os.getpid(), "script": os.path.basename(sys.argv[0])}
    with open(FOLDER / "trace.jsonl", "ab", buffering=0) as file:
        file.write((json.dumps({**line, "machine": machine, **more}) + "\n").encode())


if __name__ == "__main__":
    main()
