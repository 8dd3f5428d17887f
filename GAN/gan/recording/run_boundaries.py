"""Recorded rows cut into runs: where each begins, in which order, at which interval, and what ended it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gan.data.runs import MIN_RUN_ROWS, REPAIR_HOURS, Floats, Ints, Runs
from gan.data.tables import EPOCH, MS_PER_HOUR
from gan.recording.columns import Columns, hours, mode_name, numbers
from gan.runtime.errors import InvalidInput

# Time stamps may be off by so much of the interval; the rows are then put in their places.
JITTER = 0.1
# Interpolated over so many intervals at most.
MOST_MISSING = 10
FAILURE = "failure"
# Hours since 1970 from which a time is a date: the year 1980.
CALENDAR_HOURS = 24.0 * 3652


@dataclass(frozen=True)
class Cutting:
    """How a person wants the rows cut."""

    gap_hours: float | None = None
    interval_minutes: float | None = None
    time_unit: str | None = None
    resample_minutes: float | None = None
    censored: frozenset[str] = frozenset()
    failures: bool = True
    failure_mode: str = FAILURE


@dataclass(frozen=True)
class Life:
    """One run as recorded: start_h since 1970, time_h (n,) since its start, values (n, S); mode None: no failure."""

    label: str
    start_h: float
    time_h: Floats
    values: Floats
    mode: str | None
    left_h: float = 0.0


@dataclass
class Cut:
    """The runs, and what was noticed on the way."""

    lives: list[Life]
    interval_h: float
    notes: list[str] = field(default_factory=list)

    def failed(self) -> list[Life]:
        return [life for life in self.lives if life.mode is not None]

    def censored(self) -> list[Life]:
        return [life for life in self.lives if life.mode is None]


def cut(table: pa.Table, columns: Columns, how: Cutting, physical: Callable[[Floats], Floats] = lambda v: v) -> Cut:
    """Cuts rows (of `physical` values; a value that cannot be is NaN there) into runs on a regular grid of time.

    Raises InvalidInput where it is not clear which rows are a run, or rows are missing and `resample_minutes` was not
    asked for.
    """
    values = physical(np.column_stack([numbers(table, column) for column in columns.sensors.values()]))
    time_h = _times(table, columns, how)
    rul = numbers(table, columns.roles["rul"]) if "rul" in columns.roles else None
    modes = _modes(table, columns)
    notes: list[str] = []
    lives = [
        _life(label, rows, time_h, values, rul, modes, how, notes)
        for label, rows in _boundaries(table, columns, time_h, rul, how)
    ]
    unknown = how.censored - {life.label for life in lives}
    if unknown:
        raise InvalidInput(
            f"censored: no run {', '.join(sorted(unknown))}",
            field="censored",
            hint=f"runs are: {', '.join(life.label for life in lives[:20])}",
        )
    interval = _interval(lives, how)
    regular = [_resampled(life, interval) if how.resample_minutes else _regular(life, interval) for life in lives]
    changed = sum(not np.array_equal(life.time_h, other.time_h) for life, other in zip(lives, regular, strict=True))
    if changed:
        what = (
            "interpolated onto a regular grid"
            if how.resample_minutes
            else "put back onto the grid they are off by a little"
        )
        notes.append(f"rows of {changed} runs were {what} of {interval * 60:g} min")
    short = [life for life in regular if life.mode is not None and len(life.time_h) < MIN_RUN_ROWS]
    if short:
        raise InvalidInput(
            f"run {short[0].label} has {len(short[0].time_h)} rows: {MIN_RUN_ROWS} or more are needed", field="run_id",
            hint=f"--censored {','.join(life.label for life in short)} keeps them apart",
        )  # fmt: skip
    return Cut(sorted(regular, key=lambda life: life.start_h), interval, notes)


def _times(table: pa.Table, columns: Columns, how: Cutting) -> Floats | None:
    if "timestamp" in columns.roles and how.interval_minutes is None:
        return hours(table, columns.roles["timestamp"], how.time_unit)
    if how.interval_minutes is None:
        raise InvalidInput(
            "no column of time stamps",
            field="timestamp",
            hint="--map timestamp=<column>, or --interval_minutes N if there is none",
        )
    return None


def _modes(table: pa.Table, columns: Columns) -> list[str | None] | None:
    if "failure_mode" not in columns.roles:
        return None
    return list(table.column(columns.roles["failure_mode"]).cast(pa.string()).to_pylist())


def _boundaries(
    table: pa.Table, columns: Columns, time_h: Floats | None, rul: Floats | None, how: Cutting
) -> list[tuple[str, Ints]]:
    """Each run's label and rows: by the run column, else where RUL jumps up, else where time does."""
    if "run_id" in columns.roles:
        column = table.column(columns.roles["run_id"]).combine_chunks()
        if column.null_count:
            raise InvalidInput(f"{columns.roles['run_id']}: {column.null_count} rows belong to no run", field="run_id")
        encoded = pc.dictionary_encode(column)
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        labels = encoded.dictionary.cast(pa.string()).to_pylist()
        return [(label, np.flatnonzero(codes == code)) for code, label in enumerate(labels)]
    if time_h is not None and (rul is not None or how.gap_hours is not None):
        back = np.flatnonzero(np.diff(time_h) < 0)
        if len(back):
            raise InvalidInput(
                f"{columns.roles['timestamp']}: time goes back in row {int(back[0]) + 2}", field="timestamp",
                hint="sort the rows by time, or name the column of the runs: --run_column <column>",
            )  # fmt: skip
    if how.gap_hours is not None and time_h is not None:
        ends = np.diff(time_h) > how.gap_hours
    elif rul is not None:
        ends = np.diff(rul) > 0
    else:
        raise InvalidInput(
            "which rows are one run?", field="run_column",
            hint="--run_column <column>, a column of RUL (--map rul=<column>), or --gap_hours N: a gap in time ends a run",
        )  # fmt: skip
    pieces = np.split(np.arange(table.num_rows), np.flatnonzero(ends) + 1)
    return [(str(at + 1), rows) for at, rows in enumerate(pieces)]


def _life(
    label: str, rows: Ints, time_h: Floats | None, values: Floats, rul: Floats | None, modes: list[str | None] | None,
    how: Cutting, notes: list[str],
) -> Life:  # fmt: skip
    if time_h is None:
        assert how.interval_minutes is not None
        times: Floats = np.arange(len(rows)) * how.interval_minutes / 60
    else:
        order = np.argsort(time_h[rows], kind="stable")
        if (np.diff(order) < 0).any():
            notes.append(f"run {label}: rows were not in the order of time; they are now")
        rows = rows[order]
        times = time_h[rows]
        twins = int((np.diff(times) == 0).sum())
        if twins:
            raise InvalidInput(
                f"run {label}: {twins} time stamps stand twice", field="timestamp", hint="remove the double rows"
            )
    mode = _mode(label, rows, modes, how)
    left = 0.0 if rul is None else _left(label, rul[rows], times)
    if label in how.censored or left > 0:
        mode = None
    return Life(label, float(times[0]), times - times[0], values[rows], mode, left)


def _mode(label: str, rows: Ints, modes: list[str | None] | None, how: Cutting) -> str | None:
    """What ended a run: the word in its rows, if any. A column of 0 and 1 tells whether there was a failure."""
    if not how.failures:
        return None
    if modes is None:
        return how.failure_mode
    found = {modes[row] for row in rows.tolist()} - {None, ""}
    if found <= {"0", "1", "true", "false", "True", "False"}:
        return how.failure_mode if found & {"1", "true", "True"} else None
    if len(found) > 1:
        raise InvalidInput(
            f"run {label} has several failure modes: {', '.join(sorted(map(str, found)))}", field="failure_mode"
        )
    return mode_name(str(found.pop())) if found else None


def _left(label: str, rul: Floats, times: Floats) -> float:
    """Hours that were left when the record ends: more than two rows' worth means that it does not show the failure."""
    known = np.flatnonzero(np.isfinite(rul))
    if len(known) == 0:
        return 1.0
    rising = np.flatnonzero(np.diff(rul[known]) > 1e-9)
    if len(rising):
        row = int(known[rising[0] + 1]) + 1
        raise InvalidInput(
            f"run {label}: RUL rises in its row {row}",
            field="rul",
            hint="RUL falls to 0 in a run; is this more than one run?",
        )
    step = float(np.median(-np.diff(rul[known]))) if len(known) > 1 else 0.0
    return max(0.0, float(rul[known[-1]])) if rul[known[-1]] > 2 * max(step, 1e-9) else 0.0


def _interval(lives: Sequence[Life], how: Cutting) -> float:
    """Hours from row to row."""
    if how.resample_minutes is not None:
        return how.resample_minutes / 60
    if how.interval_minutes is not None:
        return how.interval_minutes / 60
    steps = np.concatenate([np.diff(life.time_h) for life in lives])
    if len(steps) == 0:
        raise InvalidInput("every run has one row: no interval can be seen", field="timestamp")
    median = float(np.median(steps))
    seconds = 3600 * float(steps[np.abs(steps - median) <= JITTER * median].mean())
    # Recorders sample at whole minutes or seconds: what differs a little from that is their clocks.
    minutes = round(seconds / 60)
    if minutes and abs(seconds / 60 / minutes - 1) < 0.005:
        return minutes / 60
    return (round(seconds) if seconds > 2 else seconds) / 3600


def _regular(life: Life, interval: float) -> Life:
    """The run on its grid. Raises InvalidInput where rows or values are missing."""
    steps = np.diff(life.time_h)
    off = np.abs(steps - interval) > JITTER * interval + 1e-9
    hint = "--resample MINUTES interpolates onto a regular grid (gaps of 10 rows at most)"
    if off.any():
        raise InvalidInput(
            f"run {life.label}: {int(off.sum())} of {len(steps)} rows do not follow after {interval * 60:g} min "
            f"(row {int(np.flatnonzero(off)[0]) + 2} after {steps[off][0] * 60:g} min; longest gap {steps.max():g} h)",
            field="timestamp", hint=hint,
        )  # fmt: skip
    missing = int(np.isnan(life.values).any(axis=1).sum())
    if missing:
        raise InvalidInput(
            f"run {life.label}: values are missing, NaN or infinite in {missing} of {len(life.values)} rows",
            field="csv",
            hint=hint,
        )
    grid: Floats = np.arange(len(life.time_h), dtype=np.float64) * interval
    return life if np.allclose(grid, life.time_h, atol=1e-7) else replace(life, time_h=grid)


def _resampled(life: Life, interval: float) -> Life:
    """The run interpolated onto a grid that ends where the run does. Raises InvalidInput over long gaps."""
    end = life.time_h[-1]
    count = int(np.floor(end / interval + 1e-9)) + 1
    grid: Floats = np.asarray(end - np.arange(count - 1, -1, -1) * interval, dtype=np.float64)
    values = np.empty((count, life.values.shape[1]))
    step = max(interval, float(np.median(np.diff(life.time_h)))) if len(life.time_h) > 1 else interval
    for at in range(values.shape[1]):
        known = np.isfinite(life.values[:, at])
        stamps = life.time_h[known]
        gap = float(np.diff(np.concatenate([[0.0], stamps, [end]])).max())
        if gap > MOST_MISSING * step:
            raise InvalidInput(
                f"run {life.label}: nothing known for {gap:g} h: more than {MOST_MISSING} rows are not interpolated", field="resample",
                hint=f"--censored {life.label} keeps the run apart; --gap_hours ends a run at a gap",
            )  # fmt: skip
        values[:, at] = np.interp(grid, stamps, life.values[known, at])
    same = count == len(life.time_h) and np.allclose(grid, life.time_h) and not np.isnan(life.values).any()
    return (
        life
        if same
        else replace(life, start_h=life.start_h + float(grid[0]), time_h=grid - float(grid[0]), values=values)
    )


def as_runs(lives: Sequence[Life], sensors: tuple[str, ...], modes: tuple[str, ...], interval: float) -> Runs:
    """Runs as every step reads them. Runs that were recorded side by side are laid one after another."""
    epoch = float(EPOCH.astype("datetime64[ms]").astype(np.int64)) / MS_PER_HOUR
    starts = [life.start_h - epoch for life in lives]
    if not in_turn(lives):
        lengths = np.array([life.time_h[-1] + REPAIR_HOURS for life in lives])
        # Times that count from the beginning have no date.
        first = min(starts) if min(life.start_h for life in lives) > CALENDAR_HOURS else 0.0
        starts = (np.cumsum(lengths) - lengths + first).tolist()
    sizes = [len(life.time_h) for life in lives]
    known = all(life.mode is not None for life in lives) and bool(modes)
    left = [np.arange(size - 1, -1, -1) * interval for size in sizes]
    return Runs(
        sensors,
        np.concatenate([life.values for life in lives]),
        np.repeat(np.arange(1, len(lives) + 1), sizes),
        np.concatenate([start + life.time_h for start, life in zip(starts, lives, strict=True)]),
        np.concatenate(left) if known else None,
        np.repeat([modes.index(str(life.mode)) for life in lives], sizes) if known else None,
        modes if known else (),
    )


def in_turn(lives: Sequence[Life]) -> bool:
    """Whether each run begins after the one before has ended."""
    return all(b.start_h > a.start_h + a.time_h[-1] for a, b in pairwise(lives))
