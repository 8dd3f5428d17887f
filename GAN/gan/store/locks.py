"""One process at a time works on a machine: the kernel's lock, and a fence against a holder that lost it unawares.

The lock (flock) ends with its holder, however that dies: a dead process never keeps a machine. On a network file system
it is a lease that may lapse, and anyone may delete the file; the old holder would then go on beside the new one. So
each holder writes its own token into the file, and outputs of a holder whose token is gone do not appear (files.py,
`fenced`).

A holder that a worker started ends with that worker. Should it not, because somebody stopped it (SIGSTOP) or native
code is stuck, the next process that wants the machine ends it. It may: nobody waits for the holder's work any more.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from io import TextIOWrapper
from pathlib import Path

from gan.runtime import processes
from gan.runtime.errors import InvalidInput, ResourceFailed
from gan.store.files import fenced

WAIT_SECONDS = 5.0
NOTICE_SECONDS = 1.0
POLL_SECONDS = 0.05


@contextmanager
def machine_lock(
    path: Path, machine_id: str, step: str, *, on_wait: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Holds a machine's lock. Waits a little for a holder that is ending; `on_wait` is told who that is.

    Raises ResourceFailed naming the holder when it does not end, and inside, LOCK_LOST when another has taken over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path, machine_id, on_wait) as file:
        token = secrets.token_hex(8)
        since = datetime.now(timezone.utc).isoformat(timespec="seconds")
        holder = {
            "token": token,
            "step": step,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": since,
            "process": processes.name_of(os.getpid()),
            "worker": processes.worker,
        }
        file.seek(0)
        file.truncate()
        file.write(json.dumps(holder))
        file.flush()

        def check() -> None:
            if _read(path).get("token") != token:
                raise ResourceFailed(
                    f"{machine_id} was taken over by {holder_of(path)}: nothing more is written",
                    code="LOCK_LOST",
                    hint="wait for it; the lock file must be on a disk where locks work, and must not be deleted",
                )

        with fenced(check):
            yield


def holder_of(path: Path) -> str:
    """Who holds a lock, for a person."""
    holder = _read(path)
    if "pid" not in holder:
        return "another process"
    return f"{holder.get('step')} in process {holder['pid']} on {holder.get('host')} since {holder.get('since')}"


@contextmanager
def _locked(path: Path, machine_id: str, on_wait: Callable[[str], None]) -> Iterator[TextIOWrapper]:
    began, told = time.monotonic(), False
    left_since: float | None = None
    while True:
        with _open(path) as file:
            if _try_lock(file.fileno()):
                if _is_at(path, file.fileno()):
                    yield file
                    return
                continue  # deleted while it was being locked: the lock is on a file that nobody else will find
        now = time.monotonic()
        left = _left_over(_read(path))
        left_since = None if left is None else left_since or now
        if now - (left_since or began) > (WAIT_SECONDS if left is None else 2 * WAIT_SECONDS):
            raise ResourceFailed(
                f"{machine_id} is held by {holder_of(path)}", code="MACHINE_LOCKED", hint="wait for it, or stop it"
            )
        if now - began > NOTICE_SECONDS and not told:
            told = True
            on_wait(holder_of(path))
        if left is not None and left_since is not None:
            processes.send(left, signal.SIGTERM if now - left_since < WAIT_SECONDS else signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _left_over(holder: dict[str, object]) -> str | None:
    """The name of a holder that runs here although its worker is gone. Never one started by hand."""
    name, worker = holder.get("process"), holder.get("worker")
    if not isinstance(name, str) or not isinstance(worker, str) or holder.get("host") != socket.gethostname():
        return None
    return name if processes.is_running(name) and not processes.is_running(worker) else None


def _open(path: Path) -> TextIOWrapper:
    """The lock's file, created if missing. Raises InvalidInput for a link: what it points to is not ours to write."""
    try:
        handle = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o666
        )
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise _no_lock(path, "a link") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _no_lock(path, "no regular file")
    return os.fdopen(handle, "a+")


def _no_lock(path: Path, what: str) -> InvalidInput:
    return InvalidInput(
        f"the lock {path} is {what}", code="LOCK_NOT_A_FILE", hint="find out where it comes from, and delete it"
    )


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _read(path: Path) -> dict[str, object]:
    try:
        holder = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}
