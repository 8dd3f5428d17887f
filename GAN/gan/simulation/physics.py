"""The physics of seeds: latent damage per failure mode grows until one mode crosses its threshold, which ends the run.

The crossing determines the run's length, and with it every RUL. The other modes' damage stays behind. Sensors respond
to load, ambient temperature and damage. Damage of 1 is the threshold; by its wear characteristic it grows as

* slow: gamma process with constant rate (monotone wear in small steps),
* medium: Wiener process with drift, by its running maximum (same first-passage time, but damage never heals),
* fast: gamma process whose rate grows with the square root of age,
* exponential: damage that feeds on itself, dD = r·(D + d₀)·dt with lognormal noise.

See van Noortwijk (2009), doi:10.1016/j.ress.2007.03.019, for gamma processes in maintenance. The same contract
generates the seed (`simulate`) and says what to expect of data (`expected_directions`, `expected_course`).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from gan.data.limits import limit_widths, soft_limit
from gan.data.runs import REPAIR_HOURS, Floats, Ints, Runs, fit_lengths, trim
from gan.machine.profile import Profile
from gan.machine.wear import MIN_SIMULATED_ROWS
from gan.runtime.errors import InvalidInput

# How a mode's sensors respond beyond their onset: slightly faster than damage itself.
RESPONSE_EXPONENT = 1.3
# The modes that do not end a run wear by at most this fraction during it.
OTHER_MODES_WEAR = 0.4
EXPONENTIAL_RATE = 4.0
EXPONENTIAL_NOISE = 0.10
WIENER_NOISE = 0.12
FAST_POWER = 1.5
# Gamma wear over a whole run has a coefficient of variation of 1/sqrt(shape): 0.09.
GAMMA_SHAPE = 120.0
GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Damage:
    """Latent damage of R runs and M failure modes: damage (N, M) in 0 to 1; modes (R,) end the runs; lengths (R,)."""

    damage: Floats
    modes: Ints
    lengths: Ints


def simulate(profile: Profile, num_rows: int, random_seed: int) -> Runs:
    """Exactly num_rows rows of whole runs. Only where they are too few for a whole run, the last enters late.

    Raises InvalidInput when the sampling interval leaves too few rows a run.
    """
    check_interval(profile)
    rng = np.random.default_rng([random_seed, zlib.crc32(profile.machine_id.encode())])
    latent = wear_out(profile, num_rows, rng)
    lengths = latent.lengths
    run_id = np.repeat(np.arange(1, len(lengths) + 1), lengths)
    time_h = _times(lengths, profile.interval_hours)
    values = _sensors(profile, latent, time_h, rng)
    has_modes = bool(profile.failure_modes)
    rows_left = np.repeat(np.cumsum(lengths), lengths) - 1.0 - np.arange(len(run_id))
    runs = Runs(
        profile.sensor_names,
        values,
        run_id,
        time_h,
        np.asarray(rows_left * profile.interval_hours) if has_modes else None,
        np.repeat(latent.modes, lengths) if has_modes else None,
        profile.mode_names,
    )
    return trim(runs, num_rows)


def check_interval(profile: Profile) -> None:
    """Raises InvalidInput when the sampling interval leaves too few rows a run."""
    if profile.mean_run_rows < 2 * MIN_SIMULATED_ROWS:
        most = profile.wear.mean_run_hours * 60 / (2 * MIN_SIMULATED_ROWS)
        raise InvalidInput(
            f"sampling_interval_minutes: {profile.sampling_interval_minutes:g} leaves {profile.mean_run_rows:.0f} rows "
            f"a run of {profile.wear.mean_run_hours:g} h: at most {most:g} is allowed",
            field="sampling_interval_minutes",
        )


def wear_out(profile: Profile, num_rows: int, rng: np.random.Generator) -> Damage:
    """Latent damage of enough runs for num_rows rows. Without failure modes nothing wears: runs are just long."""
    if not profile.failure_modes:
        count = -(-num_rows // int(min(profile.mean_run_rows, max(num_rows // 4, MIN_SIMULATED_ROWS))))
        lengths = num_rows // count + (np.arange(count) < num_rows % count)
        return Damage(np.zeros((num_rows, 0)), np.zeros(count, dtype=np.int64), lengths.astype(np.int64))
    shares = np.cumsum([mode.probability for mode in profile.failure_modes])
    at = rng.random()
    damages: list[Floats] = []
    modes: list[int] = []
    left = num_rows
    while left > 0:
        # Golden-ratio steps: in any number of runs, the modes have the profile's proportions to within about one run.
        mode = min(int(np.searchsorted(shares / shares[-1], (at + GOLDEN * len(modes)) % 1.0)), len(shares) - 1)
        damage = _damage(profile, mode, rng)
        while 0 < left - len(damage) < MIN_SIMULATED_ROWS:
            damage = _damage(profile, mode, rng)
        damages.append(damage)
        modes.append(mode)
        left -= len(damage)
    lengths = np.array([len(damage) for damage in damages])
    fitted = fit_lengths(lengths, num_rows, (MIN_SIMULATED_ROWS, _longest(profile)))
    if fitted is not None:
        lengths, damages = (
            fitted,
            [_paced(damage, rows) for damage, rows in zip(damages, fitted.tolist(), strict=False)],
        )
    return Damage(np.concatenate(damages), np.array(modes[: len(lengths)], dtype=np.int64), lengths)


def _longest(profile: Profile) -> int:
    """Rows of the longest run."""
    return int(profile.wear.max_rul_hours / profile.interval_hours) + 1


def _paced(damage: Floats, rows: int) -> Floats:
    """The same wear (N, M) in so many rows, a little faster or slower: it still ends in the last."""
    age = (np.arange(rows) + 1.0) * len(damage) / rows
    known = np.arange(len(damage) + 1.0)
    return np.column_stack([np.interp(age, known, np.append(0.0, of_mode)) for of_mode in damage.T])


def _damage(profile: Profile, mode: int, rng: np.random.Generator) -> Floats:
    """One run's damage, (rows, M): that of its mode reaches 1 in the last row, the others stay behind.

    Runs longer than the profile's longest, or too short to have a course, are drawn again.
    """
    longest = _longest(profile)
    cv = profile.wear.life_cv
    crossed = np.zeros(0, dtype=np.int64)
    while len(crossed) == 0 or crossed[0] + 1 < MIN_SIMULATED_ROWS:
        rows_to_failure = profile.mean_run_rows * rng.lognormal(-0.5 * cv**2, cv)
        path = _path(profile.degradation_of(mode), longest, rows_to_failure, rng)
        crossed = np.flatnonzero(path >= 1)
    rows = int(crossed[0]) + 1
    damage = np.empty((rows, len(profile.failure_modes)))
    for other in range(damage.shape[1]):
        slower = rows / (OTHER_MODES_WEAR * max(rng.random(), 1e-3))
        damage[:, other] = path[:rows] if other == mode else _path(profile.degradation_of(other), rows, slower, rng)
    return np.asarray(np.clip(damage, 0, 1))


def _path(degradation: str, rows: int, rows_to_failure: float, rng: np.random.Generator) -> Floats:
    """Damage that reaches 1 after about `rows_to_failure` rows, (rows,). Never falls."""
    age = (np.arange(rows) + 1.0) / rows_to_failure
    if degradation == "medium":
        return np.maximum.accumulate(
            np.cumsum(rng.normal(1 / rows_to_failure, WIENER_NOISE / np.sqrt(rows_to_failure), rows))
        )
    if degradation == "exponential":
        noise = np.cumsum(rng.normal(0, EXPONENTIAL_NOISE / np.sqrt(rows_to_failure), rows))
        growth = np.expm1(EXPONENTIAL_RATE * age + noise) / np.expm1(EXPONENTIAL_RATE)
        return np.maximum.accumulate(growth)
    power = FAST_POWER if degradation == "fast" else 1.0
    shape = np.diff(age**power, prepend=0.0) * GAMMA_SHAPE
    return np.cumsum(rng.gamma(shape, 1 / GAMMA_SHAPE))


def mean_damage(degradation: str, life: Floats) -> Floats:
    """Expected damage of the mode that ends the run, at each life fraction (0 to 1)."""
    if degradation == "exponential":
        return np.asarray(np.expm1(EXPONENTIAL_RATE * life) / np.expm1(EXPONENTIAL_RATE))
    return np.asarray(life**FAST_POWER if degradation == "fast" else life)


def expected_directions(profile: Profile) -> Ints:
    """What each failure mode does to each sensor by the end of a run, (M, S): 1 rises, -1 falls, 0 no effect."""
    return np.sign(failure_shift(profile)).astype(np.int64)


def failure_shift(profile: Profile) -> Floats:
    """How far each failure mode has moved each sensor when it ends the run, in the sensor's unit: (M, S)."""
    return wear_shift(profile, np.eye(len(profile.failure_modes)))


def expected_course(profile: Profile, mode: int, life: Floats) -> Floats:
    """The sensors' expected course over life (L,) in a run that `mode` ends, at rated load, in their units, (L, S)."""
    damage = np.zeros((len(life), len(profile.failure_modes)))
    damage[:, mode] = mean_damage(profile.degradation_of(mode), life)
    normal = np.array([sensor.normal for sensor in profile.sensors])
    return soft_limit(normal + wear_shift(profile, damage), *limit_widths(profile))


def _times(lengths: Ints, interval_h: float) -> Floats:
    """Hours since the first row: runs follow each other after a repair, (N,)."""
    gaps = np.concatenate([[0.0], np.cumsum(np.full(len(lengths) - 1, REPAIR_HOURS))])
    return np.asarray(np.arange(int(lengths.sum())) * interval_h + np.repeat(gaps, lengths))


def _sensors(profile: Profile, latent: Damage, time_h: Floats, rng: np.random.Generator) -> Floats:
    """Sensor values (N, S): normal + load + ambient + wear + Brownian drift + noise, bent into the physical limits."""
    rows = len(time_h)
    normal, load_gain, ambient_gain, noise, drift = (
        np.array([getattr(s, name) for s in profile.sensors])
        for name in ("normal", "load_gain", "ambient_gain", "noise_std", "drift_std")
    )
    load = load_of(profile, rows, rng)
    ambient = _ambient(profile, time_h, rng)
    per_row = drift * np.sqrt(profile.interval_hours / profile.wear.mean_run_hours)
    values = (
        normal
        + np.outer(load - 1.0, load_gain)
        + np.outer(ambient - profile.operating.ambient_mean_c, ambient_gain)
        + wear_shift(profile, latent.damage)
        + _brownian(latent.lengths, per_row, rng)
        + rng.normal(0, 1, (rows, len(normal))) * noise
    )
    constant = np.array([np.nan if s.constant is None else s.constant for s in profile.sensors])
    return np.where(np.isnan(constant), soft_limit(values, *limit_widths(profile)), constant)


def load_of(profile: Profile, rows: int, rng: np.random.Generator) -> Floats:
    """Load as a share of rated, (rows,): regimes follow each other with exponential dwells.

    Shares are exact on average. A regime may follow itself, so stretches are drawn as parts that allow for that.
    """
    regimes = profile.operating.regimes
    share = np.array([r.share for r in regimes])
    dwell = np.array([r.mean_dwell_hours for r in regimes]) / profile.interval_hours
    part = dwell * np.maximum(1 - share / dwell / (share / dwell).sum(), 0.1)
    visits = share / part / (share / part).sum()
    count = int(2 * rows / (visits @ part)) + 20
    chosen = rng.choice(len(regimes), size=count, p=visits)
    ends = np.cumsum(rng.exponential(part[chosen]))
    at = np.searchsorted(ends, np.arange(rows), side="right").clip(max=count - 1)
    loads = np.array([r.load for r in regimes])
    return np.asarray(loads[chosen[at]] + rng.normal(0, 0.01, rows))


def _ambient(profile: Profile, time_h: Floats, rng: np.random.Generator) -> Floats:
    """Ambient temperature, °C, (N,): a daily wave, and weather with a memory of some days."""
    swing = profile.operating.ambient_daily_swing_c
    spread = max(1, round(48 / profile.interval_hours))
    white = rng.normal(0, 1, len(time_h) + spread)
    total = np.cumsum(white)
    weather = (total[spread:] - total[:-spread]) / np.sqrt(spread)
    daily = np.sin(2 * np.pi * time_h / 24)
    return np.asarray(profile.operating.ambient_mean_c + swing * (0.7 * daily + 0.5 * weather))


def wear_shift(profile: Profile, damage: Floats) -> Floats:
    """How far damage (N, M) moves each sensor, in its unit, (N, S): nothing before an effect's onset."""
    shift = np.zeros((len(damage), len(profile.sensors)))
    at = {name: i for i, name in enumerate(profile.sensor_names)}
    for code, mode in enumerate(profile.failure_modes):
        for effect in mode.effects:
            column = at[effect.sensor]
            over = np.clip(damage[:, code] - effect.onset, 0, None) / (1 - effect.onset)
            reach = profile.sensors[column].reach(effect.direction)
            shift[:, column] += reach * effect.strength * over**RESPONSE_EXPONENT
    return shift


def _brownian(lengths: Ints, per_row: Floats, rng: np.random.Generator) -> Floats:
    """Brownian drift that starts at 0 in each run, (N, S)."""
    steps = rng.normal(0, 1, (int(lengths.sum()), len(per_row))) * per_row
    path = np.cumsum(steps, axis=0)
    starts = np.cumsum(lengths) - lengths
    return np.asarray(path - np.repeat(path[starts], lengths, axis=0))
