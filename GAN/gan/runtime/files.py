"""Opens files that others wrote, if they are regular files."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from gan.runtime.errors import InvalidInput


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A file to read. Raises InvalidInput for what is no regular file, and OSError."""
    # Non-blocking, so as not to wait for the writer of a pipe.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise InvalidInput(f"{os.path.basename(path)} is not a regular file", field="config")
