"""Samples a data set in blocks of whole runs, so that memory does not grow with its rows.

A data set of one block has the bytes that it always had; further blocks draw random numbers of their own. How many rows
are handed over at once decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from gan.data.conditions import AS_THEY_OCCUR, Conditions
from gan.data.runs import Floats, Ints, Runs, trim
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.given import kept_at
from gan.synthesis.temporal_tvae.run_plan import RunPlan, plan_runs
from gan.synthesis.temporal_tvae.sampler import sample_block

# Numbers that a block may hold at once: at 8 bytes, half a gigabyte. It is part of what decides the bytes.
BLOCK_NUMBERS = 64_000_000
# Beside its sensors, a row has its regime, the one before, and the rows since it began.
_BESIDE = 3
# Rows that are handed over at once, or more where a run has more.
BATCH_ROWS = 65_536


def batches(
    model: Model,
    sizes: Mapping[str, int],
    random_seed: int,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    conditions: Conditions = AS_THEY_OCCUR,
) -> Iterator[tuple[str, Runs]]:
    """Whole runs with the split they belong to, split after split: see `Batches` in synthesizer.py.

    on_progress(rows, rows in all). Raises InvalidInput at once where the training runs do not support the conditions;
    SamplingStopped as it is iterated.
    """
    model = kept_at(model, conditions.settings)
    rng = np.random.default_rng([random_seed, 2])
    plans = {split: plan_runs(model, size, rng, conditions) for split, size in sizes.items()}
    whole = RunPlan.joined(list(plans.values()))

    def streams() -> Iterator[np.random.Generator]:
        yield rng
        block = 1
        while True:
            yield np.random.default_rng([random_seed, 2, block])
            block += 1

    values = _values(model, whole, streams(), on_progress, should_stop)
    excess = {} if conditions.in_runs else {s: int(plan.lengths.sum()) - sizes[s] for s, plan in plans.items()}
    return _as_runs(model, plans, values, excess)


def _values(
    model: Model,
    plan: RunPlan,
    streams: Iterator[np.random.Generator],
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Iterator[Floats]:
    """Sensor values of each run, (rows, S), in order."""
    done, total = 0, int(plan.lengths.sum())
    for first, end in _blocks(plan.lengths, len(model.header["sensors"])):
        block = plan.part(first, end)
        rows = int(block.lengths.sum())

        def on_step(step: int, steps: int, before: int = done, mine: int = rows) -> None:
            on_progress(before + mine * step // steps, total)

        yield from sample_block(model, block, next(streams), on_step, should_stop)
        done += rows


def _blocks(lengths: Ints, sensors: int) -> Iterator[tuple[int, int]]:
    """First run of each block and the one after its last. A block is as long as its longest run."""
    first, longest = 0, 0
    for at, length in enumerate(lengths.tolist()):
        longest = max(longest, length)
        if at > first and longest * (at + 1 - first) * (sensors + _BESIDE) > BLOCK_NUMBERS:
            yield first, at
            first, longest = at, length
    yield first, len(lengths)


def _as_runs(
    model: Model, plans: Mapping[str, RunPlan], values: Iterator[Floats], excess: Mapping[str, int]
) -> Iterator[tuple[str, Runs]]:
    """excess: rows by which a split's last run is cut at its start."""
    before = 0
    for split, plan in plans.items():
        count = len(plan.lengths)
        for first, end in _handed_over(plan.lengths):
            own = [next(values) for _ in range(first, end)]
            runs = _to_runs(model, plan.part(first, end), own, before + first)
            yield split, trim(runs, len(runs) - excess.get(split, 0)) if end == count else runs
        before += count


def _handed_over(lengths: Ints) -> Iterator[tuple[int, int]]:
    first, rows = 0, 0
    for at, length in enumerate(lengths.tolist()):
        rows += length
        if rows >= BATCH_ROWS or at + 1 == len(lengths):
            yield first, at + 1
            first, rows = at + 1, 0


def _to_runs(model: Model, plan: RunPlan, values: list[Floats], first: int) -> Runs:
    interval = float(model.header["intervalHours"])
    run_id = np.repeat(np.arange(first + 1, first + 1 + len(plan.lengths)), plan.lengths)
    left: Floats = np.concatenate([np.arange(n - 1.0, -1.0, -1.0) for n in plan.lengths]) * interval
    age: Floats = np.concatenate([np.arange(n) for n in plan.lengths]) * interval
    time_h = np.repeat(plan.start_h, plan.lengths) + age
    mode = np.repeat(model.arrays["unit_modes"][plan.source].astype(np.int64), plan.lengths)
    has_rul = bool(model.header["hasRul"])
    sensors, modes = tuple(model.header["sensors"]), tuple(model.header["modes"])
    return Runs(
        sensors, np.concatenate(values), run_id, time_h, left if has_rul else None, mode if has_rul else None, modes
    )
