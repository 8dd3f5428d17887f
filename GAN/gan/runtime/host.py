"""Runs scripts one after another for a worker (activities/python/host.ts), so that what they import is imported once.

A line on stdin asks for a script: {"script": …, "args": […]}. When it has succeeded, an `idle` event says so, and the
next one may come; a script that fails ends this process with its exit status, as if it had been started alone. When
the worker dies in any way, its end of the pipe closes: the script saves its checkpoint and this process ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import signal
import sys
import threading
from queue import SimpleQueue

from gan.runtime import processes

try:
    from setproctitle import setproctitle
except ModuleNotFoundError:  # check_worker.py, which runs in a host too, says what is missing

    def setproctitle(title: str) -> None: ...


PR_SET_PDEATHSIG = 1


def main() -> None:
    # None: no more requests will come.
    requests: SimpleQueue[str | None] = SimpleQueue()
    _end_with_parent(requests)
    while (line := requests.get()) is not None:
        request = json.loads(line)
        _run(request["script"], request["args"])
        print(json.dumps({"event": "idle"}), flush=True)
    os._exit(0)


def _run(script: str, args: list[str]) -> None:
    """Runs a script as Python itself would; ends this process if it fails."""
    before, title = sys.argv, " ".join(["python", *sys.argv])
    sys.argv = [script, *args]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    setproctitle(" ".join(["python", *sys.argv]))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            # Immediately: with PyTorch loaded, the interpreter can take seconds for a clean-up that nothing needs.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 1)
    sys.argv = before
    del sys.path[0]
    setproctitle(title)
    # Between two scripts there is nothing to save: a signal ends this process immediately. So does one that came just
    # before and that the script, which was ending, ignored: within the grace period (stopping.py).
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent(requests: SimpleQueue[str | None]) -> None:
    """On Linux a death signal is asked for as well: a thread cannot read while the interpreter is in native code."""
    parent = os.getppid()
    processes.worker = processes.name_of(parent)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(0)
    threading.Thread(target=_read, args=(requests,), daemon=True, name="parent-watch").start()


def _read(requests: SimpleQueue[str | None]) -> None:
    try:
        for line in sys.stdin:
            requests.put(line)
    finally:
        requests.put(None)
        # The main thread answers signals, also when it waits in a system call.
        os.kill(os.getpid(), signal.SIGTERM)
