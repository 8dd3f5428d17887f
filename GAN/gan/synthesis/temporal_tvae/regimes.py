"""Operating regimes: levels that the sensors jump between when load or speed changes, detected and sampled anew.

A jump is a change from one row to the next that measurement noise does not explain. Between two jumps a run is in one
regime; segments of like level are one regime. Sampling is semi-Markov: which regime follows which, and for how long,
is drawn from the training runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan.data.runs import Floats, Ints, Runs

MAX_REGIMES = 6
MAX_AXES = 3
# A jump is this many standard deviations of the ordinary change from row to row, along an axis of regime changes.
JUMP_SIGMA = 5.0
# Fewer jumps than this share of the rows are events, not a way of operating.
MIN_JUMP_SHARE = 0.005
# Share of the rows whose changes count as ordinary when the noise is measured.
ORDINARY_SHARE = 0.5
MIN_AXIS_SHARE = 0.15
# Regimes closer than this, in spreads of the levels within a regime, are merged.
MIN_DISTANCE = 3.0
# The smallest share of the rows that makes a regime.
MIN_SHARE = 0.02
# Drift of the levels: averaged over this many segments to either side, removed this many times.
DRIFT_REACH = 4
DRIFT_STEPS = 3
# Mixtures are fitted from this many random starts; the best one is kept.
STARTS = 2
_EM_STEPS = 60


@dataclass(frozen=True)
class Regimes:
    """count regimes; regime (N,) of each row, before (N,) the regime before it, age (N,) rows since it began.

    starts: the rows in which one begins. inputs (N, I): what else is given of each row.
    """

    count: int
    regime: Ints
    before: Ints
    age: Ints
    starts: Ints
    inputs: Floats

    def arrays(self, runs: Runs) -> dict[str, Floats]:
        """What sampling needs of each segment: its regime, its rows, and whether it is the first or last of its run."""
        lengths = np.diff(np.append(self.starts, len(runs)))
        first = np.isin(self.starts, runs.starts())
        last = np.append(first[1:], True)
        return {
            "segment_regime": self.regime[self.starts].astype(np.float64),
            "segment_rows": lengths.astype(np.float64),
            "segment_first": first.astype(np.float64),
            "segment_last": last.astype(np.float64),
        }


@dataclass(frozen=True)
class Detector:
    """Finds jumps and levels: axes (S, Q) project sensors onto regime changes; centers (K, Q), scale (Q, Q) of levels.

    plain: levels show best in the sensors as they are, such as a drive's set speed; else in the sensors without wear
    and deviation.
    """

    axes: Floats
    centers: Floats
    scale: Floats
    plain: bool = False

    @staticmethod
    def none(sensors: int) -> Detector:
        """Finds one regime only."""
        return Detector(np.zeros((sensors, 0)), np.zeros((0, 0)), np.zeros((0, 0)))

    def find(self, rest: Floats, scaled: Floats, runs: Runs, inputs: Floats) -> Regimes:
        """The regimes of runs, from their sensors without wear and deviation, and as they are, (N, S) both."""
        if len(self.centers) < 2:
            alone = np.zeros(len(runs), dtype=np.int64)
            return Regimes(1, alone, alone, runs.position() + 2, runs.starts(), inputs)
        segments = _Segments.of((scaled if self.plain else rest) @ self.axes, runs)
        which = _nearest(segments.means, self.centers, self.scale)
        for _ in range(DRIFT_STEPS):
            drift = segments.drift(segments.means - self.centers[which])
            which = _nearest(segments.means - drift, self.centers, self.scale)
        segment = np.repeat(np.arange(len(which)), segments.rows)
        opens = np.isin(segments.starts, runs.starts())
        before = np.where(opens, which, np.roll(which, 1))
        age = np.arange(len(runs)) - segments.starts[segment]
        # It is unknown how long the first regime of a run has lasted.
        age = np.where(opens[segment], age + 2, age)
        return Regimes(len(self.centers), which[segment], before[segment], age, segments.starts, inputs)


def _nearest(points: Floats, centers: Floats, scale: Floats) -> Ints:
    """Which center each point is nearest to, (M,)."""
    away = (points[:, None, :] - centers[None, :, :]) @ scale
    return np.asarray((away**2).sum(axis=2).argmin(axis=1))


@dataclass(frozen=True)
class _Segments:
    """Stretches between jumps, M of them: first row, rows, run (M,) and mean level along the axes, (M, Q)."""

    starts: Ints
    rows: Ints
    run: Ints
    means: Floats

    @staticmethod
    def of(level: Floats, runs: Runs) -> _Segments:
        jump = np.zeros(len(runs), dtype=bool)
        jump[1:] = (np.abs(np.diff(level, axis=0)) > JUMP_SIGMA).any(axis=1)
        jump[runs.starts()] = True
        starts = np.flatnonzero(jump)
        rows = np.diff(np.append(starts, len(runs)))
        return _Segments(starts, rows, runs.run_id[starts], np.add.reduceat(level, starts, axis=0) / rows[:, None])

    def drift(self, rest: Floats) -> Floats:
        """Means over the neighbouring segments of the same run, weighted by rows, (M, Q): what a level drifts by."""
        at = np.arange(len(self.run))
        first, last = np.searchsorted(self.run, self.run), np.searchsorted(self.run, self.run, side="right")
        low, high = np.maximum(at - DRIFT_REACH, first), np.minimum(at + DRIFT_REACH + 1, last)
        total = np.concatenate([np.zeros((1, rest.shape[1])), np.cumsum(rest * self.rows[:, None], axis=0)])
        weight = np.concatenate([[0], np.cumsum(self.rows)])
        return np.asarray((total[high] - total[low]) / (weight[high] - weight[low])[:, None])


def fit_detector(rest: Floats, scaled: Floats, runs: Runs, random_seed: int) -> Detector:
    """Learns the regimes of training runs, from their sensors without wear and deviation, and as they are, (N, S) both.

    The latter only where the former show no regimes. One regime where nothing jumps.
    """
    none = Detector.none(rest.shape[1])
    axes = _jump_axes(rest, runs)
    if axes.shape[1] == 0:
        return none
    rng = np.random.default_rng([random_seed, 3])
    for plain, values in enumerate((rest, scaled)):
        centers, scale = _fit(_Segments.of(values @ axes, runs), runs, rng)
        if len(centers) > 1:
            return Detector(axes, centers, scale, bool(plain))
    return none


def _fit(segments: _Segments, runs: Runs, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Centers (K, Q) of the segments' levels and the whitening of their spread (Q, Q)."""
    centers, scale = np.zeros((1, segments.means.shape[1])), np.eye(segments.means.shape[1])
    if len(segments.starts) - len(runs.starts()) < MIN_JUMP_SHARE * len(runs):
        return centers, scale
    points = segments.means
    # Levels separate better the less they drift, and drift shows once they are separated.
    for _ in range(DRIFT_STEPS):
        centers, scale = _clusters(points, segments.rows, rng)
        nearest = centers[_nearest(points, centers, scale)]
        points = segments.means - segments.drift(segments.means - nearest)
    return centers, scale


def _clusters(points: Floats, rows: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Centers (K, Q) of levels and the whitening of their spread (Q, Q); as many as the data separate."""
    counts = np.repeat(np.arange(1, min(MAX_REGIMES, len(points) // 8) + 1), STARTS)
    fits = [_mixture(points, int(count), rng) for count in counts]
    good = [fit for fit in fits if _apart(fit[0] @ fit[1]) and _common(points @ fit[1], fit[0] @ fit[1], rows)]
    centers, scale, _ = min(good, key=lambda fit: fit[2])
    return centers, scale


def _common(points: Floats, centers: Floats, rows: Ints) -> bool:
    """Whether every regime holds enough rows to be a way of operating."""
    nearest = ((points[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return bool((np.bincount(nearest, weights=rows, minlength=len(centers)) >= MIN_SHARE * rows.sum()).all())


def _apart(centers: Floats) -> bool:
    """Whether regimes are so far apart that a level belongs to one of them, (K, Q) in spreads within a regime."""
    away = np.linalg.norm(centers[:, None, :] - centers[None, :, :], axis=2)
    return bool((away + np.eye(len(centers)) * MIN_DISTANCE >= MIN_DISTANCE).all())


def _jump_axes(rest: Floats, runs: Runs) -> Floats:
    """Directions of jumps, scaled so that ordinary changes along them have unit spread: (S, Q)."""
    changes = np.diff(rest, axis=0)[np.diff(runs.run_id) == 0]
    whiten = _ordinary_whitening(changes)
    sized = changes @ whiten
    power = (sized**2).sum(axis=1)
    # A bound that normal changes of S sensors exceed once in a thousand rows (Wilson and Hilferty's approximation).
    s = sized.shape[1]
    bound = s * (1 - 2 / (9 * s) + 3.09 * np.sqrt(2 / (9 * s))) ** 3
    jumps = sized[power > bound]
    if len(jumps) < MIN_JUMP_SHARE * len(changes):
        return np.zeros((s, 0))
    share, axes = np.linalg.eigh(jumps.T @ jumps)
    chosen = [i for i in range(s - 1, -1, -1) if share[i] > MIN_AXIS_SHARE * share.sum()][:MAX_AXES]
    return np.asarray(whiten @ axes[:, chosen])


def _ordinary_whitening(changes: Floats) -> Floats:
    """ZCA of the changes that are not jumps: the covariance of the inner half, recomputed until it settles, (S, S)."""
    inner = changes
    for _ in range(4):
        covariance = inner.T @ inner / len(inner)
        power, axes = np.linalg.eigh(covariance)
        whiten = axes / np.sqrt(np.maximum(power, max(float(power.max()) * 1e-9, 1e-12))) @ axes.T
        size = ((changes @ whiten) ** 2).sum(axis=1)
        inner = changes[size <= np.quantile(size, ORDINARY_SHARE)]
    # The inner half is narrower than the whole: scaled by the median, which for S normal columns is about S − 2/3.
    scale = np.sqrt(max(float(np.median(size)), 1e-12) / max(changes.shape[1] - 2 / 3, 1 / 3))
    return np.asarray(whiten / scale)


def _mixture(points: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Normal mixture with one covariance: centers (K, Q), whitening of the covariance (Q, Q), and its BIC. By EM."""
    n, q = points.shape
    centers = _spread_out(points, count, rng)
    covariance = np.cov(points.T).reshape(q, q) / count**2 + 1e-9 * np.eye(q)
    share = np.full(count, 1 / count)
    likelihood = -np.inf
    for _ in range(_EM_STEPS):
        root = np.linalg.inv(np.linalg.cholesky(covariance)).T
        away = ((points[:, None, :] - centers[None, :, :]) @ root) ** 2
        log = np.log(share) - 0.5 * away.sum(axis=2) + np.log(np.abs(np.linalg.det(root))) - 0.5 * q * np.log(2 * np.pi)
        top = log.max(axis=1, keepdims=True)
        total = top + np.log(np.exp(log - top).sum(axis=1, keepdims=True))
        weight = np.exp(log - total)
        if float(total.sum()) - likelihood < 0.05:
            break
        likelihood = float(total.sum())
        mass = weight.sum(axis=0) + 1e-9
        share, centers = mass / mass.sum(), weight.T @ points / mass[:, None]
        rest = points[:, None, :] - centers[None, :, :]
        covariance = np.einsum("nk,nki,nkj->ij", weight, rest, rest) / n + 1e-6 * np.eye(q)
    parameters = count * q + q * (q + 1) / 2 + count - 1
    return centers, root, -2 * likelihood + parameters * np.log(n)


def _spread_out(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Starting centers far from each other (k-means++ that takes the farthest), (K, Q)."""
    sized = points / np.maximum(points.std(axis=0), 1e-9)
    chosen = [int(((sized - sized.mean(axis=0)) ** 2).sum(axis=1).argmin())]
    for _ in range(count - 1):
        nearest = np.min([((sized - sized[i]) ** 2).sum(axis=1) for i in chosen], axis=0)
        chosen.append(int(rng.choice(len(points), p=nearest / nearest.sum()) if nearest.sum() > 0 else 0))
    return points[chosen]


@dataclass(frozen=True)
class RegimePlan:
    """Regimes of R runs, step by step: regime, before, age, each (steps, R), and inputs (steps, R, I)."""

    regime: Ints
    before: Ints
    age: Ints
    inputs: Floats


def sample_regimes(
    arrays: Mapping[str, Floats], count: int, runs: int, steps: int, rng: np.random.Generator
) -> RegimePlan:
    """Regimes of so many runs over so many steps, semi-Markov, from the training runs' segments."""
    regime = np.zeros((steps, runs), dtype=np.int64)
    before, age = regime.copy(), np.full((steps, runs), 1_000, dtype=np.int64)
    none = np.zeros((steps, runs, 0))
    if count == 1:
        return RegimePlan(regime, before, age, none)
    which, rows = arrays["segment_regime"].astype(np.int64), arrays["segment_rows"].astype(np.int64)
    follow = _transitions(arrays, count)
    whole = (arrays["segment_first"] + arrays["segment_last"]) == 0
    dwells = [rows[(which == k) & whole] if ((which == k) & whole).any() else rows[which == k] for k in range(count)]
    at_start = rng.choice(len(rows), size=runs, p=rows / rows.sum())
    now = which[at_start]
    left = np.ceil(rows[at_start] * rng.random(runs)).astype(np.int64)
    past, old = now.copy(), np.full(runs, 2, dtype=np.int64)
    for step in range(steps):
        change = np.flatnonzero(left == 0)
        if len(change):
            draw = (rng.random(len(change))[:, None] > np.cumsum(follow[now[change]], axis=1)).sum(axis=1)
            past[change], now[change] = now[change], np.minimum(draw, count - 1)
            left[change] = [int(rng.choice(dwells[k])) for k in now[change]]
            old[change] = 0
        regime[step], before[step], age[step] = now, past, old
        left -= 1
        old += 1
    return RegimePlan(regime, before, age, none)


def _transitions(arrays: Mapping[str, Floats], count: int) -> Floats:
    """Transition probabilities, (K, K), rows sum to 1. After a regime that was never left: overall frequencies."""
    which = arrays["segment_regime"].astype(np.int64)
    inside = arrays["segment_last"][:-1] == 0
    pairs = np.zeros((count, count))
    np.add.at(pairs, (which[:-1][inside], which[1:][inside]), 1)
    pairs += (pairs.sum(axis=1, keepdims=True) == 0) * (np.bincount(which, minlength=count) + 1e-9)
    return np.asarray(pairs / pairs.sum(axis=1, keepdims=True))
