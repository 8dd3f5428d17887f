"""A run on a regular grid of time: the interval between its rows, and what is missing or a little off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan.data.runs import Floats, Ints
from gan.runtime.errors import InvalidInput

# Time stamps may be off by this fraction of the interval; the rows are then moved onto the grid.
JITTER = 0.1
# At most this many intervals are interpolated.
MOST_MISSING = 10
# In hours: time stamps are written in whole milliseconds.
LEAST_INTERVAL = 1e-3 / 3600


@dataclass(frozen=True)
class RecordedRun:
    """One run as recorded: start_h since 1970, time_h (n,) since its start, values (n, S); mode None: no failure.

    rows (n,): where its rows are in the file. local: its time zone is unknown.
    """

    label: str
    start_h: float
    time_h: Floats
    values: Floats
    mode: str | None
    rows: Ints
    local: bool = False


def interval_of(runs: Sequence[RecordedRun]) -> float:
    """Hours from row to row, as in most rows. Raises InvalidInput."""
    steps = np.concatenate([np.diff(run.time_h) for run in runs])
    if len(steps) == 0:
        raise InvalidInput(
            "every run has one row: no interval can be seen",
            field="timestamp",
            hint="--run_column names the column that tells runs apart: it has another value for each row",
        )
    median = float(np.median(steps))
    seconds = 3600 * float(steps[np.abs(steps - median) <= JITTER * median].mean())
    if seconds < 3600 * LEAST_INTERVAL * 0.999:
        raise InvalidInput(
            f"a row every {seconds * 1000:g} ms: time stamps are kept in whole milliseconds",
            field="timestamp",
            hint="--resample 0.001 takes a row every 60 ms; or first compute features of each second or minute",
        )
    # Recorders sample at whole minutes or seconds: small differences come from their clocks.
    for unit in (60.0, 1.0):
        whole = round(seconds / unit)
        if whole and abs(seconds / unit / whole - 1) < 0.005:
            return whole * unit / 3600
    return seconds / 3600


def regular(run: RecordedRun, interval: float, sensors: Sequence[str]) -> RecordedRun:
    """The run on its grid. Raises InvalidInput where rows or values are missing."""
    steps = np.diff(run.time_h)
    off = np.abs(steps - interval) > JITTER * interval + 1e-9
    minutes = f"{interval * 60:.6g}"
    hint = (
        f"--resample {minutes} interpolates onto a row every {minutes} min (gaps of {MOST_MISSING} rows at most); "
        "--interval_minutes N if each row, such as a cycle, counts as so many, whatever its time"
    )
    if off.any():
        at = int(np.flatnonzero(off)[0])
        if run.local and off.sum() <= 2 and abs(steps[off].max() - interval - 1) < JITTER * interval:
            hint = f"--time_zone <name> if an hour is left out as clocks change in a local time; {hint}"
        raise InvalidInput(
            f"run {run.label}: {int(off.sum())} of {len(steps)} rows do not follow after {interval * 60:g} min "
            f"(row {at + 2} after {steps[off][0] * 60:g} min; longest gap {steps.max():g} h)",
            field="timestamp",
            hint=f"{hint}; --gap_hours N ends a run at a gap" if steps.max() > MOST_MISSING * interval else hint,
        )
    missing = np.isnan(run.values)
    if missing.any():
        row, column = (int(x[0]) for x in np.nonzero(missing))
        raise InvalidInput(
            f"run {run.label}: values are missing, NaN or infinite in {int(missing.any(axis=1).sum())} of "
            f"{len(run.values)} rows (first {sensors[column]} in row {run.rows[row] + 1} of the file)",
            field=sensors[column],
            hint=_missing_hint(run, sensors, hint.split(";")[0]),
        )
    grid: Floats = np.arange(len(run.time_h), dtype=np.float64) * interval
    return run if np.allclose(grid, run.time_h, atol=1e-7) else replace(run, time_h=grid)


def _missing_hint(run: RecordedRun, sensors: Sequence[str], hint: str) -> str:
    share = np.isnan(run.values).mean(axis=0)
    empty = [name for name, part in zip(sensors, share.tolist(), strict=True) if part > 0.5]
    return f"--drop {','.join(empty)} leaves out what is mostly missing; {hint}" if empty else hint


def resampled(run: RecordedRun, interval: float, sensors: Sequence[str], states: Collection[int] = ()) -> RecordedRun:
    """The run interpolated onto a grid that ends where the run does; states hold until the next one.

    states: which of the sensors have them. Raises InvalidInput over long gaps.
    """
    end = run.time_h[-1]
    count = int(np.floor(end / interval + 1e-9)) + 1
    grid: Floats = np.asarray(end - np.arange(count - 1, -1, -1) * interval, dtype=np.float64)
    values = np.empty((count, run.values.shape[1]))
    step = max(interval, float(np.median(np.diff(run.time_h)))) if len(run.time_h) > 1 else interval
    for at in range(values.shape[1]):
        known = np.isfinite(run.values[:, at])
        stamps = run.time_h[known]
        gap = float(np.diff(np.concatenate([[0.0], stamps, [end]])).max())
        if gap > MOST_MISSING * step:
            raise InvalidInput(
                f"run {run.label}: nothing known of {sensors[at]} for {gap:g} h: more than {MOST_MISSING} rows "
                "are not interpolated",
                field="resample",
                hint=f"--censored {run.label} leaves the run out of training; --gap_hours ends a run at a gap; "
                f"--drop {sensors[at]} leaves the sensor out",
            )
        if at in states:
            values[:, at] = run.values[known, at][np.maximum(np.searchsorted(stamps, grid + 1e-9) - 1, 0)]
        else:
            values[:, at] = np.interp(grid, stamps, run.values[known, at])
    same = count == len(run.time_h) and np.allclose(grid, run.time_h) and not np.isnan(run.values).any()
    if same:
        return run
    rows = np.full(count, run.rows[0])
    return replace(run, start_h=run.start_h + float(grid[0]), time_h=grid - float(grid[0]), values=values, rows=rows)
