"""A machine's profile: what is measured, within which limits, what wears and how that shows in the sensors.

The configuration that a person writes (GAN/fleet/{id}.json) and the profile (GAN/metadata/{id}_metadata.json) have one
shape; the profile has every default filled in. contracts/profile.ts defines it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from gan.machine.configuration import parse_object, read_object
from gan.machine.validation import CODED, check_profile
from gan.machine.wear import DEFAULTS, Wear
from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import configured_in, machine_ids
from gan.store.layout import key_of, name_of

_FIELDS = contract("profile.schema")["properties"]
_SENSOR = _FIELDS["sensors"]["items"]["properties"]
# Names of sensors and failure modes; a sensor must not be named as a column that every table has.
NAME = re.compile(_FIELDS["failure_modes"]["items"]["properties"]["name"]["pattern"])
RESERVED: tuple[str, ...] = tuple(_SENSOR["name"]["reserved"])
# Fields that a profile does not show where they say nothing.
_LEFT_OUT = ("resolution", "role", "categories", "constant", "assumed")
MAX_SENSORS: int = _FIELDS["sensors"]["maxItems"]


@dataclass(frozen=True)
class Sensor:
    """One measured quantity; all numbers in its unit. load_gain: from load 0 to 1; ambient_gain: per °C.

    resolution: values are whole multiples of it; None for a continuous sensor. role: "setting" for what is set and not
    measured, such as a speed or a recipe. categories: what the codes of a categorical sensor mean. constant: the value
    of a sensor that never changes. assumed: field → what a value that nobody gave rests on.
    """

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
    resolution: float | None = None
    role: str | None = None
    categories: tuple[str, ...] = ()
    constant: float | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def coded(self) -> bool:
        """Whether its numbers are codes: 0 and 1, or the index of a category."""
        return self.type in CODED

    def shown(self, value: float) -> str:
        """A value as people write it: a code as its word."""
        if self.categories:
            return self.categories[int(value)]
        return ("true" if value else "false") if self.type == "boolean" else f"{value:.10g}"

    def reach(self, direction: str) -> float:
        """How far strength 1 shifts the sensor, in its unit: to the trip limit if that lies in this direction, else
        half-way to the physical limit."""
        sign = 1.0 if direction == "up" else -1.0
        if self.trip is not None and (self.trip - self.normal) * sign > 0:
            return self.trip - self.normal
        if self.coded:
            return (self.physical_max if sign > 0 else self.physical_min) - self.normal
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
    """What ends runs. degradation: how its damage grows, where that differs from the machine's wear."""

    name: str
    probability: float
    effects: tuple[Effect, ...]
    description: str = ""
    degradation: str | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)


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
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def interval_hours(self) -> float:
        return self.sampling_interval_minutes / 60.0

    @property
    def mean_run_rows(self) -> float:
        """Mean rows of a run."""
        return self.wear.mean_run_hours / self.interval_hours

    def degradation_of(self, mode: int) -> str:
        """How the damage of a failure mode grows."""
        return self.failure_modes[mode].degradation or self.wear.degradation

    @property
    def sensor_names(self) -> tuple[str, ...]:
        return tuple(sensor.name for sensor in self.sensors)

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the sensors that are set and not measured."""
        return tuple(sensor.name for sensor in self.sensors if sensor.role == "setting")

    @property
    def mode_names(self) -> tuple[str, ...]:
        return tuple(mode.name for mode in self.failure_modes)

    def to_json(self) -> dict[str, Any]:
        body = {**asdict(self), "operational_parameters": dict(self.operational_parameters or {})}
        for part in (body, *body["sensors"], *body["failure_modes"]):
            for name in _LEFT_OUT:
                if part.get(name) in (None, (), {}):
                    part.pop(name, None)
        return body


def parse_profile(given: object) -> Profile:
    """Checks a configuration and fills in its defaults.

    Raises InvalidInput naming every field that is wrong, its value and what is allowed.
    """
    checked = check_profile(given)
    modes = tuple(_mode(mode) for mode in checked["failure_modes"])
    total = sum(mode.probability for mode in modes)
    return Profile(
        machine_id=checked["machine_id"],
        machine_type=checked["machine_type"],
        manufacturer=checked["manufacturer"],
        model=checked["model"],
        description=checked["description"],
        sampling_interval_minutes=float(checked["sampling_interval_minutes"]),
        sensors=tuple(_sensor(sensor) for sensor in checked["sensors"]),
        operational_parameters=checked["operational_parameters"],
        failure_modes=tuple(replace(mode, probability=mode.probability / total) for mode in modes),
        operating=_operating(checked.get("operating")),
        wear=_wear(checked.get("wear"), DEFAULTS[checked["machine_type"]]),
        assumed=checked.get("assumed", {}),
    )


def _floats(fields: Mapping[str, Any]) -> dict[str, Any]:
    """5 and 5.0 are the same value, and must give the same bytes of a profile."""
    return {name: float(value) if isinstance(value, int) else value for name, value in fields.items()}


def _sensor(fields: Mapping[str, Any]) -> Sensor:
    step = {} if fields["type"] == "numerical" or fields.get("resolution") else {"resolution": 1.0}
    return Sensor(**{**_floats(fields), **step, "categories": tuple(fields.get("categories", ()))})


def _mode(fields: Mapping[str, Any]) -> FailureMode:
    effects = tuple(Effect(**_floats(effect)) for effect in fields["effects"])
    return FailureMode(**{**_floats(fields), "effects": effects})


def _operating(fields: Mapping[str, Any] | None) -> Operating:
    if fields is None:
        return Operating()
    regimes = tuple(Regime(**_floats(regime)) for regime in fields["regimes"])
    return Operating(**{**_floats(fields), "regimes": regimes})


def _wear(fields: Mapping[str, Any] | None, default: Wear) -> Wear:
    return default if fields is None else Wear(**_floats({**asdict(default), **fields}))


def configuration(store: ArtifactStore, machine_id: str, text: str | None = None) -> dict[str, Any]:
    """A machine's configuration as JSON: `text`, else its file in the fleet, else the profile that it already has.

    Raises InvalidInput for a machine that has none, or one that is not a JSON object.
    """
    if text is not None:
        return parse_object(text, "config")
    place = configured_in(store, machine_id)
    with suppress(FileNotFoundError):
        if place is not None:
            return read_object(place, key_of("configuration", machine_id))
        return read_object(store, key_of("profile", machine_id))
    raise _unknown(store, machine_id)


def _unknown(store: ArtifactStore, machine_id: str) -> InvalidInput:
    known = ", ".join(machine_ids(store))
    return InvalidInput(
        f"machine_id: no machine {machine_id} in the fleet ({known or 'it is empty'})",
        field="machine_id",
        hint=f"write GAN/{key_of('configuration', machine_id)}, or give its configuration to create_metadata.py "
        "with --config",
    )


def load_profile(store: ArtifactStore, machine_id: str) -> Profile:
    """The profile that createProfile wrote. Raises MissingPrerequisite, or InvalidInput for an unknown machine."""
    profile = key_of("profile", machine_id)
    try:
        return parse_profile(read_object(store, profile))
    except FileNotFoundError:
        if configured_in(store, machine_id) is None:
            raise _unknown(store, machine_id) from None
        command = f".venv/bin/python GAN/scripts/create_metadata.py --machine_id {machine_id}"
        raise MissingPrerequisite(
            f"no profile of {machine_id} ({name_of(profile)})", hint=f"run: {command}", field="machine_id"
        ) from None
