"""Which runs are sampled: how long each lasts, and the training run that its length and failure mode come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan.data.conditions import AS_THEY_OCCUR, Conditions
from gan.data.runs import MIN_RUN_ROWS, REPAIR_HOURS, Floats, Ints, fit_lengths
from gan.runtime.errors import InvalidInput
from gan.synthesis.model import Model

LENGTH_JITTER = 0.08
# A run may be asked for that is this many deviations of that shorter or longer than a training run.
REACH = 2.0
# Of each training run, how often runs are like it; a model has it where runs were still running (data/survival.py).
_WEIGHTS = "unit_weights"
MIN_LAST_ROWS = 24


@dataclass(frozen=True)
class RunPlan:
    """Of R runs, (R,) each: rows, the training run that mode and length come from, start in hours after the first."""

    lengths: Ints
    source: Ints
    start_h: Floats

    def part(self, first: int, end: int) -> RunPlan:
        """Some of the runs, one after another."""
        return RunPlan(self.lengths[first:end], self.source[first:end], self.start_h[first:end])

    @staticmethod
    def joined(plans: Sequence[RunPlan]) -> RunPlan:
        return RunPlan(
            np.concatenate([plan.lengths for plan in plans]),
            np.concatenate([plan.source for plan in plans]),
            np.concatenate([plan.start_h for plan in plans]),
        )


def plan_runs(model: Model, size: int, rng: np.random.Generator, conditions: Conditions = AS_THEY_OCCUR) -> RunPlan:
    """The runs of a split of so many rows or, if the conditions count in runs, so many runs.

    Raises InvalidInput where no training run is as the conditions ask.
    """
    drawn = _conditioned if conditions.of_runs else _as_they_occur
    source, lengths = drawn(model, size, rng, conditions)
    if conditions.in_runs:
        lengths = lengths[:size]
    else:
        fitted = fit_lengths(lengths, size, _row_range(model, conditions))
        lengths = _cut_to(lengths, size) if fitted is None else fitted
    count = len(lengths)
    source = source[:count].astype(np.int64)
    interval = float(model.header["intervalHours"])
    before = np.cumsum(lengths) - lengths
    return RunPlan(lengths, source, before * interval + np.arange(count) * REPAIR_HOURS)


def _cut_to(lengths: Ints, rows: int) -> Ints:
    """Lengths of the first few runs that have at least so many rows, for the last to be cut at its start."""
    count = int(np.searchsorted(np.cumsum(lengths), rows)) + 1
    left = rows - int(lengths[: count - 1].sum())
    if left < MIN_LAST_ROWS and count > 1:
        # Too few rows for a run that enters late: they lengthen the run before it.
        count -= 1
        lengths[count - 1] += left
    return lengths[:count]


def _as_they_occur(model: Model, size: int, rng: np.random.Generator, conditions: Conditions) -> tuple[Ints, Ints]:
    """Source and length of at least as many runs: all training runs in a random order, then all in another."""
    known = model.arrays["unit_lengths"]
    rounds = 1 + size // len(known) if conditions.in_runs else 2 + 2 * size // max(int(known.sum()), 1)
    if not conditions.in_runs and _WEIGHTS in model.arrays:
        rounds = 2 + 2 * size // max(int(len(known) * (model.arrays[_WEIGHTS] @ known)), 1)
    source = _sources(model, np.arange(len(known)), rounds, rng)
    return source, _varied(known[source], rng)


def _sources(model: Model, units: Ints, rounds: int, rng: np.random.Generator) -> Ints:
    """Training runs, so many times as many as there are units: all of them in a random order, then all in another.

    Where runs that were still running tell that some lengths are commoner than the training runs show, each as often
    as its weight says.
    """
    if _WEIGHTS not in model.arrays:
        return np.concatenate([rng.permutation(units) for _ in range(rounds)])
    upto = np.cumsum(model.arrays[_WEIGHTS][units])
    count = rounds * len(units)
    places = (np.arange(count) + rng.random()) / count * upto[-1]
    return np.asarray(rng.permutation(units[np.minimum(np.searchsorted(upto, places), len(units) - 1)]))


def _varied(lengths: Floats, rng: np.random.Generator) -> Ints:
    jitter = np.exp(rng.normal(0, LENGTH_JITTER, len(lengths)))
    return np.maximum(np.round(lengths * jitter), MIN_RUN_ROWS).astype(np.int64)


def _conditioned(model: Model, size: int, rng: np.random.Generator, conditions: Conditions) -> tuple[Ints, Ints]:
    """The same, but the failure modes in their shares, as evenly as can be, and every length within its range."""
    known, modes = model.arrays["unit_lengths"], list(model.header["modes"])
    rows = _row_range(model, conditions)
    wanted = size if conditions.in_runs else size // max(rows[0], MIN_RUN_ROWS, int(known.min() / 2)) + 2
    groups = [(np.arange(len(known)), np.arange(wanted))]
    if conditions.shares:
        order = _in_turn(list(conditions.shares.values()), wanted)
        unit_modes = model.arrays["unit_modes"]
        groups = [
            (np.flatnonzero(unit_modes == modes.index(name)), np.flatnonzero(order == at))
            for at, name in enumerate(conditions.shares)
        ]
    source, lengths = np.zeros(wanted, dtype=np.int64), np.zeros(wanted, dtype=np.int64)
    for units, places in groups:
        near = units[_within_reach(known[units], rows)]
        if len(near) == 0:
            raise _unsupported(model, conditions, units)
        source[places], lengths[places] = _drawn(model, near, rows, len(places), rng)
    return source, lengths


def _row_range(model: Model, conditions: Conditions) -> tuple[int, int]:
    """Least and most rows of a run. Its life is counted from its first row to its last."""
    if conditions.life_h is None:
        return MIN_RUN_ROWS, np.iinfo(np.int64).max
    low, high = (hours / float(model.header["intervalHours"]) + 1 for hours in conditions.life_h)
    return int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9))


def _within_reach(lengths: Floats, rows: tuple[int, int]) -> Ints:
    """Which of the training runs, varied as runs are, may have so many rows."""
    factor = np.exp(REACH * LENGTH_JITTER)
    low, high = np.maximum(np.ceil(lengths / factor), rows[0]), np.minimum(np.floor(lengths * factor), rows[1])
    return np.flatnonzero(low <= high)


def _in_turn(shares: list[float], count: int) -> Ints:
    """Which share each of so many runs belongs to, (count,): of any first few, each has about its part."""
    place = np.concatenate([(np.arange(np.ceil(share * count) + 1) + 0.5) / share for share in shares])
    which = np.repeat(np.arange(len(shares)), [int(np.ceil(share * count)) + 1 for share in shares])
    return np.asarray(which[np.argsort(place, kind="stable")][:count])


def _drawn(model: Model, units: Ints, rows: tuple[int, int], count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Source and length of so many runs: training runs as often as they come to be within the range."""
    known = model.arrays["unit_lengths"]
    sources: list[Ints] = []
    lengths: list[Ints] = []
    found = 0
    while found < count:
        source = _sources(model, units, 2 + (count - found) // len(units), rng)
        length = _varied(known[source], rng)
        good = (length >= rows[0]) & (length <= rows[1])
        sources.append(source[good])
        lengths.append(length[good])
        found += int(good.sum())
    return np.concatenate(sources)[:count], np.concatenate(lengths)[:count]


def _unsupported(model: Model, conditions: Conditions, units: Ints) -> InvalidInput:
    """What the training runs, of one failure mode if the conditions ask for some, support instead."""
    modes = list(model.header["modes"])
    ended = sorted({modes[int(mode)] for mode in model.arrays["unit_modes"]}) if modes else []
    if len(units) == 0:
        missing = ", ".join(sorted(set(conditions.shares) - set(ended)))
        return InvalidInput(
            f"failure_mode: no run that the model learned from ends with {missing}",
            field="failure_mode",
            hint=f"they end with: {', '.join(ended)}; more seed rows or recorded runs may have others",
        )
    lengths, interval = model.arrays["unit_lengths"][units], float(model.header["intervalHours"])
    whose = f"runs that end with {modes[int(model.arrays['unit_modes'][units[0]])]}" if conditions.shares else "runs"
    low, high = _reach(lengths, interval)
    assert conditions.life_h is not None
    return InvalidInput(
        f"life_hours: no such {whose}: {conditions.life_h[0]:g} to {conditions.life_h[1]:g} h is asked for, and those "
        f"learned from last {(lengths.min() - 1) * interval:.4g} to {(lengths.max() - 1) * interval:.4g} h",
        field="life_hours",
        hint=f"{low:.4g} to {high:.4g} h is the most that they support",
    )


def supported_life_h(model: Model, conditions: Conditions) -> tuple[float, float]:
    """Least and most hours that runs of the failure modes asked for may last."""
    known, modes = model.arrays["unit_lengths"], list(model.header["modes"])
    wanted = [modes.index(name) for name in conditions.shares]
    lengths = known[np.isin(model.arrays["unit_modes"], wanted)] if wanted else known
    return _reach(lengths, float(model.header["intervalHours"]))


def _reach(lengths: Floats, interval: float) -> tuple[float, float]:
    factor = float(np.exp(REACH * LENGTH_JITTER))
    return (float(lengths.min()) / factor - 1) * interval, (float(lengths.max()) * factor - 1) * interval
