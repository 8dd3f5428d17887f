"""Reading the JSON that a person wrote: a regular file of a sane size, in UTF-8, without twins among its keys.

activities/configuration.ts reads the same files by the same rules.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

from gan.runtime.errors import InvalidInput
from gan.runtime.printable import printable

MOST_BYTES = 5_000_000
MOST_LEVELS = 32
# ENOENT is the caller's to explain; the others may pass by themselves, and a retry helps.
_MAY_PASS = {
    errno.ENOENT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EAGAIN, errno.ESTALE, errno.ETIMEDOUT,
}  # fmt: skip
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def read_text(path: Path) -> str:
    """The text of a file. Raises InvalidInput, FileNotFoundError, and OSError for what a retry may mend."""
    try:
        # A pipe that nobody writes to is not waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in _MAY_PASS:
            raise
        raise InvalidInput(f"{path.name} cannot be read: {error.strerror}", field="config") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise InvalidInput(f"{path.name} is not a regular file", field="config")
        if found.st_size > MOST_BYTES:
            raise InvalidInput(f"{path.name} has {found.st_size} bytes: {MOST_BYTES} are allowed", field="config")
        data = os.read(handle, MOST_BYTES + 1)
    finally:
        os.close(handle)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text: {error}", field="config") from None


def parse_object(text: str, name: str) -> dict[str, Any]:
    """A JSON object; a key that stands twice is refused, since one of its values would silently be lost.

    Raises InvalidInput.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            twin = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            field = printable(twin)[:64]
            raise InvalidInput(f"{name}: {field}: stands twice in one object; keys must be unique", field=field)
        return found

    try:
        given = json.loads(text, object_pairs_hook=unique, parse_int=_number, parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        raise InvalidInput(f"{name} is not JSON: {error}", field="config", hint="a JSON object is expected") from None
    if not isinstance(given, dict):
        raise InvalidInput(f"{name}: a JSON object is expected, not {type(given).__name__}", field="config")
    if _levels(text) > MOST_LEVELS:
        raise _too_deep(name)
    return given


def _number(digits: str) -> float:
    # Python would read any number of digits, and JavaScript reads a double.
    return int(digits) if len(digits) < 16 else float(digits)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _levels(text: str) -> int:
    level = most = 0
    for token in _TOKEN.findall(text):
        if token in "[{":
            level += 1
            most = max(most, level)
        elif token in "]}":
            level -= 1
    return most


def _too_deep(name: str) -> InvalidInput:
    return InvalidInput(f"{name} is nested too deep: {MOST_LEVELS} levels are allowed", field="config")
