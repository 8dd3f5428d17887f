"""Runs such as no real one is: they begin where no real run does, or have a stretch almost without noise.

A generator's process that runs away shows so: pressed against a limit it has no noise, and brought in from there a run
starts far off. Distributions and courses over all runs, which other measures compare, hide it.
"""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Runs

# Rows whose mean is where a run begins.
FIRST_ROWS = 10
# A start is strange beyond the range of the real runs', and so many of their standard deviations from their mean.
FAR = 4.0
STRETCH_ROWS = 30
# A stretch is quiet if its changes are smaller than this share of those in any real run's quietest stretch.
QUIET = 0.5


def strange_starts(reference: Runs, data: Runs) -> float:
    """Share of the runs that begin, in any sensor, far from where all runs of `reference` do."""
    real = _starts(reference)
    return _share_outside(_starts(data), real.min(axis=0), real.max(axis=0), real.mean(axis=0), real.std(axis=0))


def strange_starts_floor(reference: Runs) -> float:
    """The same of each run of `reference` beside the others."""
    real = _starts(reference)
    others = len(real) - 1
    if others < 1:
        return 1.0
    rest = real - real.mean(axis=0)
    mean = -rest / others
    spread = np.sqrt(np.maximum(((rest**2).sum(axis=0) - rest**2) / others - mean**2, 0))
    return _share_outside(real, _least_of_others(real), -_least_of_others(-real), real - rest + mean, spread)


def _starts(runs: Runs) -> Floats:
    """Where runs begin, (R, S)."""
    first, rows = runs.position() < FIRST_ROWS, np.minimum(runs.lengths(), FIRST_ROWS)
    begins = np.cumsum(rows) - rows
    return np.asarray(np.add.reduceat(runs.values[first], begins, axis=0) / rows[:, None])


def _share_outside(starts: Floats, low: Floats, high: Floats, mean: Floats, spread: Floats) -> float:
    """Share of the starts beyond the range and far from the mean, in any sensor; each (R or 1, S)."""
    outside = ((starts < low) | (starts > high)) & (np.abs(starts - mean) > FAR * spread)
    return float(outside.any(axis=1).mean())


def _least_of_others(values: Floats) -> Floats:
    """Of each row, the least value in each column of all other rows, (R, S)."""
    least, second = np.partition(values, 1, axis=0)[:2]
    return np.asarray(np.where(np.arange(len(values))[:, None] == values.argmin(axis=0), second, least))


def quiet_stretches(reference: Runs, data: Runs) -> float:
    """Share of the runs that have, in any sensor, a stretch quieter by far than each run of `reference` has. Runs that
    are shorter than a stretch do not count."""
    real, made = _quietest(reference), _quietest(data)
    if len(real) == 0 or len(made) == 0:
        return 0.0
    return float((made < QUIET * real.min(axis=0)).any(axis=1).mean())


def quiet_stretches_floor(reference: Runs) -> float:
    """The same of each run of `reference` beside the others."""
    real = _quietest(reference)
    return float((real < QUIET * _least_of_others(real)).any(axis=1).mean()) if len(real) > 1 else 1.0


def _quietest(runs: Runs) -> Floats:
    """Mean square root of the changes from row to row in each run's quietest stretch, (R, S)."""
    width = STRETCH_ROWS - 1
    if len(runs) < STRETCH_ROWS:
        return np.zeros((0, len(runs.sensors)))
    changes = np.lib.stride_tricks.sliding_window_view(np.diff(runs.values, axis=0) ** 2, width, axis=0)
    whole = runs.run_id[width:] == runs.run_id[:-width]
    size, run = np.sqrt(changes[whole].mean(axis=2)), runs.run_id[width:][whole]
    first = np.flatnonzero(np.diff(run, prepend=-1))
    return np.minimum.reduceat(size, first, axis=0) if len(first) else np.zeros((0, len(runs.sensors)))
