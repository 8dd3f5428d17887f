"""Opening files that others wrote: only what is a regular file is read."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from gan.runtime.errors import InvalidInput


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A file to read. Raises InvalidInput for what is none, and OSError."""
    # A pipe that nobody writes to is not waited for.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise InvalidInput(f"{os.path.basename(path)} is not a regular file", field="config")
