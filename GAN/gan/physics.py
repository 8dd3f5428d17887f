"""The seed's physics: latent damage grows until it crosses a threshold, which ends the run; sensors respond to it.

A run's length, and with it every RUL, comes out of the crossing. Damage per wear characteristic (damage 0 to 1):

* slow: gamma process with constant rate (monotone wear in small steps),
* medium: Wiener process with drift, by its running maximum (same first-passage time, but damage never heals),
* fast: gamma process whose rate grows with the square root of age,
* exponential: damage that feeds on itself, dD = r·(D + d₀)·dt with lognormal noise.

See van Noortwijk (2009), doi:10.1016/j.ress.2007.03.019, for gamma processes in maintenance.
"""

from __future__ import annotations

import zlib

import numpy as np

from gan.limits import limit_widths, soft_limit
from gan.profile import FailureMode, Profile
from gan.runs import Floats, Ints, Runs

REPAIR_HOURS = 24.0
HORIZON_LIVES = 4.0
MIN_RUN_ROWS = 12
# How strongly a mode's sensors respond once their onset is passed: slightly faster than damage itself.
RESPONSE_EXPONENT = 1.3


def simulate(profile: Profile, num_rows: int, seed: int) -> Runs:
    """Exactly num_rows rows of whole runs; the last run enters late in its life where the count needs it."""
    rng = np.random.default_rng([seed, zlib.crc32(profile.machine_id.encode())])
    damages = _damages(profile, num_rows, rng)
    lengths = np.array([len(damage) for damage in damages])
    modes = _modes(profile, len(lengths), rng)
    damage = np.concatenate(damages)
    run_id = np.repeat(np.arange(1, len(lengths) + 1), lengths)
    time_h = _times(lengths, profile.interval_hours)
    rul_h = np.concatenate([np.arange(n - 1, -1, -1) for n in lengths]) * profile.interval_hours
    row_mode = np.repeat(modes, lengths)
    values = _sensors(profile, damage, row_mode, lengths, time_h, rng)
    has_modes = bool(profile.failure_modes)
    runs = Runs(
        profile.sensor_names,
        values,
        run_id,
        time_h,
        rul_h if has_modes else None,
        row_mode if has_modes else None,
        profile.mode_names,
    )
    return trim(runs, num_rows)


def trim(runs: Runs, num_rows: int) -> Runs:
    """The first num_rows rows' worth of whole runs: what is too much is taken from the start of the last run."""
    excess = len(runs) - num_rows
    keep = np.ones(len(runs), dtype=bool)
    last = int(runs.starts()[-1])
    keep[last : last + excess] = False
    return runs.rows(keep)


def _damages(profile: Profile, num_rows: int, rng: np.random.Generator) -> list[Floats]:
    """Damage of each run, row by row from its start to the crossing, until the rows suffice."""
    mean_rows = max(profile.wear.mean_life_hours / profile.interval_hours, float(MIN_RUN_ROWS))
    if not profile.failure_modes:
        each = int(min(max(round(mean_rows), MIN_RUN_ROWS), max(num_rows // 4, 1)))
        return [np.zeros(each) for _ in range(-(-num_rows // each))]
    damages: list[Floats] = []
    rows = 0
    while rows < num_rows:
        damages.append(_damage(profile, mean_rows, rng))
        rows += len(damages[-1])
    return damages


def _damage(profile: Profile, mean_rows: float, rng: np.random.Generator) -> Floats:
    """One run's damage, (rows,), rising to 1 in its last row."""
    horizon = int(HORIZON_LIVES * mean_rows) + MIN_RUN_ROWS
    cv = profile.wear.life_cv
    life = mean_rows * rng.lognormal(-0.5 * cv**2, cv)
    age = (np.arange(horizon) + 1.0) / life
    kind = profile.wear.degradation
    if kind == "medium":
        path: Floats = np.maximum.accumulate(np.cumsum(rng.normal(1 / life, 0.12 / np.sqrt(life), horizon)))
    elif kind == "exponential":
        growth = np.exp(4.0 * age + np.cumsum(rng.normal(0, 0.10 / np.sqrt(life), horizon)))
        path = np.maximum.accumulate((growth - 1) / (np.exp(4.0) - 1))
    else:
        shape = np.diff(np.concatenate([[0.0], age ** (1.5 if kind == "fast" else 1.0)])) * 120
        path = np.cumsum(rng.gamma(shape, 1 / 120))
    crossed = np.flatnonzero(path >= 1)
    rows = max(int(crossed[0]) + 1 if len(crossed) else horizon, MIN_RUN_ROWS)
    return np.asarray(np.clip(path[:rows], 0, 1))


def _modes(profile: Profile, runs: int, rng: np.random.Generator) -> Ints:
    """A failure mode for each run, in the profile's proportions as nearly as whole runs allow, (R,)."""
    if not profile.failure_modes:
        return np.zeros(runs, dtype=np.int64)
    edges = np.cumsum([mode.probability for mode in profile.failure_modes])
    strata = (np.arange(runs) + rng.random()) / runs
    modes = np.searchsorted(edges / edges[-1], strata, side="right").clip(max=len(edges) - 1)
    return rng.permutation(modes).astype(np.int64)


def _times(lengths: Ints, interval_h: float) -> Floats:
    """Hours since the first row: runs follow each other after a repair, (N,)."""
    gaps = np.concatenate([[0.0], np.cumsum(np.full(len(lengths) - 1, REPAIR_HOURS))])
    return np.asarray(np.arange(int(lengths.sum())) * interval_h + np.repeat(gaps, lengths))


def _sensors(
    profile: Profile, damage: Floats, modes: Ints, lengths: Ints, time_h: Floats, rng: np.random.Generator
) -> Floats:
    """Sensor values (N, S): normal + load + ambient + wear + Brownian drift + noise, bent into the physical limits."""
    rows = len(damage)
    normal, load_gain, ambient_gain, noise, drift = (
        np.array([getattr(s, name) for s in profile.sensors])
        for name in ("normal", "load_gain", "ambient_gain", "noise_std", "drift_std")
    )
    load = load_of(profile, rows, rng)
    ambient = _ambient(profile, time_h, rng)
    per_row = drift * np.sqrt(profile.interval_hours / profile.wear.mean_life_hours)
    values = (
        normal
        + np.outer(load - 1.0, load_gain)
        + np.outer(ambient - profile.operating.ambient_mean_c, ambient_gain)
        + wear_shift(profile, damage, modes)
        + _brownian(lengths, per_row, rng)
        + rng.normal(0, 1, (rows, len(normal))) * noise
    )
    return soft_limit(values, *limit_widths(profile))


def load_of(profile: Profile, rows: int, rng: np.random.Generator) -> Floats:
    """Load as a share of rated, (rows,): regimes follow each other with exponential dwells."""
    regimes = profile.operating.regimes
    loads = np.array([r.load for r in regimes])
    dwell = np.array([r.mean_dwell_hours for r in regimes]) / profile.interval_hours
    visits = np.array([r.share for r in regimes]) / dwell
    visits /= visits.sum()
    count = int(2 * rows / max(float(visits @ np.maximum(dwell, 1)), 1)) + 20
    chosen = rng.choice(len(regimes), size=count, p=visits)
    ends = np.cumsum(np.ceil(rng.exponential(dwell[chosen])))
    at = np.searchsorted(ends, np.arange(rows), side="right").clip(max=count - 1)
    return np.asarray(loads[chosen[at]] + rng.normal(0, 0.01, rows))


def _ambient(profile: Profile, time_h: Floats, rng: np.random.Generator) -> Floats:
    """Ambient temperature, °C, (N,): a daily wave and weather of some days' memory."""
    swing = profile.operating.ambient_daily_swing_c
    spread = max(1, round(48 / profile.interval_hours))
    white = rng.normal(0, 1, len(time_h) + spread)
    total = np.cumsum(white)
    weather = (total[spread:] - total[:-spread]) / np.sqrt(spread)
    daily = np.sin(2 * np.pi * time_h / 24)
    return np.asarray(profile.operating.ambient_mean_c + swing * (0.7 * daily + 0.5 * weather))


def wear_shift(profile: Profile, damage: Floats, modes: Ints) -> Floats:
    """What wear moves each sensor by, in its unit, (N, S). Damage (N,) in 0 to 1, modes (N,)."""
    shift = np.zeros((len(damage), len(profile.sensors)))
    at = {name: i for i, name in enumerate(profile.sensor_names)}
    for code, mode in enumerate(profile.failure_modes):
        rows = np.flatnonzero(modes == code)
        for column, response in _responses(profile, mode, damage[rows]).items():
            shift[rows, at[column]] += response
    return shift


def _responses(profile: Profile, mode: FailureMode, damage: Floats) -> dict[str, Floats]:
    sensors = {sensor.name: sensor for sensor in profile.sensors}
    return {
        e.sensor: sensors[e.sensor].reach(e.direction)
        * e.strength
        * (np.clip(damage - e.onset, 0, None) / (1 - e.onset)) ** RESPONSE_EXPONENT
        for e in mode.effects
    }


def _brownian(lengths: Ints, per_row: Floats, rng: np.random.Generator) -> Floats:
    """Brownian drift that starts at 0 in each run, (N, S)."""
    steps = rng.normal(0, 1, (int(lengths.sum()), len(per_row))) * per_row
    path = np.cumsum(steps, axis=0)
    starts = np.cumsum(lengths) - lengths
    return np.asarray(path - np.repeat(path[starts], lengths, axis=0))
