"""How far one set of runs is from another: distributions, dynamics, the course of wear, run lengths, failure modes.

Each measure is a pure function of two sets of runs, 0 when they agree. `reference` is the real side: the held-out runs
of the seed. What a measure gives for two sets of real runs is its floor, see gan/evaluation/figures.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from gan.data.runs import Floats, Ints, Runs

LAGS = (1, 5, 20)
LIFE_BINS = 20
COURSE_PIECES = 12
TINY = 1e-12


def marginal_gap(reference: Runs, data: Runs) -> float:
    """Kolmogorov-Smirnov distance of the sensors' distributions, mean over sensors."""
    columns = range(reference.values.shape[1])
    return float(np.mean([ks_distance(reference.values[:, i], data.values[:, i]) for i in columns]))


def ks_distance(a: Floats, b: Floats) -> float:
    """Largest distance between two empirical cumulative distributions, (N,) and (M,)."""
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate([a, b])
    return float(np.abs(np.searchsorted(a, both, "right") / len(a) - np.searchsorted(b, both, "right") / len(b)).max())


def autocorrelation_gap(reference: Runs, data: Runs) -> float:
    """Difference of the autocorrelation at lags 1, 5 and 20 of the sensors less their run's mean; mean over both."""
    return float(np.abs(_autocorrelations(reference, centred) - _autocorrelations(data, centred)).mean())


def detrended_autocorrelation_gap(reference: Runs, data: Runs) -> float:
    """The same of the sensors less their run's own smooth course (see `detrended`): the fast dynamics alone."""
    return float(np.abs(_autocorrelations(reference, detrended) - _autocorrelations(data, detrended)).mean())


def _autocorrelations(runs: Runs, rest_of: Callable[[Runs], Floats]) -> Floats:
    """(lags, S), pooled over runs."""
    rest = rest_of(runs)
    power = np.maximum((rest**2).mean(axis=0), TINY)
    return np.stack([lagged(rest, runs.run_id, lag) / power for lag in LAGS])


def lagged(rest: Floats, run_id: Ints, lag: int) -> Floats:
    """Mean product of each column with itself so many rows before, within runs, (S,)."""
    same = run_id[lag:] == run_id[:-lag]
    return np.asarray((rest[lag:][same] * rest[:-lag][same]).mean(axis=0)) if same.any() else np.zeros(rest.shape[1])


def centred(runs: Runs) -> Floats:
    """Sensors less their run's mean, (N, S)."""
    lengths = runs.lengths()
    means = np.add.reduceat(runs.values, runs.starts(), axis=0) / lengths[:, None]
    return np.asarray(runs.values - np.repeat(means, lengths, axis=0))


def detrended(runs: Runs) -> Floats:
    """Sensors less the course of their own run, (N, S): a least-squares line in pieces of a twelfth of the run.

    Each run's own course, not the mean of its mode: the residual then means the same however few runs a mode has.
    """
    rest = np.empty_like(runs.values)
    for begin, rows in zip(runs.starts().tolist(), runs.lengths().tolist(), strict=True):
        own = runs.values[begin : begin + rows]
        design = _pieces((np.arange(rows) + 1.0) / rows)
        weights = np.linalg.solve(design.T @ design + 1e-6 * np.eye(design.shape[1]), design.T @ own)
        rest[begin : begin + rows] = own - design @ weights
    return rest


def _pieces(life: Floats) -> Floats:
    """Hat functions of life, (N, COURSE_PIECES + 1)."""
    knots = np.linspace(0, 1, COURSE_PIECES + 1)
    return np.asarray(np.maximum(1 - np.abs(life[:, None] - knots) * COURSE_PIECES, 0))


def life_of_rows(runs: Runs) -> Floats:
    """Life fraction: how much of its run is over at each row, (N,); 1 in the last row."""
    return np.asarray((runs.position() + 1.0) / np.repeat(runs.lengths(), runs.lengths()))


def cross_sensor_gap(reference: Runs, data: Runs) -> float:
    """Difference of the sensors' Pearson correlations with each other, mean over pairs."""
    sensors = reference.values.shape[1]
    if sensors < 2:
        return 0.0
    upper = np.triu_indices(sensors, 1)
    return float(np.abs(correlations(reference.values)[upper] - correlations(data.values)[upper]).mean())


def correlations(values: Floats) -> Floats:
    """Pearson correlations of columns, (S, S); 0 with a constant column."""
    rest = values - values.mean(axis=0)
    scaled = rest / np.maximum(rest.std(axis=0), TINY)
    return np.asarray(scaled.T @ scaled / len(scaled))


def rul_correlation_gap(reference: Runs, data: Runs) -> float:
    """Difference of the sensors' Spearman correlation with RUL, mean over sensors."""
    return float(np.abs(rul_correlations(reference) - rul_correlations(data)).mean())


def rul_correlations(runs: Runs) -> Floats:
    """Spearman correlation of each sensor with RUL as a fraction of the run, (S,)."""
    return np.asarray(correlations(ranks(np.column_stack([runs.values, 1 - life_of_rows(runs)])))[:-1, -1])


def ranks(values: Floats) -> Floats:
    """Ranks of each column, (N, S); ties keep their order, which hardly matters for continuous sensors."""
    at = np.argsort(values, axis=0, kind="stable")
    result = np.empty(values.shape)
    np.put_along_axis(result, at, np.arange(len(values), dtype=np.float64)[:, None], axis=0)
    return result


def courses(runs: Runs, bins: int = LIFE_BINS) -> Floats:
    """Mean of each sensor over equal parts of each run, (R, bins, S). A run of fewer rows is interpolated."""
    lengths, starts = runs.lengths(), runs.starts()
    edges = np.arange(bins + 1) / bins * lengths[:, None]
    total = np.concatenate([np.zeros((1, runs.values.shape[1])), np.cumsum(runs.values - runs.values.mean(0), axis=0)])
    whole = np.minimum(edges.astype(np.int64), lengths[:, None])
    part = (edges - whole)[:, :, None]
    at = starts[:, None] + whole
    integral = (1 - part) * total[at] + part * total[np.minimum(at + 1, len(total) - 1)]
    widths = (lengths / bins)[:, None, None]
    return np.asarray(np.diff(integral, axis=1) / widths + runs.values.mean(0))


def degradation_curves(runs: Runs) -> dict[int, Floats]:
    """Mean course over life of each failure mode that occurs, (bins, S) by mode."""
    each, mode = courses(runs), runs.run_modes()
    return {int(m): each[mode == m].mean(axis=0) for m in np.unique(mode)}


def degradation_gap(reference: Runs, data: Runs) -> float:
    """Distance of the mean courses over life per failure mode that both have, in standard deviations of the sensors."""
    a, b = degradation_curves(reference), degradation_curves(data)
    spread = np.maximum(reference.values.std(axis=0), TINY)
    gaps = [np.abs(a[mode] - b[mode]) / spread for mode in a.keys() & b.keys()]
    return float(np.mean(gaps)) if gaps else 0.0


def monotonicity_gap(reference: Runs, data: Runs) -> float:
    """Difference of the sensors' monotonicity, mean over sensors."""
    return float(np.abs(monotonicity(reference) - monotonicity(data)).mean())


def monotonicity(runs: Runs) -> Floats:
    """Of each sensor, (S,): |Spearman correlation| of its smoothed course with time, mean over runs; 1 is monotone.

    The rank form of the measure of Coble and Hines (2009), which counts signs of differences and drowns in noise.
    """
    each = courses(runs)
    place = np.argsort(np.argsort(each, axis=1, kind="stable"), axis=1, kind="stable") - (LIFE_BINS - 1) / 2
    time = np.arange(LIFE_BINS) - (LIFE_BINS - 1) / 2
    return np.asarray(np.abs(np.einsum("rbs,b->rs", place, time) / (time @ time)).mean(axis=0))


def prognosability_gap(reference: Runs, data: Runs) -> float:
    """Difference of the sensors' prognosability, mean over sensors."""
    return float(np.abs(prognosability(reference) - prognosability(data)).mean())


def prognosability(runs: Runs) -> Floats:
    """Of each sensor, (S,): exp(−spread of the values at failure / mean distance from start to failure), over runs.

    Coble and Hines (2009). 1 means that all runs fail at the same value.
    """
    each = courses(runs)
    travel = np.abs(each[:, -1] - each[:, 0]).mean(axis=0)
    return np.asarray(np.exp(-each[:, -1].std(axis=0) / np.maximum(travel, TINY)))


class LengthsAndModes(Protocol):
    """All that is needed of runs to compare how long they are and how they end."""

    @property
    def modes(self) -> tuple[str, ...]: ...
    def lengths(self) -> Ints: ...
    def run_modes(self) -> Ints: ...


def run_length_gap(reference: LengthsAndModes, data: LengthsAndModes) -> float:
    """Kolmogorov-Smirnov distance of the runs' lengths."""
    return ks_distance(reference.lengths().astype(np.float64), data.lengths().astype(np.float64))


def run_length_spread(reference: LengthsAndModes, data: LengthsAndModes) -> float:
    """|log| of the ratio of the run lengths' coefficients of variation: large if runs are all alike, or too varied."""

    def cv(runs: LengthsAndModes) -> float:
        lengths = runs.lengths()
        return max(float(lengths.std() / lengths.mean()), 1e-3)

    return abs(float(np.log(cv(data) / cv(reference))))


def mode_shares(runs: LengthsAndModes) -> Floats:
    """Share of the runs that end in each failure mode, (modes,)."""
    return np.bincount(runs.run_modes(), minlength=max(len(runs.modes), 1)) / len(runs.lengths())


def failure_mode_gap(reference: LengthsAndModes, data: LengthsAndModes) -> float:
    """Total variation distance of the failure modes' shares of runs."""
    return float(np.abs(mode_shares(reference) - mode_shares(data)).sum() / 2)


def pile_up(runs: Runs) -> Floats:
    """Share of each sensor's rows that lie on its smallest or on its largest value, (S,): near 1/N unless clipped."""
    low, high = runs.values.min(axis=0), runs.values.max(axis=0)
    near = 1e-4 * np.maximum(high - low, TINY)
    at_low, at_high = (runs.values <= low + near).mean(axis=0), (runs.values >= high - near).mean(axis=0)
    return np.asarray(np.where(high > low, np.maximum(at_low, at_high), 0.0))
