"""Machines that are run at several operating points: made rows whose settings and sensors are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import Profile, parse_profile
from support import machine_config

# Height and speed of six points; the third setting is 60 at one of them.
POINTS = np.array([[0, 0.0, 100], [10, 0.25, 100], [20, 0.7, 100], [25, 0.62, 60], [35, 0.84, 100], [42, 0.84, 100]])
LEVEL = np.array([500.0, 480, 450, 400, 430, 420])
SPREAD = np.array([3.0, 2, 2, 1, 1.5, 1])
SETTINGS = ("height", "speed", "demand")


def six_points(runs: int = 12, rows: int = 80, dwell: int = 1, random_seed: int = 0) -> Runs:
    """Runs whose operating point is drawn anew every `dwell` rows. Of the sensors `temperature` rises with wear, by as
    much as its noise at each point; `inlet` is constant at each point, and `valve` leaps between 0 and 1 every 9 rows.
    """
    rng = np.random.default_rng(random_seed)
    lengths = rng.integers(int(0.8 * rows), int(1.2 * rows), runs)
    point = np.concatenate([np.repeat(rng.integers(0, 6, n), dwell)[:n] for n in lengths])
    noise = np.round(rng.uniform(0, [0.008, 0.002, 0], (len(point), 3)), 4)
    life = np.concatenate([np.arange(1, n + 1) / n for n in lengths])
    temperature = LEVEL[point] + SPREAD[point] * (6 * life**3 + rng.normal(0, 1, len(point)))
    valve = np.concatenate([np.arange(n) // 9 % 2 for n in lengths])
    pressure = 0.1 * LEVEL[point] + 2.0 * valve + rng.normal(0, 0.3, len(point))
    values = np.column_stack([POINTS[point] + noise, temperature, pressure, LEVEL[point] - 90, valve])
    return runs_of((*SETTINGS, "temperature", "pressure", "inlet", "valve"), values, lengths)


def varying_load(runs: int = 12, rows: int = 120, random_seed: int = 0) -> Runs:
    """Runs under a load that wanders smoothly around 50; `current` follows it, its square and wear."""
    rng = np.random.default_rng(random_seed)
    lengths = rng.integers(int(0.8 * rows), int(1.2 * rows), runs)
    load: list[Floats] = []
    for n in lengths:
        course = np.zeros(n)
        for at in range(1, n):
            course[at] = 0.97 * course[at - 1] + rng.normal(0, 2.0)
        load.append(50 + course)
    given = np.concatenate(load)
    life = np.concatenate([np.arange(1, n + 1) / n for n in lengths])
    current = 0.4 * given + 0.02 * (given - 50) ** 2 + 5 * life**2 + rng.normal(0, 0.3, len(given))
    return runs_of(("load", "current"), np.column_stack([given, current]), lengths)


def runs_of(sensors: tuple[str, ...], values: Floats, lengths: Ints) -> Runs:
    """Rows (N, S) as runs of these lengths (R,), an hour a row."""
    run_id = np.repeat(np.arange(1, len(lengths) + 1), lengths)
    left = np.concatenate([np.arange(n - 1.0, -1.0, -1.0) for n in lengths])
    time_h = np.arange(len(values)) + 24.0 * run_id
    return Runs(sensors, values, run_id, time_h, left, np.zeros(len(values), dtype=np.int64), ("wear",))


def profile_of(runs: Runs, settings: tuple[str, ...]) -> Profile:
    """A profile of such runs."""
    low, high = runs.values.min(axis=0).tolist(), runs.values.max(axis=0).tolist()

    def sensor(at: int, name: str) -> dict[str, Any]:
        pad = 0.5 * (high[at] - low[at])
        role = {"role": "setting"} if name in settings else {}
        limits = {"physical_min": low[at] - pad, "physical_max": high[at] + pad, "normal": low[at]}
        return {"name": name, "unit": "u", **limits, "noise_std": 0.1, **role}

    sensors = [sensor(at, name) for at, name in enumerate(runs.sensors)]
    modes = [{"name": "wear", "effects": []}]
    return parse_profile(machine_config("pump_a", sensors=sensors, failure_modes=modes))
