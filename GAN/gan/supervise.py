"""Stopping in order: on SIGTERM or SIGINT, and with `--supervised` as soon as the parent is gone in whatever way."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gan.errors import Interrupted

PR_SET_PDEATHSIG = 1
# Who asks a process to stop kills it after five seconds; it must be gone by then, with a word about why.
GRACE_SECONDS = 4.0
# With nothing to save it is gone at once, unless a library caught the exception that was to end it.
UNSAVED_GRACE_SECONDS = 1.0


class StopRequest:
    """Whether the script has been asked to stop.

    Work that saves what it has (training) runs inside `polled()` and asks the request itself, now and then. Anywhere
    else there is nothing to save, since outputs appear whole or not at all: Interrupted is raised on the spot.
    """

    def __init__(self, on_timeout: Callable[[], None] = lambda: None) -> None:
        self._event = threading.Event()
        self._polled = False
        self._closed = False
        self._on_timeout = on_timeout
        self._last_resort: threading.Timer | None = None

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def __call__(self) -> bool:
        return self.requested

    @contextmanager
    def polled(self) -> Iterator[StopRequest]:
        """Inside, a request only sets the flag."""
        self._polled = True
        try:
            yield self
        finally:
            self._polled = False

    def request(self) -> None:
        """Asks the script to stop; to be called from the main thread. Raises Interrupted unless polled."""
        if self._closed or self._event.is_set():
            return
        self._event.set()
        grace = GRACE_SECONDS if self._polled else UNSAVED_GRACE_SECONDS
        self._last_resort = threading.Timer(grace, self._give_up)
        self._last_resort.daemon = True
        self._last_resort.start()
        if not self._polled:
            raise Interrupted("stopped on request; nothing was changed", hint="run the same command again")

    def close(self) -> None:
        """The script is ending by itself: a request from now on changes nothing."""
        self._closed = True
        if self._last_resort is not None:
            self._last_resort.cancel()

    def _give_up(self) -> None:
        if not self._closed:
            self._on_timeout()
            os._exit(Interrupted.exit_code)


def install(stop: StopRequest, *, supervised: bool) -> None:
    """Lets SIGTERM and SIGINT, and with `supervised` the parent's end, request a stop.

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
    threading.Thread(target=_until_stdin_closes, daemon=True, name="parent-watch").start()


def _until_stdin_closes() -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    # The main thread answers signals, also when it waits in a system call.
    os.kill(os.getpid(), signal.SIGTERM)
