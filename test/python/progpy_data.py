"""Recorded run-to-failure data that our own physics did not write: NASA's progpy simulates a centrifugal pump.

Daigle and Goebel's pump (2013): three kinds of wear act at once in each run, and the first limit reached ends it. Speed
follows a duty cycle, and ambient temperature wanders; wear is accelerated, so that a run takes hours. The CSV looks
like a plant's: it has its own column names and units, which `import_seed.py --map` translates.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RUNS = 12
ROW_SECONDS = 60
STEP_SECONDS = 2.0
MEAN_RUN_ROWS = 250
MOST_ROWS = 700
RATED_SPEED = 376.99
FIRST_INPUTS = {"Tamb": 290.0, "V": 471.24, "pdisch": 928654.0, "psuc": 239179.0, "wsync": RATED_SPEED}
# Column of the CSV → sensor. As `import_seed.py --map` takes it: see map_flag.
SENSORS = {
    "w [rad/s]": "shaft_speed",
    "Qout [m3/s]": "flow",
    "Tt [K]": "thrust_bearing_temperature",
    "Tr [K]": "radial_bearing_temperature",
    "To [K]": "oil_temperature",
    "Tamb [K]": "ambient_temperature",
    "wsync [rad/s]": "drive_speed",
}
MAP = {**{sensor: column for column, sensor in SENSORS.items()}, "timestamp": "Time", "failure_mode": "Event"}
NOISE = np.array([0.2, 0.0002, 0.15, 0.15, 0.1, 0.05, 0.05])
# By Daigle and Goebel's equations: what makes each limit be passed after one second at rated speed.
WEAR_OF_A_SECOND = {"wA": 420.0, "wThrust": 5.9e-6, "wRadial": 1.25e-5}
EVENTS = ("ImpellerWearFailure", "ThrustBearingOverheat", "RadialBearingOverheat", "PumpOilOverheat")


def map_flag() -> str:
    """The value of `--map` for this CSV."""
    return ",".join(f"{name}={column}" for name, column in MAP.items())


@dataclass(frozen=True)
class Recorded:
    """values (rows, runs, 7) in the order of SENSORS; lengths (runs,); events (runs,) what ended each run."""

    values: Array
    lengths: list[int]
    events: list[str]


def pump_csv(runs: int = RUNS, seed: int = 0) -> bytes:
    """Runs to failure as a CSV: Unit, Time, the sensors, Event. The same arguments give the same bytes."""
    recorded = simulate_pump(runs, seed)
    text = io.StringIO()
    text.write(",".join(["Unit", "Time", *SENSORS, "Event"]) + "\n")
    at = np.datetime64("2023-03-01T06:00:00")
    for run, (length, event) in enumerate(zip(recorded.lengths, recorded.events, strict=True)):
        times = at + np.arange(length) * np.timedelta64(ROW_SECONDS, "s")
        at = times[-1] + np.timedelta64(2, "D")
        for time, row in zip(times.tolist(), recorded.values[:length, run].tolist(), strict=True):
            numbers = ",".join(f"{value:.6g}" for value in row)
            text.write(f"{run + 1},{time.isoformat()},{numbers},{event}\n")
    return text.getvalue().encode()


@lru_cache(maxsize=4)
def simulate_pump(runs: int = RUNS, seed: int = 0) -> Recorded:
    """Simulates all runs at once, vectorised, until each has failed."""
    with warnings.catch_warnings():
        # progpy says at import, and for each model, that wear rates are states here.
        warnings.simplefilter("ignore")
        from progpy.models import CentrifugalPump

        pump = CentrifugalPump(process_noise=0, measurement_noise=0)
        return _simulate(pump, runs, np.random.default_rng(seed))


def _simulate(pump: Any, runs: int, rng: np.random.Generator) -> Recorded:
    speed, ambient = _duty(runs, rng), _weather(runs, rng)
    state = _first_state(pump, runs, rng, ambient[0])
    rows: list[Array] = []
    failed = np.full(runs, -1)
    events = [""] * runs
    for row in range(MOST_ROWS):
        inputs = {**FIRST_INPUTS, "Tamb": ambient[row], "V": 471.24 * speed[row] / RATED_SPEED, "wsync": speed[row]}
        for _ in range(int(ROW_SECONDS / STEP_SECONDS)):
            state = pump.next_state(state, inputs, STEP_SECONDS)
        output = pump.output(state)
        rows.append(np.stack([output[n] for n in ("w", "Qout", "Tt", "Tr", "To")] + [ambient[row], speed[row]], axis=1))
        met = pump.threshold_met(state)
        for event in EVENTS:
            for run in np.flatnonzero(np.atleast_1d(met[event]) & (failed < 0)).tolist():
                failed[run], events[run] = row, event
        if (failed >= 0).all():
            break
    values = np.stack(rows)
    values += rng.normal(0, 1, values.shape) * NOISE
    return Recorded(values, (np.where(failed < 0, len(rows) - 1, failed) + 1).tolist(), events)


def _first_state(pump: Any, runs: int, rng: np.random.Generator, ambient: Array) -> Any:
    first = pump.initialize(FIRST_INPUTS)
    state = {name: np.full(runs, float(np.ravel(first[name])[0])) for name in pump.states}
    for name in ("Tt", "Tr", "To"):
        state[name] = ambient + 5.0
    # One kind of wear leads in each run, the others follow 2.5 to 6 times more slowly.
    life = ROW_SECONDS * MEAN_RUN_ROWS * rng.lognormal(-0.03, 0.25, runs)
    leads = rng.permutation(np.arange(runs) % 3)
    for at, (name, wear) in enumerate(WEAR_OF_A_SECOND.items()):
        state[name] = wear / life / np.where(leads == at, 1.0, rng.uniform(2.5, 6.0, runs))
    return pump.StateContainer(np.stack([state[name] for name in pump.states]))


def _duty(runs: int, rng: np.random.Generator) -> Array:
    """Speed of the drive, (rows, runs): steps between three speeds, some 20 minutes each."""
    changes = rng.random((MOST_ROWS, runs)) < 1 / 20
    changes[0] = True
    levels = rng.choice([0.94, 0.97, 1.0], size=(MOST_ROWS, runs), p=[0.3, 0.3, 0.4]) * RATED_SPEED
    last = np.maximum.accumulate(np.where(changes, np.arange(MOST_ROWS)[:, None], 0), axis=0)
    return np.asarray(np.take_along_axis(levels, last, axis=0))


def _weather(runs: int, rng: np.random.Generator) -> Array:
    """Ambient temperature, K, (rows, runs)."""
    drift = np.cumsum(rng.normal(0, 0.08, (MOST_ROWS, runs)), axis=0)
    return np.asarray(290.0 + rng.normal(0, 2, runs) + drift)
