"""A look at how a machine would behave: a few simulated runs, thinned, and remarks on its profile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gan.data.resolution import to_resolution
from gan.data.runs import Floats, Runs
from gan.machine.profile import Profile, Sensor
from gan.machine.proposals.failures import TYPICAL
from gan.simulation.physics import simulate

RUNS, POINTS = 3, 200
# The longest run that is simulated has at most so many rows: longer ones are looked at in a coarser interval.
MOST_ROWS = 1000
SHORT_RUN, WISHED_RUNS = 100, 8
# Below this share of the way to the trip limit, a failure hardly shows.
WEAK = 0.5


@dataclass(frozen=True)
class Remark:
    """A profile that can be used, though a person may want it otherwise. code: of contracts/draft.ts."""

    code: str
    field: str
    message: str


def preview(profile: Profile, random_seed: int = 0) -> list[dict[str, Any]]:
    """A few runs, as contracts/draft.ts has them. Raises InvalidInput when the interval leaves too few rows a run."""
    longest = profile.wear.max_rul_hours / profile.interval_hours
    coarser = max(1.0, longest / MOST_ROWS)
    seen = replace(profile, sampling_interval_minutes=profile.sampling_interval_minutes * coarser)
    # The last run may be cut short.
    rows = (RUNS + 1) * (math.ceil(longest / coarser) + 1)
    runs = simulate(seen, rows, random_seed)
    return [_shown(runs, seen, at) for at in range(RUNS)]


def _shown(runs: Runs, profile: Profile, at: int) -> dict[str, Any]:
    start, length = int(runs.starts()[at]), int(runs.lengths()[at])
    rows = start + np.unique(np.linspace(0, length - 1, min(length, POINTS)).round().astype(np.int64))
    hours = runs.time_h[rows] - runs.time_h[start]
    return {
        "lengthHours": length * profile.interval_hours,
        "failureMode": None if runs.failure_mode is None else runs.modes[runs.failure_mode[start]],
        "timeHours": hours.round(6).tolist(),
        "rul": None if runs.rul_h is None else runs.rul_h[rows].round(6).tolist(),
        "sensors": {s.name: _values(runs.values[rows, i], s).tolist() for i, s in enumerate(profile.sensors)},
    }


def _values(values: Floats, sensor: Sensor) -> Floats:
    if sensor.resolution is None:
        return np.array([float(f"{value:.6g}") for value in values])
    return to_resolution(values, sensor.resolution, sensor.physical_min, sensor.physical_max)


def remarks(profile: Profile, seed_rows: int) -> list[Remark]:
    """What a person may want otherwise. seed_rows: how many the seed has."""
    return [*_of_runs(profile, seed_rows), *_of_sensors(profile), *_of_failures(profile)]


def _of_runs(profile: Profile, seed_rows: int) -> Iterator[Remark]:
    rows, hours = profile.mean_run_rows, profile.wear.mean_run_hours
    said = f"a run of {hours:g} h has {rows:,.0f} rows"
    if not profile.failure_modes:
        typical = ", ".join(TYPICAL[profile.machine_type])
        kind = profile.machine_type.replace("_", " ")
        message = f"no failure mode: no run ends, and the data have no RUL; a {kind} may have {typical}"
        yield Remark("NO_FAILURES", "failure_modes", message)
    elif rows < SHORT_RUN:
        yield Remark("SHORT_RUNS", "sampling_interval_minutes", f"{said}: fewer than {SHORT_RUN} hardly show a course")
    elif rows * WISHED_RUNS > seed_rows:
        wanted = f"{WISHED_RUNS} runs need {math.ceil(rows * WISHED_RUNS):,} rows of seed (--seed-samples)"
        message = f"{said}: {wanted}, or a longer interval"
        yield Remark("LONG_RUNS", "sampling_interval_minutes", message)


def _of_sensors(profile: Profile) -> Iterator[Remark]:
    moved = {effect.sensor for mode in profile.failure_modes for effect in mode.effects}
    for at, sensor in enumerate(profile.sensors):
        if sensor.constant is not None:
            continue
        if profile.failure_modes and sensor.name not in moved:
            message = f"no failure mode moves {sensor.name}: it tells nothing of RUL"
            yield Remark("UNMOVED_SENSOR", f"sensors.{at}", message)
        if sensor.warning is not None and abs(sensor.warning - sensor.normal) < 3 * sensor.noise_std:
            message = f"its noise alone takes {sensor.name} from normal {sensor.normal:g} to the warning"
            yield Remark("WARNS_BY_NOISE", f"sensors.{at}.warning", message)


def _of_failures(profile: Profile) -> Iterator[Remark]:
    for at, mode in enumerate(profile.failure_modes):
        where = f"failure_modes.{at}.effects"
        if not mode.effects:
            yield Remark("SILENT_FAILURE", where, f"{mode.name} moves no sensor: nothing announces it")
        elif (most := max(effect.strength for effect in mode.effects)) < WEAK:
            message = f"{mode.name} goes {most:.0%} of the way to a trip limit at most: it hardly shows"
            yield Remark("NEVER_TRIPS", where, message)
