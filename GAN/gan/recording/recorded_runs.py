"""Recorded rows as runs, each on a regular grid of time, and what ended them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa

from gan.data.runs import MIN_RUN_ROWS, REPAIR_HOURS, Floats, Ints, Runs
from gan.data.tables import EPOCH, MS_PER_HOUR
from gan.recording.columns import Columns
from gan.recording.grid import RecordedRun, interval_of, regular, resampled
from gan.recording.known_rows import KnownRows, RunOptions, read_known, tell_other_interval
from gan.recording.labels import mode_of, rul_ends
from gan.recording.numbers import Reading
from gan.recording.row_order import Turned, in_order
from gan.recording.run_boundaries import at_failures, boundaries
from gan.runtime.errors import InvalidInput

# Longer numbers are no run ids: 64 bits do not hold them.
MOST_DIGITS = 18
# Time stamps are written with four-digit years.
LAST_HOUR = float(np.datetime64("9999-01-01T00", "h").astype(np.int64))


@dataclass
class RecordedRuns:
    """The runs, and notes on how they were read. own: a failure mode's name → the word that was recorded."""

    runs: list[RecordedRun]
    interval_h: float
    dated: bool = False
    notes: list[str] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)

    def failed(self) -> list[RecordedRun]:
        return [run for run in self.runs if run.mode is not None]

    def censored(self) -> list[RecordedRun]:
        return [run for run in self.runs if run.mode is None]


def find_runs(
    table: pa.Table,
    columns: Columns,
    how: RunOptions,
    physical: Callable[[Floats], Floats] = lambda v: v,
    reading: Reading | None = None,
) -> RecordedRuns:
    """Splits rows into runs on a regular grid of time. physical: makes impossible values NaN.

    Raises InvalidInput where it is not clear which rows are one run, or where rows are missing and no resampling was
    asked for.
    """
    reading = Reading() if reading is None else reading
    rows = read_known(table, columns, how, physical, reading)
    notes = reading.notes
    turned = Turned()
    pieces = [in_order(label, piece, rows, turned) for label, piece in boundaries(table, columns, rows, how, notes)]
    notes += turned.notes()
    if rows.dates is not None and how.interval_minutes is not None:
        tell_other_interval(pieces, rows.dates, how.interval_minutes, notes)
    if how.split_at_failures:
        pieces = at_failures(pieces, rows, notes)
    runs = _runs_of(pieces, rows, how, notes)
    interval = _interval(runs, how)
    names = list(columns.sensors)
    states = [at for at, column in enumerate(columns.sensors.values()) if column in reading.states]
    even = [
        resampled(x, interval, names, states) if how.resample_minutes else regular(x, interval, names) for x in runs
    ]
    changed = sum(not np.array_equal(run.time_h, other.time_h) for run, other in zip(runs, even, strict=True))
    if changed:
        what = (
            "interpolated onto a regular grid"
            if how.resample_minutes
            else "put back onto the grid they are off by a little"
        )
        notes.append(f"rows of {changed} runs were {what} of {interval * 60:g} min")
    short = [run for run in even if run.mode is not None and len(run.time_h) < MIN_RUN_ROWS]
    if short:
        raise InvalidInput(
            f"run {short[0].label} has {len(short[0].time_h)} rows: {MIN_RUN_ROWS} or more are needed",
            field="run_id",
            hint=f"--censored {','.join(run.label for run in short[:20])} keeps them apart",
        )
    dated = rows.times is not None and rows.times.dated
    own = {} if rows.labels is None else dict(rows.labels.own)
    return RecordedRuns(sorted(even, key=lambda run: run.start_h), interval, dated, notes, own)


def _runs_of(pieces: list[tuple[str, Ints]], rows: KnownRows, how: RunOptions, notes: list[str]) -> list[RecordedRun]:
    labels = [label for label, _ in pieces]
    unknown = how.censored - set(labels)
    if unknown:
        raise InvalidInput(
            f"censored: no run {', '.join(sorted(unknown))}",
            field="censored",
            hint=f"runs are: {', '.join(labels[:20])}",
        )
    left = [0.0] * len(pieces)
    if rows.rul is not None:
        left = rul_ends([(label, rows.rul[piece]) for label, piece in pieces], notes)
    runs: list[RecordedRun] = []
    for (label, piece), hours_left in zip(pieces, left, strict=True):
        mode = None
        if how.failures and label not in how.censored and hours_left == 0:
            mode = how.failure_mode if rows.labels is None else mode_of(label, piece, rows.labels)
        if rows.time_h is None:
            assert how.interval_minutes is not None
            times: Floats = np.arange(len(piece)) * how.interval_minutes / 60
        else:
            times = rows.time_h[piece]
        local = rows.times is not None and rows.times.local
        runs.append(RecordedRun(label, float(times[0]), times - times[0], rows.values[piece], mode, piece, local))
    _tell_flagged(runs, rows, notes)
    _refuse_no_failure(runs, left, rows, how)
    return runs


def _tell_flagged(runs: list[RecordedRun], rows: KnownRows, notes: list[str]) -> None:
    """Notes that RUL counts to the last row of a run, where several of its last rows report the failure."""
    if rows.labels is None:
        return
    flagged = [int((rows.labels.codes[run.rows] >= 0).sum()) for run in runs if run.mode is not None]
    sizes = [len(run.rows) for run in runs if run.mode is not None]
    early = [count for count, size in zip(flagged, sizes, strict=True) if 1 < count < size]
    if early:
        notes.append(
            f"{len(early)} runs report their failure in their last {min(early)} to {max(early)} rows: RUL "
            "counts to the last row (split at failures, a run would end at the first)"
        )


def _refuse_no_failure(runs: list[RecordedRun], left: list[float], rows: KnownRows, how: RunOptions) -> None:
    if not how.failures or any(run.mode is not None for run in runs):
        return
    why = ""
    if rows.rul is not None and min(left) > 0:
        why = f": their RUL ends at {min(left):g} to {max(left):g}, not at the failure"
    elif rows.labels is not None and not rows.labels.modes:
        why = ": the column of failures names none"
    hint = "--no_failures if the machine has none: the data then have no RUL"
    raise InvalidInput(
        f"none of the {len(runs)} runs ends with a failure{why}",
        field="failure_mode",
        hint=f"{hint}; --drop leaves the column of RUL or failures out if all runs do fail",
    )


def _interval(runs: Sequence[RecordedRun], how: RunOptions) -> float:
    """Hours from row to row."""
    if how.resample_minutes is not None:
        return how.resample_minutes / 60
    if how.interval_minutes is not None:
        return how.interval_minutes / 60
    return interval_of(runs)


def as_runs(
    runs: Sequence[RecordedRun], sensors: tuple[str, ...], modes: tuple[str, ...], interval: float, dated: bool
) -> Runs:
    """Runs as every step reads them. Runs that were recorded in parallel are laid one after another.

    Raises InvalidInput where they then reach beyond time stamps of four-digit years.
    """
    epoch = float(EPOCH.astype("datetime64[ms]").astype(np.int64)) / MS_PER_HOUR
    # Times that count from the beginning have no date.
    starts = [run.start_h - (epoch if dated else 0.0) for run in runs]
    if not in_turn(runs):
        lengths = np.array([run.time_h[-1] + REPAIR_HOURS for run in runs])
        first = min(starts) if dated else 0.0
        starts = (np.cumsum(lengths) - lengths + first).tolist()
    if max(s + float(run.time_h[-1]) for s, run in zip(starts, runs, strict=True)) + epoch >= LAST_HOUR:
        raise InvalidInput(
            "laid one after another, the runs last beyond the year 9998",
            field="timestamp",
            hint="is --time_unit, or the interval, right?",
        )
    sizes = [len(run.time_h) for run in runs]
    known = all(run.mode is not None for run in runs) and bool(modes)
    left = [np.arange(size - 1, -1, -1) * interval for size in sizes]
    return Runs(
        sensors,
        np.concatenate([run.values for run in runs]),
        np.repeat(own_ids([run.label for run in runs]), sizes),
        np.concatenate([start + run.time_h for start, run in zip(starts, runs, strict=True)]),
        np.concatenate(left) if known else None,
        np.repeat([modes.index(str(run.mode)) for run in runs], sizes) if known else None,
        modes if known else (),
    )


def own_ids(labels: Sequence[str]) -> Ints:
    """The runs' ids in the data: their own names where these are whole numbers, each once, else 1, 2, 3, … in turn."""
    whole = all(label.isascii() and label.isdigit() and len(label) <= MOST_DIGITS for label in labels)
    numbers = [int(label) for label in labels] if whole else []
    if len(set(numbers)) < len(labels):
        numbers = list(range(1, len(labels) + 1))
    return np.array(numbers, dtype=np.int64)


def in_turn(runs: Sequence[RecordedRun]) -> bool:
    """Whether each run begins after the one before it has ended."""
    return all(b.start_h > a.start_h + a.time_h[-1] for a, b in pairwise(runs))
