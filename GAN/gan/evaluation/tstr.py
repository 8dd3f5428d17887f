"""Train on synthetic, test on real: is a RUL model that learns from the data as good as one that learns from real runs?

The model is gradient boosting on what a window of sensor values shows (values, rolling means, slopes), without the time
stamp or the position in the run. RUL is raw, in hours: a cap, such as the 125 cycles usual for C-MAPSS, is a choice of
training target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from gan.data.runs import Floats, Ints, Runs

ROLLING = (5, 20)
MAX_ROWS = 6_000
MAX_TEST_ROWS = 6_000
# A mean run counts as this many cycles in the NASA score, whose constants suit engines that last one or two hundred.
CYCLES_A_RUN = 125.0


@dataclass(frozen=True)
class RulError:
    """rmse_h: root mean square error, hours. nasa: mean a row of e^(−d/13)−1 early, e^(d/10)−1 late (Saxena 2008)."""

    rmse_h: float
    nasa: float


def rul_error(train: Runs, test: Runs, random_seed: int) -> RulError:
    """The error on `test` of a RUL model trained on `train`."""
    # Imported here because it takes a second, and most importers of this module never get here.
    from sklearn.ensemble import HistGradientBoostingRegressor

    assert train.rul_h is not None and test.rul_h is not None
    rows, tests = _spread_out(len(train), MAX_ROWS), _spread_out(len(test), MAX_TEST_ROWS)
    model = HistGradientBoostingRegressor(
        max_iter=100,
        learning_rate=0.08,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=random_seed,
    )
    with threadpool_limits(1):
        model.fit(features(train)[rows], train.rul_h[rows])
        predicted = np.maximum(model.predict(features(test)[tests]), 0.0)
    return _error(np.asarray(predicted), test.rul_h[tests], test)


def constant_error(train: Runs, test: Runs) -> RulError:
    """The error of always predicting the training runs' mean RUL: a model that does no better has learned nothing."""
    assert train.rul_h is not None and test.rul_h is not None
    return _error(np.full(len(test), train.rul_h.mean()), test.rul_h, test)


def _error(predicted: Floats, rul_h: Floats, test: Runs) -> RulError:
    assert test.rul_h is not None
    mean_run_h = float(test.rul_h[test.starts()].mean()) or 1.0
    late = predicted - rul_h
    d = late / mean_run_h * CYCLES_A_RUN
    nasa = np.where(d < 0, np.expm1(-d / 13), np.expm1(d / 10))
    return RulError(float(np.sqrt((late**2).mean())), float(nasa.mean()))


def features(runs: Runs) -> Floats:
    """Values, means of the last 5 and 20 rows, and how those changed over 5 and 20 rows, within the run: (N, 5·S)."""
    at = np.arange(len(runs))
    begin = np.repeat(runs.starts(), runs.lengths())
    total = np.concatenate([np.zeros((1, runs.values.shape[1])), np.cumsum(runs.values - runs.values.mean(0), axis=0)])
    parts = [runs.values]
    for width in ROLLING:
        first = np.maximum(at - width + 1, begin)
        mean = (total[at + 1] - total[first]) / (at + 1 - first)[:, None] + runs.values.mean(0)
        parts += [mean, mean - mean[np.maximum(at - width, begin)]]
    return np.concatenate(parts, axis=1)


def rows_of_whole_runs(runs: Runs, rows: int, rng: np.random.Generator) -> Runs:
    """Random whole runs of about this many rows in total."""
    order = rng.permutation(len(runs.starts()))
    count = int(np.searchsorted(np.cumsum(runs.lengths()[order]), rows)) + 1
    return runs.select(runs.ids()[order[:count]])


def _spread_out(total: int, most: int) -> Ints:
    return np.unique(np.linspace(0, total - 1, min(total, most)).astype(np.int64))
