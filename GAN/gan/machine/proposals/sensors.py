"""A sensor's missing fields: from its type and its quantity, else from the range that was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gan.machine.proposals.quantities import TRADE, Quantity, recognised, reference_of, says
from gan.machine.proposals.units import Unit, base_unit, unit_of
from gan.machine.validation import CODED, Problem

# Without these a sensor is incomplete. One that has them is left as it is.
NEEDED = ("unit", "physical_min", "physical_max", "normal", "noise_std")
# Of an unknown quantity, shares of its range: where it rests, and how much it scatters.
_RESTS, _SCATTERS = 0.4, 0.01
# Words of switches and states that tell of trouble: wear moves them. The others follow operation.
_TELLS_OF_WEAR = r"alarm|warn|fault|trip|alert|error|health|condition|severity|defect|degrad|status.?code"
_NORMAL_WORDS = ("normal", "ok", "healthy", "good", "run", "running", "on", "auto", "automatic", "closed", "green")
# Load 1 is the code of normal; a load of 0.6 is one code less.
_CODE_PER_LOAD = 2.0


@dataclass
class Filled:
    """A sensor as far as it could be completed, what was assumed of it (field → basis), and what must be asked."""

    fields: dict[str, Any]
    assumed: dict[str, str] = field(default_factory=dict)
    asked: list[Problem] = field(default_factory=list)

    def fill(self, values: Mapping[str, Any], basis: str) -> None:
        """Fields that nobody gave."""
        for name, value in values.items():
            if name not in self.fields and value is not None:
                self.fields[name] = value
                self.assumed[name] = basis


def complete_sensor(given: Mapping[str, Any], where: str, machine: Mapping[str, Any]) -> Filled:
    """The sensor with its missing fields. where: its path. machine: the configuration that it is of."""
    filled = Filled(dict(given))
    kind = given.get("type", "numerical")
    if "constant" in given:
        _constant(filled)
    if all(name in filled.fields for name in NEEDED):
        return filled
    if kind in CODED:
        _codes(filled)
    else:
        quantity = recognised(given["name"], given.get("unit"), given.get("description", ""))
        if quantity is not None:
            _usual(filled, quantity, machine)
        elif {"physical_min", "physical_max"} <= set(given):
            _from_range(filled)
        else:
            filled.asked += _what_is_it(given, where)
    if filled.assumed:
        filled.fields["assumed"] = {**given.get("assumed", {}), **filled.assumed}
    return filled


def _constant(filled: Filled) -> None:
    value = filled.fields["constant"]
    room = abs(value) / 2 or 1.0
    coded = filled.fields.get("type") in CODED
    limits = {} if coded else {"physical_min": value - room, "physical_max": value + room}
    for name, one in {"unit": "", **limits, "normal": value, "noise_std": 0}.items():
        filled.fields.setdefault(name, one)


def _codes(filled: Filled) -> None:
    """A switch or a state: its range follows from its type, and it rests at the code of a word like normal or on."""
    sensor = filled.fields
    words = sensor.get("categories", ["false", "true"])
    for name, value in {"unit": "", "physical_min": 0, "physical_max": len(words) - 1, "noise_std": 0}.items():
        sensor.setdefault(name, value)
    text = f"{sensor['name']} {sensor.get('description', '')}".lower()
    if says(text, _TELLS_OF_WEAR):
        normal = next((at for at, word in enumerate(words) if word.lower() in _NORMAL_WORDS), 0)
        filled.fill({"normal": 0 if sensor["type"] == "boolean" else normal}, "it tells of trouble, by its words")
    else:
        named = (at for at, word in enumerate(words) if word.lower() in _NORMAL_WORDS)
        filled.fill({"normal": next(named, len(words) - 1)}, "it follows operation: this is at rated load")
        filled.fill({"load_gain": _CODE_PER_LOAD}, "it follows operation: one code less at a load of 0.6")


def _usual(filled: Filled, quantity: Quantity, machine: Mapping[str, Any]) -> None:
    """What is usual of its quantity, in its unit."""
    sensor = filled.fields
    filled.fill({"unit": base_unit(quantity.dimension)}, f"usual for {quantity.key}")
    unit = unit_of(sensor["unit"])
    assert unit is not None
    rated, why = _rated(quantity, machine)
    basis = f"{quantity.key}, {why}{quantity.basis}"
    usual = _in_unit(quantity, unit, rated)
    usual = {name: value for name, value in usual.items() if value or not name.endswith("_gain")}
    for name in (*_to_what_was_given(usual, sensor), "drift_std", "load_gain", "ambient_gain"):
        limit = name in ("warning", "trip")
        filled.fill(
            {name: usual.get(name)}, basis if limit or quantity.basis == TRADE else f"{quantity.key}, {why}{TRADE}"
        )
    if sensor.get("type") != "integer":
        return
    for name in ("physical_min", "physical_max", "normal", "warning", "trip"):
        if name in filled.assumed:
            sensor[name] = round(sensor[name])


def _rated(quantity: Quantity, machine: Mapping[str, Any]) -> tuple[float, str]:
    if quantity.reference is None:
        return 1.0, ""
    rated, why = reference_of(quantity.reference, machine["machine_type"], machine.get("operational_parameters", {}))
    return rated, f"rated {quantity.reference} {rated:g} ({why}), "


def _in_unit(quantity: Quantity, unit: Unit, rated: float) -> dict[str, Any]:
    """The usual figures in a unit, as the fields of a sensor."""

    def value(base: float | None) -> float | None:
        return None if base is None else _digits(unit.of_base(base * rated))

    names = ("physical_min", "physical_max", "normal", "warning", "trip")
    steps = {"noise_std": quantity.noise, "drift_std": quantity.drift, "load_gain": quantity.load}
    return {
        **{name: value(base) for name, base in zip(names, quantity.limits, strict=True)},
        **{name: _digits(unit.of_base_step(step * rated)) for name, step in steps.items()},
        "ambient_gain": _digits(unit.of_base_step(quantity.ambient * rated)),
    }


def _to_what_was_given(usual: dict[str, Any], sensor: Mapping[str, Any]) -> Iterator[str]:
    """Fits the usual figures to those that were given, so that they stay in order; the fields to fill, in turn."""
    normal, low, high = (sensor.get(name) for name in ("normal", "physical_min", "physical_max"))
    if normal is not None and not _healthy(normal, usual):
        _rescale(usual, float(normal))
    if low is not None and usual["physical_max"] <= low:
        usual["physical_max"] = low + max(abs(low), 1.0)
    if high is not None and usual["physical_min"] >= high:
        usual["physical_min"] = high - max(abs(high), 1.0)
    least = usual["physical_min"] if low is None else low
    most = usual["physical_max"] if high is None else high
    rests = usual["normal"] if normal is None else normal
    if normal is None and not (least < rests < most and _in_order(rests, sensor.get("warning"), sensor.get("trip"))):
        rests = usual["normal"] = _resting(sensor, least, most)
        usual["noise_std"] = _digits(_SCATTERS * (most - least))
        usual |= {"warning": None, "trip": None, "drift_std": 0.0, "load_gain": 0.0, "ambient_gain": 0.0}
    warning = sensor.get("warning", usual["warning"])
    trip = sensor.get("trip", usual["trip"])
    for name, value in (("warning", warning), ("trip", trip)):
        if value is not None and name not in sensor and not least <= value <= most:
            usual[name] = None
    if not _in_order(rests, warning, trip):
        usual["warning"] = None
        usual["trip"] = None if "warning" in sensor else usual["trip"]
    yield from ("physical_min", "physical_max", "normal", "warning", "trip", "noise_std")


def _in_order(normal: float, warning: float | None, trip: float | None) -> bool:
    return warning is None or trip is None or normal < warning < trip or normal > warning > trip


def _resting(sensor: Mapping[str, Any], low: float, high: float) -> float:
    """A normal value within a range, on the healthy side of the limits that were given."""
    warning, trip = sensor.get("warning"), sensor.get("trip")
    if warning is not None and trip is not None and low < warning < high:
        low, high = (low, warning) if warning < trip else (warning, high)
    return _digits(low + _RESTS * (high - low))


def _healthy(normal: float, usual: Mapping[str, Any]) -> bool:
    """Whether a given normal value is one at which the usual limits make sense."""
    limit = usual["warning"]
    if not usual["physical_min"] <= normal <= usual["physical_max"]:
        return False
    return limit is None or (normal < limit if usual["normal"] < limit else normal > limit)


def _rescale(usual: dict[str, Any], normal: float) -> None:
    """The usual figures of a machine whose normal value is another one: larger in proportion, or moved."""
    factor = normal / usual["normal"] if usual["normal"] * normal > 0 else None
    if factor is None:
        shift = normal - usual["normal"]
        for name in ("physical_min", "physical_max", "warning", "trip"):
            usual[name] = None if usual[name] is None else _digits(usual[name] + shift)
    else:
        for name in ("physical_max", "warning", "trip", "noise_std", "drift_std", "load_gain", "ambient_gain"):
            usual[name] = None if usual.get(name) is None else _digits(usual[name] * factor)
        usual["physical_min"] = _digits(usual["physical_min"] * max(factor, 1.0))
    usual["normal"] = normal


def _from_range(filled: Filled) -> None:
    """A quantity that is not known, in the range that was given."""
    low, high = float(filled.fields["physical_min"]), float(filled.fields["physical_max"])
    why = "the quantity is not known"
    filled.fill({"unit": ""}, why)
    filled.fill({"normal": _resting(filled.fields, low, high)}, f"within its range: {why}")
    filled.fill({"noise_std": _digits(_SCATTERS * (high - low))}, f"{_SCATTERS:.0%} of its range: {why}")


def _what_is_it(given: Mapping[str, Any], where: str) -> Iterator[Problem]:
    unit = given.get("unit")
    measured = f"{given['name']!r}" + ("" if unit is None else f" in {unit!r}")
    hint = (
        f'add "physical_min" and "physical_max" to {where}: the least and the most that it can show; '
        "or a unit and a name or description that say what it measures, e.g. bearing temperature in C"
    )
    for name in ("physical_min", "physical_max"):
        if name not in given:
            yield Problem(f"{where}.{name}", f"missing, and what {measured} measures is not known", hint)


def _digits(value: float) -> float:
    """Four significant digits: more would pretend to be known."""
    return float(f"{value:.4g}") + 0.0
