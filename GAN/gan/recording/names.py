"""Names of sensors and failure modes from what people call them."""

from __future__ import annotations

import re

from gan.machine.profile import NAME, RESERVED
from gan.runtime.errors import InvalidInput

_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]$")


def split_unit(column: str) -> tuple[str, str]:
    """Name and unit of a heading like `Oil temperature [C]`."""
    found = _BRACKETS.match(column)
    return (found["name"], found["unit"]) if found else (column, "")


def slug_of(text: str) -> str:
    """Words and camelCase as lower_case_with_underscores."""
    humps = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", humps.lower()).strip("_")


def sensor_name(column: str) -> tuple[str, str]:
    name, unit = split_unit(column)
    slug = slug_of(name)
    if not name.isascii() or NAME.fullmatch(slug) is None or slug in RESERVED:
        raise InvalidInput(
            f"column {column!r} gives no name for a sensor (lower-case letters, digits and underscores)",
            field="map",
            hint=f"--map <name>={column}",
        )
    return slug, unit


def mode_name(value: str) -> str:
    """A failure mode's name from what was recorded. Raises InvalidInput."""
    slug = slug_of(value)
    if not value.isascii() or NAME.fullmatch(slug) is None:
        raise InvalidInput(
            f"failure mode {value!r} gives no name of lower-case letters, digits and underscores", field="failure_mode"
        )
    return slug
