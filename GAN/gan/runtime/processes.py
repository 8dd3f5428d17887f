"""Processes by a name that is never reused, unlike a process id."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"[1-9][0-9]* [0-9]+")
# The worker whose host this process is (host.py). None: the script was started by hand.
worker: str | None = None


def name_of(pid: int) -> str | None:
    """A running process's id and start time. None: it has ended, or the system does not tell (no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    # Dead, and not yet reaped by its parent.
    return None if fields[0] in "ZX" else f"{pid} {fields[19]}"


def is_running(name: object) -> bool:
    """Whether a process of this name runs here."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and name_of(int(name.split()[0])) == name


def send(name: str, number: int) -> None:
    """Sends a signal to a process, if it still runs and is ours."""
    if is_running(name):
        with suppress(OSError):
            os.kill(int(name.split()[0]), number)
