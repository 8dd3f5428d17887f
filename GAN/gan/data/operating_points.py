"""Operating points: the few combinations of levels that settings are set to, found from the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan.data.levels import find_levels, least_rows
from gan.data.runs import Flags, Floats, Ints

# More points than this are no longer distinct ways of operating.
MOST_POINTS = 24
# A row lies at a point within this many times the distance of nearly all rows there.
REACH = 1.5
# Sensors follow a setting that explains this share of the variance of one of them within runs.
FOLLOWED = 0.02


@dataclass(frozen=True)
class OperatingPoints:
    """K points of Q settings: centers (K, Q), reach (K, Q) of the values at a point, levelled (Q,): which have levels.

    scale (Q,): what a distance is measured in. A setting without levels belongs to no point.
    """

    centers: Floats
    reach: Floats
    levelled: Flags
    scale: Floats

    def __len__(self) -> int:
        return len(self.centers)

    def nearest(self, settings: Floats) -> Ints:
        """Which point each row of settings (N, Q) is nearest to, (N,)."""
        away = np.zeros((len(settings), len(self)))
        for at in np.flatnonzero(self.levelled):
            away += ((settings[:, at, None] - self.centers[:, at]) / self.scale[at]) ** 2
        return np.asarray(away.argmin(axis=1))

    def at(self, wanted: Mapping[int, float]) -> Flags:
        """Which points (K,) have these values of settings, by their place: the level of each that is nearest.

        None of them where a value is farther from it than a tenth of the way to the next level, or it has no levels.
        """
        found = np.ones(len(self), dtype=bool)
        for at, value in wanted.items():
            away = np.abs(self.centers[:, at] - value)
            near = np.maximum(self.reach[:, at], self.scale[at] / 10)
            same = np.abs(self.centers[:, at] - self.centers[away.argmin(), at]) <= near
            found &= bool(self.levelled[at]) & (away <= near) & same
        return found

    def reached(self, settings: Floats) -> Flags:
        """Whether each row of settings (N, Q) lies at a point, (N,)."""
        point = self.nearest(settings)
        inside = np.abs(settings - self.centers[point]) <= self.reach[point]
        return np.asarray((inside | ~self.levelled).all(axis=1))


def find_points(settings: Floats, sensors: Floats, run_id: Ints) -> OperatingPoints:
    """The points that settings (N, Q) are set to, and that sensors (N, S) follow; one if there are none, or too many.

    run_id (N,): by which the sensors' own levels are told apart.
    """
    count = settings.shape[1]
    if count == 0:
        return OperatingPoints(np.zeros((1, 0)), np.zeros((1, 0)), np.zeros(0, dtype=bool), np.ones(0))
    levels = [find_levels(settings[:, at]) for at in range(count)]
    level = np.stack([np.abs(settings[:, at, None] - found).argmin(axis=1) for at, found in enumerate(levels)], axis=1)
    sizes = np.array([len(found) for found in levels])
    for at in np.flatnonzero(sizes > 1):
        if not follows(np.eye(sizes[at])[level[:, at]], sensors, run_id):
            sizes[at] = 1
    combinations = _combinations(level, sizes)
    while len(combinations) > MOST_POINTS:
        # Too many to be points: the setting with the most levels is taken as one that varies.
        sizes[int(sizes.argmax())] = 1
        combinations = _combinations(level, sizes)
    start = np.stack([[levels[at][k] for at, k in enumerate(point)] for point in combinations])
    scale = np.array([np.diff(found).min() if len(found) > 1 else 1.0 for found in levels])
    points = OperatingPoints(start, np.zeros(start.shape), sizes > 1, scale)
    nearest = points.nearest(settings)
    centers, reach = start.copy(), np.zeros(start.shape)
    for k in range(len(points)):
        own = settings[nearest == k]
        centers[k] = np.median(own, axis=0)
        reach[k] = REACH * np.quantile(np.abs(own - centers[k]), 0.995, axis=0) + 1e-9 * np.abs(centers[k])
    return OperatingPoints(centers, reach, points.levelled, scale)


def _combinations(level: Ints, sizes: Ints) -> Ints:
    """The combinations of levels that occur more than strays do, (K, Q). sizes: levels of each setting, 1 for none."""
    found, rows = np.unique(np.where(sizes > 1, level, 0), axis=0, return_counts=True)
    return np.asarray(found[(rows >= least_rows(len(level))) | (rows == rows.max())])


def is_fixed(values: Floats, point: Ints) -> Flags:
    """Which columns (N, C) are constant at every one of several points, (C,). point (N,): of each row."""
    known = np.unique(point)
    still = [np.ptp(values[point == k], axis=0) == 0 for k in known]
    return np.asarray(np.all(still, axis=0) & (len(known) > 1))


def follows(inputs: Floats, sensors: Floats, run_id: Ints) -> bool:
    """Whether sensors (N, S) follow inputs (N, I) at all."""
    return bool((explained(inputs, sensors, run_id) >= FOLLOWED).any())


def explained(inputs: Floats, sensors: Floats, run_id: Ints) -> Floats:
    """The share of each sensor's variance within runs that inputs (N, I) explain, (S,), by least squares."""
    inputs, sensors = _within_runs(inputs, run_id), _within_runs(sensors, run_id)
    rest = sensors - inputs @ np.linalg.lstsq(inputs, sensors, rcond=None)[0]
    whole = sensors.var(axis=0)
    return np.asarray(1 - np.divide(rest.var(axis=0), whole, out=np.ones(len(whole)), where=whole > 0))


def _within_runs(values: Floats, run_id: Ints) -> Floats:
    """Values (N, C) minus the mean of their run."""
    _, run, rows = np.unique(run_id, return_inverse=True, return_counts=True)
    total = np.zeros((len(rows), values.shape[1]))
    np.add.at(total, run, values)
    return np.asarray(values - (total / rows[:, None])[run])
