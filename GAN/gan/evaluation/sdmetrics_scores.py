"""SDMetrics' quality and diagnostic scores of a data set, by their published formulas, vectorised.

SDMetrics itself (MIT) imports copulas (BUSL-1.1), so only the tests depend on it; they prove these figures equal to
those of its QualityReport and DiagnosticReport (0.32). Compared are the sensors, RUL, and the failure mode as a
category; run ids and time stamps are keys, not measurements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.measures import TINY, ks_distance

BINS = 10
# A pair of columns counts where the real side is correlated at all: the defaults of SDMetrics' QualityReport.
CORRELATED = 0.5
ASSOCIATED = 0.3


@dataclass(frozen=True)
class Quality:
    """column_shapes and column_pair_trends, each 0 to 1; the second is NaN when no pair of columns is correlated."""

    column_shapes: float
    column_pair_trends: float

    @property
    def overall(self) -> float:
        return float(np.nanmean([self.column_shapes, self.column_pair_trends]))


def quality(real: Runs, data: Runs) -> Quality:
    """SDMetrics' quality: how alike the columns' distributions are, and how alike their dependence in pairs."""
    shapes = [1 - ks_distance(a, b) for a, b in zip(_numbers(real).T, _numbers(data).T, strict=True)]
    if real.failure_mode is not None and data.failure_mode is not None:
        shapes.append(1 - _variation(real.failure_mode, data.failure_mode))
    trends = np.concatenate([_correlated_pairs(_numbers(real), _numbers(data)), _contingent_pairs(real, data)])
    return Quality(float(np.mean(shapes)), float(trends.mean()) if len(trends) else float("nan"))


def validity(real: Runs, data: Runs) -> float:
    """SDMetrics' data validity: share of values within the range, or among the categories, of the real data."""
    a, b = _numbers(real), _numbers(data)
    scores = ((b >= a.min(axis=0)) & (b <= a.max(axis=0))).mean(axis=0).tolist()
    if real.failure_mode is not None and data.failure_mode is not None:
        scores.append(float(np.isin(data.failure_mode, real.failure_mode).mean()))
    return float(np.mean(scores))


def _numbers(runs: Runs) -> Floats:
    """RUL where there is one, then the sensors, (N, C)."""
    return runs.values if runs.rul_h is None else np.column_stack([runs.rul_h, runs.values])


def _correlated_pairs(real: Floats, data: Floats) -> Floats:
    """1 − |difference of Pearson's r|/2 of the pairs that are correlated in the real data, (P,)."""
    upper = np.triu_indices(real.shape[1], 1)
    a, b = _pearson(real)[upper], _pearson(data)[upper]
    counted = (np.abs(a) > CORRELATED) & np.isfinite(b)
    return np.asarray(1 - np.abs(a - b)[counted] / 2)


def _pearson(values: Floats) -> Floats:
    """(C, C); NaN with a constant column, which SDMetrics leaves out."""
    rest = values - values.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = rest / np.where(np.ptp(values, axis=0) > 0, rest.std(axis=0), np.nan)
    return np.asarray(scaled.T @ scaled / len(scaled))


def _contingent_pairs(real: Runs, data: Runs) -> Floats:
    """1 − total variation of (column, failure mode), for the columns associated with the mode in the real data, (P,).

    As SDMetrics does, each side's columns are cut into ten equal bins of its own range.
    """
    if real.failure_mode is None or data.failure_mode is None:
        return np.zeros(0)
    modes = len(real.modes)
    scores = []
    for a, b in zip(_numbers(real).T, _numbers(data).T, strict=True):
        cell_a, cell_b = _binned(a) * modes + real.failure_mode, _binned(b) * modes + data.failure_mode
        table = np.bincount(cell_a, minlength=(BINS + 2) * modes).reshape(-1, modes)
        if cramers_v(table) > ASSOCIATED:
            scores.append(1 - _variation(cell_a, cell_b))
    return np.asarray(scores)


def _binned(values: Floats) -> Ints:
    return np.digitize(values, np.histogram_bin_edges(values, bins=BINS)).astype(np.int64)


def _variation(a: Ints, b: Ints) -> float:
    """Total variation distance of two sets of categories."""
    size = int(max(a.max(), b.max())) + 1
    return float(np.abs(np.bincount(a, minlength=size) / len(a) - np.bincount(b, minlength=size) / len(b)).sum() / 2)


def cramers_v(table: Ints) -> float:
    """Cramér's V of a table of counts, 0 to 1; 0 when it has fewer than two rows or columns."""
    kept = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(kept.shape) < 2:
        return 0.0
    expected = np.outer(kept.sum(axis=1), kept.sum(axis=0)) / kept.sum()
    chi2 = ((kept - expected) ** 2 / np.maximum(expected, TINY)).sum()
    return float(np.sqrt(chi2 / (kept.sum() * (min(kept.shape) - 1))))
