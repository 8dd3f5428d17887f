"""RUL models as people use them: what each learns from windows of sensor values, RUL capped, and how it errs on others.

Boosting: gradient boosting on what a window shows (last value, means, slope, spread of each sensor). Convolution: ridge
regression on random convolutions of the window (ROCKET; Dempster et al., 2020), which stands for convolutional nets: it
ranks data as they do, in a hundredth of the time. Neither sees the time stamp or the position in the run. Sensors are
first standardised within their operating point, as is usual, by what the model learns from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gan.data.operating_points import OperatingPoints, find_points
from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.measures import TINY

WINDOW = 30
MAX_ROWS = 2_500
# Of each window's convolutions every second is taken: neighbours are nearly the same.
KERNELS, KERNEL_ROWS, STRIDE = 64, 9, 2
RIDGE = 1e-2


@dataclass(frozen=True)
class Windows:
    """x (W, WINDOW, S): windows that end in rows chosen evenly over runs; rul (W,): capped, of their last row, hours;
    run (W,): which run each is of, from 0 on; point (W, WINDOW): the operating point of each row."""

    x: Floats
    rul: Floats
    run: Ints
    point: Ints

    def where(self, chosen: NDArray[np.bool_]) -> Windows:
        """Some of the windows."""
        return Windows(self.x[chosen], self.rul[chosen], self.run[chosen], self.point[chosen])


@dataclass(frozen=True)
class Operation:
    """Which columns are settings, and the points that they are set to."""

    columns: tuple[int, ...]
    points: OperatingPoints

    def of(self, x: Floats) -> Ints:
        """The point of each row of windows (W, WINDOW, S), (W, WINDOW)."""
        if len(self.points) == 1:
            return np.zeros(x.shape[:2], dtype=np.int64)
        return self.points.nearest(x[:, :, list(self.columns)].reshape(-1, len(self.columns))).reshape(x.shape[:2])


def operation_of(runs: Runs, settings: Sequence[str]) -> Operation:
    """How runs are operated; settings: the columns that are set, not measured."""
    columns = tuple(runs.sensors.index(name) for name in settings)
    rest = np.delete(runs.values, columns, axis=1)
    return Operation(columns, find_points(runs.values[:, list(columns)], rest, runs.run_id))


def windows_of(runs: Runs, most: int, cap_h: float, operation: Operation) -> Windows:
    """So many windows at most, evenly spread over all runs. Before a run's first row, that row is repeated."""
    assert runs.rul_h is not None
    rows = np.unique(np.linspace(0, len(runs) - 1, min(len(runs), most)).astype(np.int64))
    run = np.searchsorted(runs.starts(), rows, "right") - 1
    at = np.maximum(rows[:, None] + np.arange(1 - WINDOW, 1), runs.starts()[run][:, None])
    x, numbered = runs.values[at], np.unique(run, return_inverse=True)[1]
    return Windows(x, np.minimum(runs.rul_h[rows], cap_h), numbered, operation.of(x))


def joined(a: Windows, b: Windows) -> Windows:
    """Windows of both; the runs of b are numbered after those of a."""
    run = np.concatenate([a.run, b.run + a.run.max(initial=-1) + 1])
    x, rul = np.concatenate([a.x, b.x]), np.concatenate([a.rul, b.rul])
    return Windows(x, rul, run, np.concatenate([a.point, b.point]))


def standardised(train: Windows, test: Windows) -> tuple[Windows, Windows]:
    """Both with the means and spreads that the sensors have at each operating point in the first."""
    rows, point = train.x.reshape(-1, train.x.shape[2]), train.point.ravel()
    count = max(int(train.point.max()), int(test.point.max())) + 1
    mean, spread = (np.tile(of(rows, axis=0), (count, 1)) for of in (np.mean, np.std))
    for known in np.flatnonzero(np.bincount(point, minlength=count) >= WINDOW):
        mean[known], spread[known] = rows[point == known].mean(axis=0), rows[point == known].std(axis=0)
    # A sensor that does not vary at a point says nothing there.
    spread = np.where(spread > 1e-6 * np.maximum(np.abs(mean), TINY), spread, np.inf)

    def scaled(windows: Windows) -> Windows:
        return replace(windows, x=np.clip((windows.x - mean[windows.point]) / spread[windows.point], -10, 10))

    return scaled(train), scaled(test)


Model = Callable[[Windows, Windows, int], Floats]


def boosting(train: Windows, test: Windows, random_seed: int) -> Floats:
    """RUL of the test's windows, hours, (W,)."""
    # Imported here because it takes a second, and most importers of this module never get here.
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=50,
        learning_rate=0.15,
        max_leaf_nodes=15,
        max_bins=63,
        max_features=0.4,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=random_seed,
    )
    with threadpool_limits(1):
        model.fit(_described(train.x), train.rul)
        return np.asarray(model.predict(_described(test.x)))


def _described(x: Floats) -> Floats:
    """Last value, means of the last 5 and of all rows, slope and spread of each sensor: (W, 5·S)."""
    time = np.arange(WINDOW) - (WINDOW - 1) / 2
    slope = np.einsum("wts,t->ws", x, time) / (time @ time)
    return np.concatenate([x[:, -1], x[:, -5:].mean(axis=1), x.mean(axis=1), slope, x.std(axis=1)], axis=1)


def convolution(train: Windows, test: Windows, random_seed: int) -> Floats:
    """RUL of the test's windows, hours, (W,)."""
    rng = np.random.default_rng([random_seed, 43])
    sensors = train.x.shape[2]
    kernels = (rng.normal(size=(KERNEL_ROWS * sensors, KERNELS)) / (KERNEL_ROWS * sensors) ** 0.5).astype(np.float32)
    biases = rng.uniform(-1, 1, KERNELS).astype(np.float32)

    def features(x: Floats) -> Floats:
        z = x.astype(np.float32)
        places = range(0, WINDOW - KERNEL_ROWS + 1, STRIDE)
        found = np.stack([z[:, at : at + KERNEL_ROWS].reshape(len(z), -1) @ kernels + biases for at in places])
        parts = [found.max(axis=0), np.maximum(found, 0).mean(axis=0), z.mean(axis=1), z[:, -5:].mean(axis=1)]
        return np.concatenate(parts, axis=1).astype(np.float64)

    with threadpool_limits(1):
        a = features(train.x)
        centre, scale = a.mean(axis=0), np.maximum(a.std(axis=0), TINY)
        a = (a - centre) / scale
        gram = a.T @ a + RIDGE * len(a) * np.eye(a.shape[1])
        weights = np.linalg.solve(gram, a.T @ (train.rul - train.rul.mean()))
        return np.asarray((features(test.x) - centre) / scale @ weights + train.rul.mean())


MODELS: dict[str, Model] = {"boosting": boosting, "convolution": convolution}
