"""A machine's profile: what is measured, within which limits, what wears and what that does to the sensors.

The configuration that a person writes (GAN/fleet/{id}.json) and the profile (GAN/metadata/{id}_metadata.json) have one
shape; the profile has every default filled in. contracts/profile.ts has the same rules for the TypeScript side.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gan.machine.wear import DEFAULTS, DEGRADATIONS, MACHINE_TYPES, Wear
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store.files import MACHINE_ID, MAX_MACHINE_ID, PROJECT_GAN, Paths

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
RESERVED = ("timestamp", "rul", "failure_mode", "run_id")
MAX_SENSORS = 200


@dataclass(frozen=True)
class Sensor:
    """One measured quantity; all numbers in its unit. load_gain: from load 0 to 1; ambient_gain: per °C."""

    name: str
    unit: str
    physical_min: float
    physical_max: float
    normal: float
    noise_std: float
    drift_std: float
    warning: float | None = None
    trip: float | None = None
    load_gain: float = 0.0
    ambient_gain: float = 0.0
    type: str = "numerical"
    description: str = ""
    limit_basis: str | None = None

    def reach(self, direction: str) -> float:
        """What strength 1 shifts the sensor by, in its unit: to the trip limit if it lies that way, else half-way to
        the physical limit."""
        sign = 1.0 if direction == "up" else -1.0
        if self.trip is not None and (self.trip - self.normal) * sign > 0:
            return self.trip - self.normal
        limit = self.physical_max if sign > 0 else self.physical_min
        return 0.5 * (limit - self.normal)


@dataclass(frozen=True)
class Effect:
    """What a failure mode does to a sensor: strength 1 is the shift to the trip limit; onset in damage, 0 to 1."""

    sensor: str
    direction: str
    strength: float
    onset: float


@dataclass(frozen=True)
class FailureMode:
    """What ends runs. degradation: how its damage grows, where it is not as the machine's wear says."""

    name: str
    probability: float
    effects: tuple[Effect, ...]
    description: str = ""
    degradation: str | None = None


@dataclass(frozen=True)
class Regime:
    """A way of running: load as a share of rated, share of the time, mean hours at a stretch."""

    name: str
    load: float
    share: float
    mean_dwell_hours: float


@dataclass(frozen=True)
class Operating:
    regimes: tuple[Regime, ...] = (Regime("rated", 1.0, 1.0, 24.0),)
    ambient_mean_c: float = 20.0
    ambient_daily_swing_c: float = 3.0


@dataclass(frozen=True)
class Profile:
    machine_id: str
    machine_type: str
    sampling_interval_minutes: float
    sensors: tuple[Sensor, ...]
    failure_modes: tuple[FailureMode, ...]
    wear: Wear
    operating: Operating
    manufacturer: str = ""
    model: str = ""
    description: str = ""
    operational_parameters: Mapping[str, float | str] | None = None

    @property
    def interval_hours(self) -> float:
        return self.sampling_interval_minutes / 60.0

    @property
    def life_rows(self) -> float:
        """Rows of a mean life."""
        return self.wear.mean_life_hours / self.interval_hours

    def degradation_of(self, mode: int) -> str:
        """How the damage of a failure mode grows."""
        return self.failure_modes[mode].degradation or self.wear.degradation

    @property
    def sensor_names(self) -> tuple[str, ...]:
        return tuple(sensor.name for sensor in self.sensors)

    @property
    def mode_names(self) -> tuple[str, ...]:
        return tuple(mode.name for mode in self.failure_modes)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "operational_parameters": dict(self.operational_parameters or {})}


def parse_profile(given: object) -> Profile:
    """Checks a configuration and fills in its defaults.

    Raises InvalidInput that names every field that is wrong, its value and what is allowed.
    """
    if not isinstance(given, dict):
        raise InvalidInput("config: a JSON object is expected", field="config")
    reader = _Reader(given, "")
    profile = _read(reader)
    if reader.problems:
        first = reader.problems[0].split(":")[0]
        raise InvalidInput("the profile is not usable:\n  " + "\n  ".join(reader.problems), field=first)
    assert profile is not None
    return profile


def configuration(paths: Paths, machine_id: str, text: str | None = None) -> dict[str, Any]:
    """A machine's configuration as JSON: `text`, else its file of the fleet, else the profile it has already.

    Raises InvalidInput for a machine that has none, or one that is not a JSON object.
    """
    if text is not None:
        return _object(text, "config")
    for path in (paths.fleet(machine_id), paths.metadata(machine_id)):
        if path.is_file():
            return _object(_read_text(path), path.name)
    raise _unknown(paths, machine_id)


def _unknown(paths: Paths, machine_id: str) -> InvalidInput:
    known = ", ".join(paths.fleet_ids())
    return InvalidInput(
        f"machine_id: no machine {machine_id} in the fleet ({known or 'it is empty'})",
        field="machine_id",
        hint=f"write {PROJECT_GAN.name}/fleet/{machine_id}.json, or give its configuration to create_metadata.py with --config",
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text: {error}", field="config") from None


def _object(text: str, name: str) -> dict[str, Any]:
    """A JSON object; a key that stands twice is refused, since one of its values would silently be lost."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise InvalidInput(f"{name}: {key}: stands twice in one object; keys must be unique", field=key)
        return dict(pairs)

    try:
        given = json.loads(text, object_pairs_hook=unique)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(f"{name} is not JSON: {error}", field="config", hint="a JSON object is expected") from None
    if not isinstance(given, dict):
        raise InvalidInput(f"{name}: a JSON object is expected, not {type(given).__name__}", field="config")
    return given


def load_profile(paths: Paths, machine_id: str) -> Profile:
    """Reads the profile that createProfile wrote. Raises MissingPrerequisite, or InvalidInput for an unknown machine."""
    path = paths.metadata(machine_id)
    try:
        return parse_profile(_object(_read_text(path), path.name))
    except FileNotFoundError:
        if not paths.fleet(machine_id).exists():
            raise _unknown(paths, machine_id) from None
        command = f".venv/bin/python GAN/scripts/create_metadata.py --machine_id {machine_id}"
        raise MissingPrerequisite(
            f"no profile of {machine_id} ({path.name})", hint=f"run: {command}", field="machine_id"
        ) from None


class _Reader:
    """Takes fields out of a JSON object and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, Any], at: str, problems: list[str] | None = None) -> None:
        self.given = given
        self.at = at
        self.problems: list[str] = [] if problems is None else problems
        self.known: set[str] = set()

    def problem(self, name: str, value: object, allowed: str) -> None:
        shown = json.dumps(value, ensure_ascii=False, default=str)
        self.problems.append(f"{self.at}{name}: {shown[:80]} is not allowed: {allowed}")

    def text(self, name: str, default: str | None = None, pattern: re.Pattern[str] | None = None) -> str:
        value = self._take(name, default)
        if not isinstance(value, str) or (pattern is not None and pattern.fullmatch(value) is None):
            self.problem(name, value, "text" if pattern is None else f"text like {pattern.pattern}")
            return ""
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self._take(name, default)
        if value not in allowed:
            self.problem(name, value, "one of " + ", ".join(allowed))
            return allowed[-1]
        return str(value)

    def number(
        self,
        name: str,
        default: float | None = None,
        allowed: Callable[[float], bool] = lambda _: True,
        words: str = "a finite number",
    ) -> float:
        value = self._take(name, default)
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not good or not allowed(float(value)):
            self.problem(name, value, words)
            return math.nan
        return float(value)

    def maybe_number(self, name: str) -> float | None:
        if self.given.get(name) is None:
            self.known.add(name)
            return None
        return self.number(name)

    def objects(self, name: str, least: int, most: int, default: list[Any] | None = None) -> list[_Reader]:
        value = self._take(name, default)
        if (
            not isinstance(value, list)
            or not least <= len(value) <= most
            or not all(isinstance(v, dict) for v in value)
        ):
            count = f" of {len(value)}" if isinstance(value, list) else ""
            self.problem(name, f"list{count}" if isinstance(value, list) else value, f"{least} to {most} objects")
            return []
        return [_Reader(item, f"{self.at}{name}.{i}.", self.problems) for i, item in enumerate(value)]

    def section(self, name: str) -> _Reader | None:
        value = self.given.get(name)
        self.known.add(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.problem(name, value, "an object")
            return None
        return _Reader(value, f"{self.at}{name}.", self.problems)

    def done(self) -> None:
        for name in self.given:
            if name not in self.known:
                self.problem(name, self.given[name], "no such field; known are " + ", ".join(sorted(self.known)))

    def _take(self, name: str, default: object) -> Any:
        self.known.add(name)
        return self.given.get(name, default)


def _positive(value: float) -> bool:
    return value > 0


def _not_negative(value: float) -> bool:
    return value >= 0


def _read(r: _Reader) -> Profile | None:
    machine_id = r.text("machine_id", pattern=MACHINE_ID)
    if len(machine_id) > MAX_MACHINE_ID:
        r.problem("machine_id", machine_id, f"{MAX_MACHINE_ID} characters at most")
    machine_type = r.choice("machine_type", MACHINE_TYPES)
    sensors = [_sensor(s) for s in r.objects("sensors", 1, MAX_SENSORS)]
    names = [s.name for s in sensors]
    _refuse_twins(r, "sensors", names)
    modes = [_mode(m, names) for m in r.objects("failure_modes", 0, 50, [])]
    _refuse_twins(r, "failure_modes", [m.name for m in modes])
    total = sum(m.probability for m in modes)
    parameters = r.section("operational_parameters")
    profile = Profile(
        machine_id=machine_id,
        machine_type=machine_type,
        manufacturer=r.text("manufacturer", ""),
        model=r.text("model", ""),
        description=r.text("description", ""),
        sampling_interval_minutes=r.number("sampling_interval_minutes", 60.0, _positive, "a number above 0"),
        sensors=tuple(sensors),
        operational_parameters={} if parameters is None else _parameters(parameters),
        failure_modes=tuple(replace(mode, probability=mode.probability / total) for mode in modes),
        operating=_operating(r.section("operating")),
        wear=_wear(r.section("wear"), DEFAULTS[machine_type]),
    )
    r.done()
    return None if r.problems else profile


def _sensor(r: _Reader) -> Sensor:
    sensor = Sensor(
        name=r.text("name", pattern=NAME),
        unit=r.text("unit"),
        type=r.choice("type", ("numerical",), "numerical"),
        description=r.text("description", ""),
        physical_min=r.number("physical_min"),
        physical_max=r.number("physical_max"),
        normal=r.number("normal"),
        warning=r.maybe_number("warning"),
        trip=r.maybe_number("trip"),
        noise_std=r.number("noise_std", None, _not_negative, "a number of at least 0"),
        drift_std=r.number("drift_std", 0.0, _not_negative, "a number of at least 0"),
        load_gain=r.number("load_gain", 0.0),
        ambient_gain=r.number("ambient_gain", 0.0),
        limit_basis=None if r.given.get("limit_basis") is None else r.text("limit_basis"),
    )
    r.known.add("limit_basis")
    if sensor.name in RESERVED:
        r.problem("name", sensor.name, "any name but " + ", ".join(RESERVED))
    if sensor.physical_min >= sensor.physical_max:
        r.problem("physical_min", sensor.physical_min, f"below physical_max {sensor.physical_max}")
    elif not sensor.physical_min <= sensor.normal <= sensor.physical_max:
        r.problem("normal", sensor.normal, f"{sensor.physical_min} to {sensor.physical_max}")
    _check_limits(r, sensor)
    r.done()
    return sensor


def _check_limits(r: _Reader, sensor: Sensor) -> None:
    if sensor.warning is None or sensor.trip is None:
        return
    up = sensor.normal <= sensor.warning <= sensor.trip
    down = sensor.normal >= sensor.warning >= sensor.trip
    if not (up or down) or sensor.trip == sensor.normal:
        r.problem("warning", sensor.warning, f"between normal {sensor.normal} and trip {sensor.trip}")


def _mode(r: _Reader, sensors: list[str]) -> FailureMode:
    mode = FailureMode(
        name=r.text("name", pattern=NAME),
        description=r.text("description", ""),
        probability=r.number("probability", 1.0, _positive, "a number above 0"),
        effects=tuple(_effect(e, sensors) for e in r.objects("effects", 0, MAX_SENSORS)),
        degradation=None if r.given.get("degradation") is None else r.choice("degradation", DEGRADATIONS),
    )
    r.known.add("degradation")
    r.done()
    return mode


def _effect(r: _Reader, sensors: list[str]) -> Effect:
    effect = Effect(
        sensor=r.text("sensor"),
        direction=r.choice("direction", ("up", "down")),
        strength=r.number("strength", None, lambda v: 0 < v <= 1.5, "above 0, at most 1.5"),
        onset=r.number("onset", 0.0, lambda v: 0 <= v <= 0.95, "0 to 0.95"),
    )
    if effect.sensor not in sensors:
        r.problem("sensor", effect.sensor, "one of the sensors")
    r.done()
    return effect


def _operating(r: _Reader | None) -> Operating:
    if r is None:
        return Operating()
    regimes = tuple(_regime(x) for x in r.objects("regimes", 1, 6))
    mean = r.number("ambient_mean_c", 20.0)
    swing = r.number("ambient_daily_swing_c", 3.0, _not_negative, "a number of at least 0")
    r.done()
    return Operating(regimes, mean, swing)


def _regime(r: _Reader) -> Regime:
    regime = Regime(
        r.text("name"),
        r.number("load", None, _not_negative, "a number of at least 0"),
        r.number("share", None, _positive, "a number above 0"),
        r.number("mean_dwell_hours", None, _positive, "a number above 0"),
    )
    r.done()
    return regime


def _wear(r: _Reader | None, default: Wear) -> Wear:
    if r is None:
        return default
    wear = Wear(
        max_rul_hours=r.number("max_rul_hours", default.max_rul_hours, _positive, "a number above 0"),
        degradation=r.choice("degradation", DEGRADATIONS, default.degradation),
        life_cv=r.number("life_cv", default.life_cv, lambda v: 0.01 <= v <= 0.6, "0.01 to 0.6"),
    )
    r.done()
    return wear


def _parameters(r: _Reader) -> dict[str, float | str]:
    for name, value in r.given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            r.problem(name, value, "a number or text")
    return dict(r.given)


def _refuse_twins(r: _Reader, field: str, names: list[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            r.problem(f"{field}.{i}.name", name, "names must be unique, this one stands twice")
