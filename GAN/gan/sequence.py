"""Runs as the model sees them: sensors = trend(life, mode) + the unit's own deviation + a process with memory.

The trend and the unit's deviation are ridge regressions on a few curves of life; what is left is whitened and modelled
step by step, given its own recent past. Life is the share of a run that is over: 0 at its start, 1 at its failure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan.runs import Floats, Ints, Runs

TREND_RIDGE = 3.0
UNIT_RIDGE = 5.0
# Time constants, in rows, of the moving averages that are the process's longer memory.
AVERAGES = (8.0, 32.0)
LATE = (4.0, 12.0, 40.0)
MIN_SPREAD = 1e-9


def life_of(position: Ints, lengths: Ints) -> Floats:
    """Share of its run that is over at each row, (N,): 1 in the last row. lengths is each row's own run's, (N,)."""
    return np.asarray((position + 1.0) / lengths)


def life_basis(life: Floats) -> Floats:
    """Curves of life that wear may follow, (N, 6): polynomial for steady wear, exponential for what comes late."""
    late = [np.exp(-rate * (1 - life)) for rate in LATE]
    return np.column_stack([life, life**2, life**4, *late])


def trend_design(life: Floats, mode: Ints, modes: int) -> Floats:
    """1, the basis, the failure mode, and the basis of each mode, (N, 7 + 7·modes)."""
    basis = np.column_stack([np.ones(len(life)), life_basis(life)])
    picks = np.eye(modes)[mode] if modes > 0 else np.zeros((len(life), 0))
    each = (picks[:, :, None] * basis[:, None, :]).reshape(len(life), -1)
    return np.concatenate([basis, each], axis=1)


def unit_design(life: Floats) -> Floats:
    """In what a unit differs from the trend: level, slope, and course at the end, (N, 3)."""
    return np.column_stack([np.ones(len(life)), life - 0.5, np.exp(-4.0 * (1 - life))])


def condition(life: Floats, mode: Ints, modes: int) -> Floats:
    """What the process is conditioned on besides its memory, (N, 2 + modes)."""
    picks = np.eye(modes)[mode] if modes > 0 else np.zeros((len(life), 0))
    return np.concatenate([np.column_stack([life, np.exp(-4.0 * (1 - life))]), picks], axis=1)


@dataclass(frozen=True)
class Prepared:
    """Training rows and what is needed to undo the preparation.

    x, memory, cond: (N, S), (N, 4·S + 1), (N, C). arrays: what sampling needs, by name.
    """

    x: Floats
    memory: Floats
    cond: Floats
    arrays: dict[str, Floats]


def prepare(runs: Runs) -> Prepared:
    """Fits scaling, trend, unit deviations and whitening on runs, and gives the rows that the network learns from."""
    modes = len(runs.modes)
    lengths = np.repeat(runs.lengths(), runs.lengths())
    life = life_of(runs.position(), lengths)
    mode = np.zeros(len(runs), dtype=np.int64) if runs.failure_mode is None else runs.failure_mode
    mean, spread = runs.values.mean(axis=0), np.maximum(runs.values.std(axis=0), MIN_SPREAD)
    scaled = (runs.values - mean) / spread
    trend = ridge(trend_design(life, mode, modes), scaled, TREND_RIDGE)
    rest = scaled - trend_design(life, mode, modes) @ trend
    units = _unit_deviations(runs, life, rest)
    rest = rest - _apply_units(runs, life, units)
    whiten, restore = _whitening(runs, rest)
    x = rest @ whiten
    arrays = {
        "mean": mean,
        "spread": spread,
        "trend": trend,
        "units": units,
        "unit_modes": mode[runs.starts()].astype(np.float64),
        "unit_lengths": runs.lengths().astype(np.float64),
        "restore": restore,
    }
    return Prepared(x, memory_of(x, runs), condition(life, mode, modes), arrays)


def ridge(design: Floats, target: Floats, weight: float) -> Floats:
    """Least squares with an L2 penalty; the first column, the constant, is not penalised. (F, S)"""
    penalty = weight * np.eye(design.shape[1])
    penalty[0, 0] = 1e-9
    return np.asarray(np.linalg.solve(design.T @ design + penalty, design.T @ target))


def _unit_deviations(runs: Runs, life: Floats, rest: Floats) -> Floats:
    """Each run's own deviation from the trend, (R, 3, S)."""
    design = unit_design(life)
    bounds = zip(runs.starts(), runs.starts() + runs.lengths(), strict=True)
    return np.stack([_unit(design[a:b], rest[a:b]) for a, b in bounds])


def _unit(design: Floats, rest: Floats) -> Floats:
    return np.asarray(np.linalg.solve(design.T @ design + UNIT_RIDGE * np.eye(3), design.T @ rest))


def _apply_units(runs: Runs, life: Floats, units: Floats) -> Floats:
    each = np.repeat(np.arange(len(units)), runs.lengths())
    return np.asarray(np.einsum("nf,nfs->ns", unit_design(life), units[each]))


def _whitening(runs: Runs, rest: Floats) -> tuple[Floats, Floats]:
    """A linear map (S, S) after which the changes from row to row are uncorrelated and of one size, and its inverse.

    ZCA: of all such maps the one that changes the sensors least.
    """
    inside = np.diff(runs.run_id) == 0
    now, before = rest[1:][inside], rest[:-1][inside]
    damping = (before * now).sum(axis=0) / np.maximum((before**2).sum(axis=0), MIN_SPREAD)
    steps = now - damping * before
    covariance = steps.T @ steps / max(len(steps), 1)
    power, axes = np.linalg.eigh(covariance)
    floor = max(float(power.max()) * 1e-6, 1e-12)
    root = np.sqrt(np.maximum(power, floor))
    return np.asarray(axes / root @ axes.T), np.asarray(axes * root @ axes.T)


def memory_of(x: Floats, runs: Runs) -> Floats:
    """What each row knows of its run's past: the last two rows, two moving averages, and whether there is a past.

    (N, 4·S + 1). All runs are stepped together, as in sampling.
    """
    lengths, position = runs.lengths(), runs.position()
    run = np.repeat(np.arange(len(lengths)), lengths)
    padded = np.zeros((int(lengths.max()), len(lengths), x.shape[1]))
    padded[position, run] = x
    state = MemoryState(len(lengths), x.shape[1])
    steps = np.empty((len(padded), len(lengths), 4 * x.shape[1] + 1))
    for at, rows in enumerate(padded):
        steps[at] = state.features()
        state.push(rows)
    return np.asarray(steps[position, run])


class MemoryState:
    """The memory of runs that are stepped together. Rows are runs."""

    def __init__(self, runs: int, sensors: int) -> None:
        self._last: Floats = np.zeros((runs, sensors))
        self._before: Floats = np.zeros((runs, sensors))
        self._sums: Floats = np.zeros((len(AVERAGES), runs, sensors))
        self._steps = 0
        self._keep = np.exp(-1.0 / np.array(AVERAGES))

    def features(self) -> Floats:
        """(runs, 4·S + 1). The averages are corrected for having begun at 0."""
        weight = np.maximum(1 - self._keep**self._steps, MIN_SPREAD)[:, None, None]
        averages = self._sums / weight
        flag = np.full((len(self._last), 1), float(self._steps > 0))
        return np.concatenate([self._last, self._before, *averages, flag], axis=1)

    def push(self, x: Floats) -> None:
        self._before, self._last = self._last, x
        keep = self._keep[:, None, None]
        self._sums = keep * self._sums + (1 - keep) * x
        self._steps += 1
