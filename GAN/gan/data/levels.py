"""Levels: the few values, each with a little noise or none, that a column is set to or switches between."""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Ints

# More levels than this are as good as continuous.
MOST_LEVELS = 20
# Levels are this many standard deviations of the values at a level apart, …
DISTANCE = 6.0
# … and the middle third between two of them holds at most this share of the rows at the rarer one.
BETWEEN = 0.02
# The smallest share of the rows that makes a level, and the largest that may lie off all levels.
LEAST_SHARE, MOST_STRAY = 0.002, 0.01
# Coarse levels that are this many times more distinct than fine ones are the levels; the fine ones are noise.
CLEARER = 10.0
# Of more values than this, the nearest to each other are looked at together.
_GROUPS = 300
# A sensor with at most so many values, that keeps its value from row to row this often, is a switch …
FEW_VALUES, KEPT = 6, 0.7
# … unless it has three or more and fewer of its changes than this pass one over: then it is a coarse course.
LEAPS = 0.1


def find_levels(values: Floats) -> Floats:
    """The levels that values (N,) are set to, rising, (L,); one level where they vary continuously.

    For each number of levels the exact best partition is found (by dynamic programming, as in optimal 1-D k-means);
    the largest number counts of which all levels are distinct.
    """
    lowest, group, rows = _grouped(values)
    best = {1: (np.array([float(values.mean())]), 0.0)}
    for begins in _partitions(group, rows):
        found = _distinct(values, lowest[begins])
        if found is not None:
            best[len(found[0])] = found
    finest = max(best)
    clearest = max(best, key=lambda count: best[count][1])
    return best[clearest if best[clearest][1] >= CLEARER * best[finest][1] else finest][0]


def _grouped(values: Floats) -> tuple[Floats, Floats, Ints]:
    """Distinct values, rising; of many, those nearest to each other are one group. Each group's lowest value, mean and
    rows."""
    found, rows = np.unique(values, return_counts=True)
    if len(found) <= _GROUPS:
        return found, found, rows
    first = np.append(0, np.sort(np.argsort(np.diff(found), kind="stable")[-(_GROUPS - 1) :]) + 1)
    count = np.add.reduceat(rows, first)
    return found[first], np.add.reduceat(found * rows, first) / count, count


def _partitions(group: Floats, rows: Ints) -> list[Ints]:
    """For 2, 3, … parts, where each part of the best partition of the groups begins, by least squares."""
    n = len(group)
    mass, total, square = (np.append(0.0, np.cumsum(rows * group**power)) for power in (0, 1, 2))
    start, end = np.arange(n)[:, None], np.arange(1, n + 1)[None, :]
    weight = np.maximum(mass[end] - mass[start], 1e-12)
    cost = square[end] - square[start] - (total[end] - total[start]) ** 2 / weight
    cost = np.where(end > start, np.maximum(cost, 0.0), np.inf)
    least, begins, result = cost[0], [], []
    for count in range(2, min(MOST_LEVELS + 2, n) + 1):
        sums = np.append(np.inf, least[:-1])[:, None] + cost
        begins.append(sums.argmin(axis=0))
        least = sums.min(axis=0)
        at, cuts = n - 1, []
        for back in reversed(begins):
            cuts.append(int(back[at]))
            at = cuts[-1] - 1
        result.append(np.array([0, *reversed(cuts)]))
        assert len(result[-1]) == count
    return result


def _distinct(values: Floats, lowest: Floats) -> tuple[Floats, float] | None:
    """The levels of a partition and how distinct they are, in spreads at a level; None where they are not levels.

    lowest: the lowest value of each part. Parts of very few rows are strays and no levels.
    """
    part = np.searchsorted(lowest, values, side="right") - 1
    count = np.bincount(part, minlength=len(lowest))
    kept = count >= least_rows(len(values))
    if kept.sum() < 2 or kept.sum() > MOST_LEVELS or count[~kept].sum() > MOST_STRAY * len(values):
        return None
    mean = np.bincount(part, values, len(lowest)) / np.maximum(count, 1)
    spread = np.sqrt(((values - mean[part])[kept[part]] ** 2).mean())
    levels, size = mean[kept], count[kept]
    apart = np.diff(levels)
    low, high = levels[:-1] + apart / 3, levels[1:] - apart / 3
    ordered = np.sort(values)
    between = np.searchsorted(ordered, high) - np.searchsorted(ordered, low, side="right")
    if (between > BETWEEN * np.minimum(size[:-1], size[1:])).any() or apart.min() < DISTANCE * spread:
        return None
    floor = float(np.diff(np.unique(values)).min()) / np.sqrt(12)
    return levels, float(apart.min() / max(spread, floor))


def least_rows(rows: int) -> float:
    """So many of the rows make a level; fewer are strays."""
    return max(LEAST_SHARE * rows, 3)


def is_switch(column: Floats, run_id: Ints) -> bool:
    """Whether a sensor (N,) rests on few values and leaps between them. run_id (N,)."""
    if len(np.unique(column[:1000])) > FEW_VALUES:
        return False
    found = np.unique(column)
    if not 2 <= len(found) <= FEW_VALUES:
        return False
    steps = np.diff(np.searchsorted(found, column))[np.diff(run_id) == 0]
    turns = steps[steps != 0]
    rests = len(turns) <= (1 - KEPT) * len(steps)
    return rests and (len(found) == 2 or bool((np.abs(turns) > 1).mean() >= LEAPS))
