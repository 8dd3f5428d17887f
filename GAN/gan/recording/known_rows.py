"""What is known of recorded rows before they are split into runs: values, times, order, RUL, failure labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from gan.data.runs import Floats, Ints
from gan.recording.cmapss import CYCLE_MINUTES
from gan.recording.columns import Columns
from gan.recording.grid import JITTER
from gan.recording.labels import Labels, read_labels
from gan.recording.numbers import Reading
from gan.recording.times import AS_SEEN, Clock, Times, heading_unit, read_times
from gan.runtime.errors import InvalidInput

FAILURE = "failure"


@dataclass(frozen=True)
class RunOptions:
    """How the user wants runs to be found in the rows."""

    gap_hours: float | None = None
    interval_minutes: float | None = None
    clock: Clock = AS_SEEN
    resample_minutes: float | None = None
    censored: frozenset[str] = frozenset()
    failures: bool = True
    failure_mode: str = FAILURE
    split_at_failures: bool = False


@dataclass(frozen=True)
class KnownRows:
    """What is known of N rows before they are split into runs.

    values (N, S); order (N,), by which rows are sorted in time; dates (N,), if any, beside a given interval.
    """

    values: Floats
    times: Times | None
    order: Floats | None
    dates: Floats | None
    rul: Floats | None
    labels: Labels | None

    @property
    def time_h(self) -> Floats | None:
        return None if self.times is None else self.times.hours


def read_known(
    table: pa.Table, columns: Columns, how: RunOptions, physical: Callable[[Floats], Floats], reading: Reading
) -> KnownRows:
    roles = columns.roles
    values = physical(np.column_stack([reading.numbers(table, column) for column in columns.sensors.values()]))
    times = _times(table, columns, how, reading)
    order, dates = None if times is None else times.hours, None
    if order is None and "timestamp" in roles:
        seen = _order_of_times(table, roles["timestamp"], how, reading)
        order, dates = (None, None) if seen is None else (seen.hours, seen.hours if seen.dated else None)
    if order is None and "cycle" in roles:
        order = reading.plain(table, roles["cycle"])
    rul = reading.plain(table, roles["rul"]) if "rul" in roles else None
    labels = read_labels(table, roles["failure_mode"], how.failure_mode) if "failure_mode" in roles else None
    return KnownRows(values, times, order, dates, rul, labels if how.failures else None)


def _times(table: pa.Table, columns: Columns, how: RunOptions, reading: Reading) -> Times | None:
    if "timestamp" in columns.roles and how.interval_minutes is None:
        column = columns.roles["timestamp"]
        return read_times(table, column, replace(how.clock, unit=how.clock.unit or heading_unit(column)), reading)
    if how.interval_minutes is not None:
        return None
    if "cycle" in columns.roles:
        return _cycles(table, columns.roles["cycle"], reading)
    raise InvalidInput(
        "no column of time stamps",
        field="timestamp",
        hint="--map timestamp=<column>, --map cycle=<column> of counts, or --interval_minutes N if there is none",
    )


def _cycles(table: pa.Table, column: str, reading: Reading) -> Times:
    """Counts of cycles as times. Raises InvalidInput where one is missing."""
    cycles = reading.plain(table, column)
    missing = np.flatnonzero(np.isnan(cycles))
    if len(missing):
        raise InvalidInput(
            f"{column}: {len(missing)} cycles are missing (first in row {int(missing[0]) + 1})",
            field="cycle",
            hint="--interval_minutes N if every row follows on the one before after the same time",
        )
    reading.notes.append(f"a cycle counts as {CYCLE_MINUTES:g} min: RUL is in hours")
    return Times(cycles * (CYCLE_MINUTES / 60), dated=False)


def _order_of_times(table: pa.Table, column: str, how: RunOptions, reading: Reading) -> Times | None:
    """Where an interval is given: what still tells the order of rows, be it dates or numbers of any unit."""
    quiet = Reading(reading.decimal, reading.missing)
    try:
        return read_times(table, column, replace(how.clock, zone=None), quiet)
    except InvalidInput as error:
        if error.field == "date_order":
            raise
        why = error.message
    try:
        return Times(quiet.plain(table, column), dated=False)
    except InvalidInput:
        reading.notes.append(f"{column}: ignored, since it holds no times: {why}")
        return None


def tell_other_interval(pieces: list[tuple[str, Ints]], dates: Floats, minutes: float, notes: list[str]) -> None:
    """Notes that the dates show another interval than the one given."""
    steps = np.concatenate([np.diff(dates[piece]) for _, piece in pieces]) * 60
    seen = float(np.median(steps)) if len(steps) else minutes
    if abs(seen - minutes) > JITTER * minutes:
        notes.append(f"rows are {seen:g} min apart by their time stamps: the given {minutes:g} min count")
