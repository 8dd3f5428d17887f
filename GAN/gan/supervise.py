"""Stopping in order: on SIGTERM, and with `--supervised` as soon as the parent is gone in whatever way."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1


class StopRequest:
    """Whether the step has been asked to stop. Long work asks `requested` now and then, saves and ends."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def __call__(self) -> bool:
        return self.requested

    def request(self) -> None:
        self._event.set()


def install(stop: StopRequest, *, supervised: bool) -> None:
    """Lets SIGTERM and SIGINT, and with `supervised` the parent's end, set `stop`.

    The parent holds the other end of stdin: however it dies, the kernel closes the pipe. On Linux a death signal is
    asked for as well, since a thread cannot read while the interpreter is blocked in native code.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.request())
    if not supervised:
        return
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        stop.request()
    threading.Thread(target=_until_stdin_closes, args=(stop,), daemon=True, name="parent-watch").start()


def _until_stdin_closes(stop: StopRequest) -> None:
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except OSError:
        pass
    stop.request()
