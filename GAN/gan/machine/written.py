"""A configuration as people write it, in the contract's own words; contracts/configuration.ts does the same.

Nulls say no more than a missing field, and aliases are replaced. What is not understood stays, for the schema to
refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gan.runtime.contracts import contract

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 _/&,.()-]*")


def in_own_words(given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration without nulls and aliases; `given` is left as it was."""
    fields = _renamed(_without_nulls(given), _aliases("profile"))
    each: dict[str, Callable[[Any], Any]] = {"sensors": _sensor, "failure_modes": _mode}
    return {name: _list(value, each[name]) if name in each else value for name, value in fields.items()}


def _aliases(of: str) -> dict[str, str]:
    table: dict[str, str] = contract("aliases")[of]
    return table


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _renamed(fields: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    """An alias stays as it is where its field is given too: one of the two would be lost."""
    renamed: dict[str, Any] = {}
    for key, value in fields.items():
        name = aliases.get(key, key)
        renamed[key if name in fields or name in renamed else name] = value
    return renamed


def _list(value: Any, each: Callable[[Any], Any]) -> Any:
    """Each of a list. An object is a list of things by name."""
    if isinstance(value, dict):
        value = [
            {"name": name, **item} if isinstance(item, dict) else {"name": name, "description": item}
            for name, item in value.items()
        ]
    return [each(item) for item in value] if isinstance(value, list) else value


def _sensor(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    sensor = _renamed(given, _aliases("sensor"))
    for name in contract("aliases")["range"]:
        limits = sensor.get(name)
        if isinstance(limits, list) and len(limits) == 2 and not {"physical_min", "physical_max"} & set(sensor):
            sensor["physical_min"], sensor["physical_max"] = sensor.pop(name)
    if isinstance(sensor.get("type"), str):
        word = sensor["type"].strip().lower()
        sensor["type"] = _aliases("types").get(word, word)
    code = _code(sensor.get("normal"), sensor)
    return sensor if code is None else {**sensor, "normal": code}


def _code(value: Any, sensor: Mapping[str, Any]) -> int | None:
    """The code of a word of a boolean or categorical sensor; None where it is none."""
    if sensor.get("type") == "boolean" and isinstance(value, bool):
        return int(value)
    words = sensor.get("categories")
    known = sensor.get("type") == "categorical" and isinstance(value, str) and isinstance(words, list)
    return words.index(value) if known and isinstance(words, list) and value in words else None


def _mode(given: Any) -> Any:
    """A failure mode may be just its name, in any words: they become its description."""
    mode = {"name": given} if isinstance(given, str) else given
    if not isinstance(mode, dict):
        return mode
    mode = _renamed(mode, _aliases("failureMode"))
    # The names of the sensors that it moves say enough: how far is proposed.
    if isinstance(mode.get("effects"), list):
        mode["effects"] = [{"sensor": e} if isinstance(e, str) else e for e in mode["effects"]]
    name = mode.get("name")
    slug = _slug(name) if isinstance(name, str) else name
    return mode if slug == name else {"description": name, **mode, "name": slug}


def _slug(text: str) -> str:
    """Words as a name; text that gives none, or is one, stays as it is."""
    if _NAME.fullmatch(text) or not _WORDS.fullmatch(text):
        return text
    humps = re.sub(r"([a-z0-9])(?=[A-Z])", r"\1_", text)
    return re.sub(r"[^a-z0-9]+", "_", humps.lower()).strip("_")
