"""A profile made from recorded runs, and recorded values checked against a profile: are they in its units?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from gan.data.resolution import on_resolution
from gan.data.runs import Floats
from gan.machine.profile import Profile, Sensor
from gan.recording.grid import RecordedRun
from gan.recording.resolution import find_resolution
from gan.runtime.errors import InvalidInput

EARLY, LATE = 0.2, 0.05
# Values may go this fraction of the observed range beyond it.
MARGIN = 0.5
# A few values out of range are glitches; more than this share are in another unit.
GLITCHES = 0.2
# A limit bends values that are within BENDS widths of it, and normal is WIDTH widths away: see data/limits.py.
BENDS, WIDTH = 4.0, 20.0
_Convert = Callable[[float], float]
# Unit of the profile → other units that are mistaken for it, and how they convert.
_MIXED_UP: dict[str, dict[str, _Convert]] = {
    "C": {"°F": lambda v: (v - 32) / 1.8, "K": lambda v: v - 273.15},
    "K": {"°C": lambda v: v + 273.15, "°F": lambda v: (v - 32) / 1.8 + 273.15},
    "bar": {"psi": lambda v: v * 0.0689476, "kPa": lambda v: v / 100, "Pa": lambda v: v / 1e5, "MPa": lambda v: v * 10},
    "mm/s": {"in/s": lambda v: v * 25.4, "m/s": lambda v: v * 1000},
    "A": {"mA": lambda v: v / 1000},
    "kW": {"W": lambda v: v / 1000, "hp": lambda v: v * 0.7457},
    "V": {"kV": lambda v: v * 1000, "mV": lambda v: v / 1000},
    "m3/h": {"l/min": lambda v: v * 0.06, "gpm": lambda v: v * 0.22712, "l/s": lambda v: v * 3.6},
    "um": {"mm": lambda v: v * 1000},
    "%": {"a share of 1": lambda v: v * 100},
}


def check_units(profile: Profile, given: Mapping[str, str]) -> None:
    """Raises InvalidInput where units, declared or from the headings, are not the profile's."""
    sensors = {sensor.name: sensor for sensor in profile.sensors}
    other = [(name, unit) for name, unit in given.items() if _plain(unit) != _plain(sensors[name].unit)]
    if other:
        said = "; ".join(f"{name} is in {unit}, its profile in {sensors[name].unit}" for name, unit in other)
        raise InvalidInput(f"units: {said}", field="units", hint="convert the column, or correct the profile")


def _plain(unit: str) -> str:
    return unit.replace("°", "").replace("deg", "").replace("³", "3").replace("²", "2").replace(" ", "").lower()


def check_values(profile: Profile, values: Floats, *, drop: bool) -> tuple[Floats, list[str]]:
    """Values (N, S) checked against the sensors' physical ranges and normal values; also notes.

    An impossible value is an error, or NaN with `drop`; far more of them than glitches are taken for another unit.
    Raises InvalidInput.
    """
    notes: list[str] = []
    kept = values.copy()
    for at, sensor in enumerate(profile.sensors):
        column = values[:, at]
        outside = (column < sensor.physical_min) | (column > sensor.physical_max)
        if outside.mean() > GLITCHES:
            raise _wrong_unit(sensor, column, outside)
        if outside.any() and not drop:
            row = int(np.flatnonzero(outside)[0])
            raise InvalidInput(
                f"{sensor.name}: {int(outside.sum())} values are outside {sensor.physical_min:.10g} to "
                f"{sensor.physical_max:.10g} {sensor.unit} (first {column[row]:.10g} in row {row + 1})",
                field=sensor.name,
                hint="--resample MINUTES takes them as missing; or the profile's limits are wrong",
            )
        if outside.any():
            notes.append(f"{sensor.name}: {int(outside.sum())} impossible values are taken as missing")
        kept[outside, at] = np.nan
        guess = _guess(sensor, float(np.nanmedian(column))) if np.isfinite(column).any() else None
        if guess is not None:
            notes.append(
                f"{sensor.name}: a median of {np.nanmedian(column):g} is far from normal, {sensor.normal:g} "
                f"{sensor.unit}: is it in {guess}?"
            )
        if sensor.resolution is not None and not on_resolution(column[np.isfinite(column)], sensor.resolution):
            notes.append(
                f"{sensor.name}: not multiples of {sensor.resolution:g}, its resolution; synthetic values will be"
            )
    return kept, notes


def _wrong_unit(sensor: Sensor, column: Floats, outside: Any) -> InvalidInput:
    guess = _guess(sensor, float(np.nanmedian(column)))
    return InvalidInput(
        f"{sensor.name}: {outside.mean():.0%} of the values are outside {sensor.physical_min:.10g} to "
        f"{sensor.physical_max:.10g} {sensor.unit} (median {np.nanmedian(column):g})"
        + (f": they seem to be in {guess}" if guess else ""),
        field=sensor.name,
        code="UNIT_MISMATCH",
        hint=f"convert the column to {sensor.unit or 'the unit of the profile'}, or correct the profile",
    )


def _guess(sensor: Sensor, median: float) -> str | None:
    """Another unit that would explain a median beyond the healthy limits, if there is one."""
    up = median > sensor.normal
    if abs(median - sensor.normal) <= abs(sensor.reach("up" if up else "down")):
        return None
    for unit, convert in _MIXED_UP.get(sensor.unit.replace("°", ""), {}).items():
        value = convert(median)
        if abs(value - sensor.normal) <= abs(sensor.reach("up" if value > sensor.normal else "down")):
            return unit
    return None


def observed_configuration(
    machine_id: str,
    runs: Sequence[RecordedRun],
    sensors: Sequence[str],
    units: Mapping[str, str],
    interval_h: float,
    about: Mapping[str, str],
    seen: Sequence[RecordedRun] = (),
    own: Mapping[str, str] | None = None,
    settings: Collection[str] = (),
    steady: Sequence[RecordedRun] | None = None,
) -> dict[str, Any]:
    """A configuration from runs that failed, as a person would write it: what was observed, without health limits.

    seen: more runs, whose values count for the physical limits. own: a failure mode's name → the word recorded.
    settings: sensors that are set and not measured. steady: the runs as at one operating point, if there are several.
    Raises InvalidInput when no sensor moves.
    """
    steady = runs if steady is None else steady
    described = {
        at: _sensor(
            sensors[at],
            units.get(sensors[at], ""),
            [run.values[:, at] for run in runs],
            [run.values[:, at] for run in steady],
            [run.values[:, at] for run in (*runs, *seen)],
        )
        for at in _moving(runs)
    }
    for sensor in described.values():
        if sensor["name"] in settings:
            sensor["role"] = "setting"
    measured = {at: sensor for at, sensor in described.items() if "role" not in sensor}
    modes = sorted({run.mode for run in runs if run.mode is not None})
    longest = max(len(run.time_h) for run in runs) * interval_h
    sizes = np.array([len(run.time_h) for run in runs])
    return {
        "machine_id": machine_id,
        "machine_type": "other",
        **about,
        "sampling_interval_minutes": _round(interval_h * 60, 9),
        "sensors": list(described.values()),
        "failure_modes": [
            _mode(mode, [run for run in steady if run.mode == mode], measured, (own or {}).get(mode, mode))
            for mode in modes
        ],
        "wear": {
            "max_rul_hours": _round(longest, 6),
            "life_cv": float(np.clip(_round(sizes.std() / sizes.mean(), 2), 0.01, 0.6)),
        },
    }


def _moving(runs: Sequence[RecordedRun]) -> list[int]:
    """Which sensors are not constant. Raises InvalidInput when all are."""
    moving = [at for at in range(runs[0].values.shape[1]) if any(np.ptp(run.values[:, at]) > 0 for run in runs)]
    if not moving:
        raise InvalidInput(
            "no column moves: every sensor is constant",
            field="csv",
            hint="check that these are the intended columns, and that the right column tells runs apart",
        )
    return moving


def _sensor(
    name: str, unit: str, runs: Sequence[Floats], steady: Sequence[Floats], seen: Sequence[Floats]
) -> dict[str, Any]:
    low, high = min(float(np.nanmin(run)) for run in seen), max(float(np.nanmax(run)) for run in seen)
    early, drift = (np.array([np.median(_early(run)) for run in each]) for each in (runs, steady))
    steps = np.concatenate([np.diff(run) for run in steady])
    # A robust estimate from row-to-row changes: slow changes and load steps are not noise.
    noise = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / math.sqrt(2)
    normal = float(np.median(early))
    least, most = _limits(low, high, normal, noise)
    resolution = find_resolution(np.concatenate(seen))
    return {
        "name": name,
        "unit": unit,
        "type": "numerical",
        "description": "as recorded",
        "physical_min": least,
        "physical_max": most,
        "normal": min(max(_in_steps(normal, high - low, 5, round), low), high),
        "noise_std": _round(noise, 3),
        "drift_std": _round(float(drift.std()), 3),
        "limit_basis": f"seen: {low:.12g} to {high:.12g}",
        **({} if resolution is None else {"resolution": resolution}),
    }


def _limits(low: float, high: float, normal: float, noise: float) -> tuple[float, float]:
    """Physical limits around what was observed, never inside it; their digits follow the range, not the magnitude.

    A sensor that was never negative gets no negative limit, unless its values come so near 0 that a limit there would
    bend them away (data/limits.py): an observed 0 stays within reach.
    """
    pad = MARGIN * (high - low)
    least = low - pad
    if low > 0 and low >= BENDS * max(normal / WIDTH, noise - normal / 8):
        least = max(least, 0.0)
    return (
        min(_in_steps(least, high - low, 4, math.floor), low),
        max(_in_steps(high + pad, high - low, 4, math.ceil), high),
    )


def _in_steps(value: float, span: float, digits: int, to: Callable[[float], int]) -> float:
    """A value rounded by `to` to steps of which the span has about 10^digits."""
    if span <= 0 or not math.isfinite(value / span):
        return value
    places = digits - 1 - math.floor(math.log10(span))
    if abs(value) >= 2**53 * 10.0**-places:
        return value
    return round(to(value * 10.0**places) / 10.0**places, max(places, 0)) + 0.0


def _mode(
    name: str, runs: Sequence[RecordedRun], described: Mapping[int, Mapping[str, Any]], own: str
) -> dict[str, Any]:
    """A failure mode, with the sensors that move alike in its runs."""
    effects = [
        effect for at, sensor in described.items() if (effect := _effect(sensor, [run.values[:, at] for run in runs]))
    ]
    said = f"{len(runs)} recorded runs" + ("" if own == name else f", as {own!r}")
    return {"name": name, "probability": len(runs), "description": said, "effects": effects}


def _effect(sensor: Mapping[str, Any], runs: Sequence[Floats]) -> dict[str, Any] | None:
    moved = np.array([run[-max(1, int(LATE * len(run))) :].mean() - np.median(_early(run)) for run in runs])
    shift = float(np.median(moved))
    alike = (np.sign(moved) == np.sign(shift)).mean() >= 0.8
    clear = abs(shift) > 3 * max(float(sensor["noise_std"]), float(sensor["drift_std"]))
    if not (alike and clear):
        return None
    limit = sensor["physical_max"] if shift > 0 else sensor["physical_min"]
    reach = max(0.5 * abs(limit - sensor["normal"]), 1e-12)
    strength = float(np.clip(_round(abs(shift) / reach, 2), 0.01, 1.5))
    return {"sensor": sensor["name"], "direction": "up" if shift > 0 else "down", "strength": strength, "onset": 0.0}


def _early(run: Floats) -> Floats:
    return run[: max(1, int(EARLY * len(run)))]


def _round(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
