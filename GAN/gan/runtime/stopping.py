"""Stopping in order, on SIGTERM or SIGINT."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gan.runtime.errors import Interrupted

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


def install(stop: StopRequest) -> None:
    """Lets SIGTERM and SIGINT request a stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.request())
