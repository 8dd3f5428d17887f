"""Stopping cleanly on SIGTERM or SIGINT, and with certainty.

Any number of signals may come at any moment, even inside their own handler: a worker's death alone sends two at once.
So the handler takes no lock, starts no thread and prints nothing; it sets a flag and may raise one exception, once. The
interpreter's own C handler has written to a pipe by then. A thread that was started before the first signal reads it
and ends the process when the grace period is over, whatever the main thread is doing: waiting for a lock, printing into
a full pipe, computing in native code. Should native code take the interpreter's lock after that and keep it, so that no
Python thread can run, the kernel's alarm ends the process; its status is then that of SIGALRM instead of 75. Native
code that has held the lock since before the signal cannot be stopped from inside: the worker kills the process or, if
the worker is gone, the next process that wants the machine does (store/locks.py). Before `install` the signals have
their default action, which ends the process immediately.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from gan.runtime.errors import Interrupted

# Whoever asks a process to stop kills it after five seconds; it must be gone by then, and have said why.
GRACE_SECONDS = 4.0
# With nothing to save it ends at once, unless a library caught the exception that should end it.
UNSAVED_GRACE_SECONDS = 1.0
# For saying why: printing may block.
WORD_SECONDS = 0.4
ALARM_SECONDS = GRACE_SECONDS + 0.8


class StopRequest:
    """Whether the script has been asked to stop.

    Work that saves checkpoints (training) runs inside `polled()` and checks the request itself, now and then. Anywhere
    else there is nothing to save, since outputs appear whole or not at all: Interrupted is raised immediately.
    """

    def __init__(self, on_timeout: Callable[[], None] = lambda: None) -> None:
        self.on_timeout = on_timeout
        self.requested = False
        # Whether there is, or was when the request came, something to save.
        self.saving = False
        self._closed = False

    def __call__(self) -> bool:
        return self.requested

    @contextmanager
    def polled(self) -> Iterator[StopRequest]:
        """Inside, a request only sets the flag."""
        self.saving = True
        try:
            yield self
        finally:
            self.saving = self.requested

    def request(self) -> None:
        """Asks the script to stop, as a signal does. Call it from the main thread. Raises Interrupted unless polled."""
        _watchdog().wake()
        self.on_signal()

    def on_signal(self) -> None:
        """What the signal handler does. It may be interrupted by itself between any two operations."""
        if self.requested:
            return
        self.requested = True
        if not self.saving and not self._closed:
            raise Interrupted("stopped on request; nothing was changed", hint="run the same command again")

    def close(self) -> None:
        """The script is ending by itself: requests from now on raise nothing. The grace period still applies."""
        self._closed = True


def install(stop: StopRequest) -> None:
    """Makes SIGTERM and SIGINT request a stop. Call it from the main thread."""
    watchdog = _watchdog()
    watchdog.stop = stop
    signal.set_wakeup_fd(watchdog.bell, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.on_signal())


class _Watchdog:
    """Ends the process when the grace period after a signal is over; nothing can cancel that."""

    def __init__(self) -> None:
        self.stop = StopRequest()
        self._ear, self.bell = os.pipe()
        os.set_blocking(self.bell, False)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.Thread(target=self._watch, daemon=True, name="watchdog").start()

    def wake(self) -> None:
        # A full pipe means that it has been woken already.
        with suppress(BlockingIOError):
            os.write(self.bell, b"\0")

    def _watch(self) -> None:
        try:
            while os.read(self._ear, 1)[0] not in (0, signal.SIGTERM, signal.SIGINT):
                pass  # a signal that somebody else handles
            signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS)
            time.sleep(UNSAVED_GRACE_SECONDS)
            if self.stop.saving:
                time.sleep(GRACE_SECONDS - UNSAVED_GRACE_SECONDS)
            word = threading.Thread(target=self.stop.on_timeout, daemon=True)
            word.start()
            word.join(WORD_SECONDS)
        finally:
            os._exit(Interrupted.exit_code)


@cache
def _watchdog() -> _Watchdog:
    """The only one of this process."""
    return _Watchdog()
