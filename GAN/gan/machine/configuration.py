"""Reading the JSON that a person wrote: a file of reasonable size, in UTF-8, without duplicate keys.

activities/configuration.ts reads the same files by the same rules.
"""

from __future__ import annotations

import errno
import io
import json
import re
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

from gan.runtime.errors import InvalidInput
from gan.runtime.printable import printable
from gan.store.artifacts import ArtifactStore
from gan.store.layout import name_of

MOST_BYTES = 5_000_000
MOST_LEVELS = 32
# The caller explains ENOENT; the others may go away by themselves, so that a retry helps.
_MAY_PASS = {
    errno.ENOENT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EAGAIN, errno.ESTALE, errno.ETIMEDOUT,
}  # fmt: skip
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def read_text(open_file: Callable[[], BinaryIO], name: str) -> str:
    """The text of a file. Raises InvalidInput, FileNotFoundError, and OSError for what a retry may mend."""
    try:
        file = open_file()
    except OSError as error:
        if error.errno in _MAY_PASS:
            raise
        raise InvalidInput(f"{name} cannot be read: {error.strerror}", field="config") from None
    with file:
        size = file.seek(0, io.SEEK_END)
        if size > MOST_BYTES:
            raise InvalidInput(f"{name} has {size} bytes: {MOST_BYTES} are allowed", field="config")
        file.seek(0)
        data = file.read(MOST_BYTES + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 text: {error}", field="config") from None


def read_object(store: ArtifactStore, key: str) -> dict[str, Any]:
    """A configuration or profile of the store. Raises what read_text and parse_object do."""
    return parse_object(read_text(lambda: store.open(key), name_of(key)), name_of(key))


def parse_object(text: str, name: str) -> dict[str, Any]:
    """A JSON object. A duplicate key is refused, since one of its values would silently be lost.

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
    raise ValueError(f"{word} is not a JSON number")


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
