"""Whether a profile keeps its contract, and a configuration its own, which lacks what can be proposed.

contracts/profile.ts and contracts/configuration.ts define them; their JSON Schemas are in contracts/generated/. The
rules between fields, which JSON Schema cannot express, are the same there and here; test/contracts/configurations.json
holds both sides to the same answers.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import fastjsonschema

from gan.machine.wear import DEFAULTS, MAX_RUN_ROWS
from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput
from gan.runtime.printable import printable

Path = tuple[str | int, ...]
_Validator = Callable[[Any], Any]
# The types of sensors whose numbers are codes: of false and true, or of the categories.
CODED = ("boolean", "categorical")
# Nobody reads more, and Temporal limits how long a message may be.
MOST_PROBLEMS = 10
_KEY = re.compile(rf"[^{contract('limits')['control']}]{{1,64}}")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field, and what to do about it. field: a path as sensors.0.normal."""

    field: str
    message: str
    hint: str | None = None


def check_profile(given: object) -> dict[str, Any]:
    """A profile with the schema's defaults filled in; what was given is left as it was.

    Raises InvalidInput naming every field that is wrong, what is allowed and the value.
    """
    completed, problems = profile_problems(given)
    refuse(problems)
    return completed


def profile_problems(given: object) -> tuple[dict[str, Any], list[Problem]]:
    """A profile with its defaults, and all that is wrong with it."""
    return _checked(given, _profile_validator)


def configuration_problems(given: object) -> list[Problem]:
    """All that is wrong with a configuration in the contract's own words; what may be missing is no problem."""
    return _checked(given, _configuration_validator)[1]


def _checked(given: object, validator: Callable[[], _Validator]) -> tuple[dict[str, Any], list[Problem]]:
    if not isinstance(given, dict):
        return {}, [Problem("config", "must be an object")]
    try:
        completed: dict[str, Any] = validator()(json.loads(json.dumps(given)))
    except fastjsonschema.JsonSchemaValuesException as error:
        found = [problem for one in error.errors for problem in _problems(one, given)]
        return given, _first_each(found)
    return completed, _first_each(list(_broken_rules(completed)))


def _first_each(problems: Sequence[tuple[str, str]]) -> list[Problem]:
    """One problem a field."""
    return [Problem(field, text) for field, text in reversed(dict(reversed(problems)).items())]


@cache
def _profile_validator() -> _Validator:
    """Compiled once, in 20 ms; a profile then takes 0.2 ms."""
    compiled: _Validator = fastjsonschema.compile(contract("profile.schema"), fast_fail=False)
    return compiled


@cache
def _configuration_validator() -> _Validator:
    compiled: _Validator = fastjsonschema.compile(contract("configuration.schema"), fast_fail=False, use_default=False)
    return compiled


def refuse(problems: Sequence[Problem]) -> None:
    """Raises InvalidInput unless there is no problem."""
    if not problems:
        return
    more = ["and more"] if len(problems) > MOST_PROBLEMS else []
    shown = [*(f"{one.field}: {one.message}" for one in problems[:MOST_PROBLEMS]), *more]
    hint = next((one.hint for one in problems if one.hint is not None), None)
    raise InvalidInput("the profile is not usable:\n  " + "\n  ".join(shown), field=problems[0].field, hint=hint)


def _problems(error: fastjsonschema.JsonSchemaValueException, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    path: Path = tuple(int(part) if part.isdigit() else part for part in error.path[1:])
    if error.rule == "required":
        for name in error.rule_definition:
            if name not in error.value:
                yield _field((*path, name)), "missing"
    elif error.rule == "additionalProperties":
        unknown = [name for name in error.value if name not in error.definition["properties"]]
        for name in unknown[: MOST_PROBLEMS + 1]:
            yield _field((*path, name)), f"there is no such field (got {shown(error.value[name])})"
    else:
        yield _field(path), f"must be {error.definition.get('allowed', 'otherwise')} (got {shown(error.value)})"


def _broken_rules(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rules between fields, as contracts/profile.ts has them. Fields of a configuration may be missing."""
    for path, text, value in _rules(profile):
        yield _field(path), text if value is None else f"{text} (got {shown(value)})"


def _rules(profile: Mapping[str, Any]) -> Iterator[tuple[Path, str, object]]:
    names = [sensor["name"] for sensor in profile["sensors"]]
    modes = profile.get("failure_modes", [])
    for at, sensor in enumerate(profile["sensors"]):
        yield from _not_of_its_type(sensor, ("sensors", at))
        yield from _limits_out_of_order(sensor, ("sensors", at))
    yield from _twins(names, "sensors")
    if all(sensor.get("role") == "setting" for sensor in profile["sensors"]):
        yield ("sensors", 0, "role"), "must be left out of one sensor: nothing is measured", "setting"
    yield from _twins([mode["name"] for mode in modes], "failure_modes")
    for at, mode in enumerate(modes):
        for i, effect in enumerate(mode.get("effects", [])):
            if effect["sensor"] not in names:
                path: Path = ("failure_modes", at, "effects", i, "sensor")
                yield path, "must be one of the sensors", effect["sensor"]
    for key, value in profile.get("operational_parameters", {}).items():
        if _KEY.fullmatch(key) is None:
            text = "must have a name of 1 to 64 characters, without control characters"
            yield ("operational_parameters", key), text, value
    yield from _too_many_rows(profile)


def _not_of_its_type(sensor: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str, object]]:
    """What follows from a sensor's type."""
    kind, words, step = sensor.get("type", "numerical"), sensor.get("categories"), sensor.get("resolution")
    last = 1 if words is None else len(words) - 1
    if kind == "categorical" and words is None:
        yield (*at, "categories"), "missing", None
    elif kind != "categorical" and words is not None:
        yield (*at, "categories"), "must be left out where the type is not categorical", words
    elif words is not None and len(set(words)) < len(words):
        yield (*at, "categories"), "must have each word once", words
    elif kind == "integer" and step is not None and step % 1 != 0:
        yield (*at, "resolution"), "must be whole for integers", step
    elif kind in CODED and step not in (None, 1):
        yield (*at, "resolution"), "must be 1 for codes", step
    elif kind in CODED and sensor.get("physical_min", 0) != 0:
        yield (*at, "physical_min"), "must be 0 for codes", sensor["physical_min"]
    elif kind in CODED and sensor.get("physical_max", last) != last:
        yield (*at, "physical_max"), f"must be {last}, the last code", sensor["physical_max"]


def _limits_out_of_order(sensor: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str, object]]:
    """From normal, in whichever direction trip lies, the warning must come before the trip."""
    least, most = sensor.get("physical_min", -math.inf), sensor.get("physical_max", math.inf)
    normal, constant = sensor.get("normal"), sensor.get("constant")
    warning, trip = sensor.get("warning"), sensor.get("trip")
    if least >= most:
        yield (*at, "physical_min"), f"must be below physical_max {shown(most)}", least
    elif normal is not None and not least <= normal <= most:
        yield (*at, "normal"), f"must lie in {shown(least)} to {shown(most)}", normal
    elif constant is not None and not least <= constant <= most:
        yield (*at, "constant"), f"must lie in {shown(least)} to {shown(most)}", constant
    elif (sensor.get("resolution") or 0) > most - least:
        yield (*at, "resolution"), "must be at most physical_max − physical_min", sensor["resolution"]
    elif normal is not None and warning is not None and trip is not None:
        up, down = normal <= warning <= trip, normal >= warning >= trip
        if not (up or down) or trip == normal:
            yield (*at, "warning"), f"must lie between normal {shown(normal)} and trip {shown(trip)}", warning


def _twins(names: Sequence[str], field: str) -> Iterator[tuple[Path, str, object]]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield (field, at, "name"), "stands twice; names must be unique", name


def _too_many_rows(profile: Mapping[str, Any]) -> Iterator[tuple[Path, str, object]]:
    minutes = profile.get("sampling_interval_minutes")
    if minutes is None:
        return
    given = profile.get("wear", {}).get("max_rul_hours")
    hours = DEFAULTS[profile["machine_type"]].max_rul_hours if given is None else given
    if hours * 60 / minutes > MAX_RUN_ROWS:
        path: Path = ("sampling_interval_minutes",) if given is None else ("wear", "max_rul_hours")
        text = (
            f"must leave {MAX_RUN_ROWS} rows in the longest run at most: {shown(hours)} h of a row every "
            f"{shown(minutes)} min are more"
        )
        yield path, text, minutes if given is None else given


def _field(path: Path) -> str:
    """A path in dotted form, e.g. sensors.0.normal; a hostile key is shortened."""
    return ".".join(_cut(printable(str(part)), 64) for part in path) or "config"


def shown(value: object) -> str:
    """Any value as a message shows it: short, on one line."""
    if isinstance(value, list):
        few = 0 < len(value) <= 8 and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        return f"[{', '.join(map(shown, value))}]" if few else f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, float):
        if math.isinf(value):
            return "infinity" if value > 0 else "-infinity"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return printable(_cut(json.dumps(value, ensure_ascii=False), 80))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
