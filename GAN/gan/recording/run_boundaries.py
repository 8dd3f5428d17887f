"""Which rows are one run: by a column, jumps of RUL, gaps in time, counts that start again, or failures."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gan.data.runs import MIN_RUN_ROWS, Ints
from gan.recording.columns import Columns, tells_of_health
from gan.recording.known_rows import KnownRows, RunOptions
from gan.recording.labels import flagged_ends
from gan.recording.numbers import blanked, is_text
from gan.runtime.errors import InvalidInput

# A number with decimals names nothing.
_MEASURED = re.compile(r"[-+]?\d*[.,]\d+([eE][-+]?\d+)?")


def boundaries(
    table: pa.Table, columns: Columns, rows: KnownRows, how: RunOptions, notes: list[str]
) -> list[tuple[str, Ints]]:
    """Each run's label and rows: by the run column, else where RUL jumps up, else where time or cycles start again."""
    if "run_id" in columns.roles:
        pieces = _by_label(table.column(columns.roles["run_id"]), columns.roles["run_id"])
        pieces = _again(pieces, rows, columns, notes)
        return _by_gaps(pieces, rows, how)
    everything = np.arange(table.num_rows)
    if how.gap_hours is not None and rows.time_h is not None:
        if rows.rul is None and (np.diff(rows.time_h) < 0).any():
            raise _time_goes_back(columns, rows)
        ends = np.abs(np.diff(rows.time_h)) > how.gap_hours
    elif rows.rul is not None:
        ends = _jumps(rows, columns)
    elif _begins_again(rows):
        assert rows.order is not None
        ends = np.diff(rows.order) < 0
        notes.append(
            f"runs are told apart by where {columns.roles.get('cycle') or columns.roles['timestamp']} begins again"
        )
    elif how.split_at_failures and rows.labels is not None:
        return [("1", everything)]
    else:
        if rows.time_h is not None and (np.diff(rows.time_h) < 0).any():
            raise _time_goes_back(columns, rows)
        raise InvalidInput("which rows are one run?", field="run_column", hint=_run_hint(table, columns, rows))
    parts = np.split(everything, np.flatnonzero(ends) + 1)
    names = _names_of(table, columns, parts, notes) or [str(at + 1) for at in range(len(parts))]
    return list(zip(names, parts, strict=True))


def _names_of(table: pa.Table, columns: Columns, pieces: list[Ints], notes: list[str]) -> list[str] | None:
    """The runs' names, from a column of words or whole numbers that has another one in each run, if there is one."""
    used = {*columns.roles.values(), *(columns.sensors[name] for name in columns.named)}
    first = np.array([piece[0] for piece in pieces])
    for column in table.column_names:
        values = table.column(column)
        if column in used or values.null_count or not (is_text(values.type) or pa.types.is_integer(values.type)):
            continue
        words = values.cast(pa.string())
        names: list[str] = words.take(pa.array(first)).to_pylist()
        if len(set(names)) < len(names) or any(_MEASURED.fullmatch(name) for name in names):
            continue
        codes = pc.dictionary_encode(words.combine_chunks()).indices.to_numpy(zero_copy_only=False)
        if (np.diff(codes) != 0).sum() == len(pieces) - 1:
            notes.append(f"runs have their names from {column!r}")
            return names
    return None


def _by_label(column: pa.ChunkedArray, name: str) -> list[tuple[str, Ints]]:
    """Runs by name, as text: a twenty-digit number is a name too. Raises InvalidInput."""
    if pa.types.is_floating(column.type):
        largest = pc.max(pc.abs(column)).as_py()
        if largest is not None and largest >= 2**53:
            raise InvalidInput(
                f"{name}: numbers up to {largest:.17g} are stored as floats, which cannot tell all of them apart",
                field="run_id",
                hint="store the column as text, or as integers",
            )
    words = blanked(column) if is_text(column.type) else column.cast(pa.string())
    if words.null_count:
        row = int(np.flatnonzero(words.is_null().to_numpy(zero_copy_only=False))[0]) + 1
        raise InvalidInput(
            f"{name}: {words.null_count} rows belong to no run (first in row {row})",
            field="run_id",
            hint="fill the column, or delete these rows",
        )
    encoded = pc.dictionary_encode(words.combine_chunks())
    labels = encoded.dictionary.to_pylist()
    short = [label for label in labels if re.fullmatch(r"\d[.,]\d+[eE]\+\d{2}", label)]
    if short:
        raise InvalidInput(
            f"{name}: {short[0]!r} is a number that a spreadsheet has shortened: runs cannot be told apart by it",
            field="run_id",
            hint="export the column as text, in full",
        )
    if all(re.fullmatch(r"\d+\.0+", label) for label in labels):
        labels = [label.split(".")[0] for label in labels]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    return [(labels[int(codes[piece[0]])], piece) for piece in pieces]


def _by_gaps(pieces: list[tuple[str, Ints]], rows: KnownRows, how: RunOptions) -> list[tuple[str, Ints]]:
    """Splits runs at gaps in time as well, if asked to: the machine may have failed more than once."""
    if how.gap_hours is None or rows.time_h is None:
        return pieces
    found: list[tuple[str, Ints]] = []
    for label, piece in pieces:
        ordered = piece[np.argsort(rows.time_h[piece], kind="stable")]
        parts = np.split(ordered, np.flatnonzero(np.diff(rows.time_h[ordered]) > how.gap_hours) + 1)
        found += [(label if len(parts) == 1 else f"{label}/{at + 1}", part) for at, part in enumerate(parts)]
    return found


def _jumps(rows: KnownRows, columns: Columns) -> NDArray[np.bool_]:
    """Where RUL jumps up; where it falls, if the newest row is first. Raises InvalidInput."""
    assert rows.rul is not None
    change = np.diff(rows.rul)
    newest_first = rows.order is not None and np.median(np.diff(rows.order)) < 0
    if newest_first or (rows.order is None and (change > 0).sum() > (change < 0).sum()):
        return np.asarray(change < 0)
    ends = np.asarray(change > 0)
    # Times may start again with each run, but not within one.
    if rows.time_h is not None and ((np.diff(rows.time_h) < 0) & ~ends).any():
        raise _time_goes_back(columns, rows)
    return ends


def _begins_again(rows: KnownRows, piece: Ints | slice = slice(None)) -> bool:
    """Whether elapsed times or cycles start again at least once and rise in between."""
    if rows.order is None or (rows.times is not None and rows.times.dated):
        return False
    order = rows.order[piece]
    back = np.diff(order) < 0
    first = order[np.concatenate([[True], back])]
    return bool(back.any() and len(back) / back.sum() >= MIN_RUN_ROWS - 1 and np.ptp(first) == 0)


def _again(
    pieces: list[tuple[str, Ints]], rows: KnownRows, columns: Columns, notes: list[str]
) -> list[tuple[str, Ints]]:
    """Splits what has one name, but counts that begin again: files laid one below the other reuse names."""
    found: list[tuple[str, Ints]] = []
    several = []
    for label, piece in pieces:
        if not _begins_again(rows, piece):
            found.append((label, piece))
            continue
        assert rows.order is not None
        parts = np.split(piece, np.flatnonzero(np.diff(rows.order[piece]) < 0) + 1)
        found += [(f"{label}/{at + 1}", part) for at, part in enumerate(parts)]
        several.append(label)
    if several:
        counts = columns.roles.get("cycle") or columns.roles["timestamp"]
        notes.append(
            f"{columns.roles['run_id']} {', '.join(several[:5])}{' …' if several[5:] else ''}: {counts} begins again "
            f"within {len(several)} of them: each time is a run, {several[0]}/1, {several[0]}/2, …"
        )
    return found


def _time_goes_back(columns: Columns, rows: KnownRows) -> InvalidInput:
    assert rows.time_h is not None
    row = int(np.flatnonzero(np.diff(rows.time_h) < 0)[0]) + 2
    column = columns.roles.get("timestamp") or columns.roles["cycle"]
    if rows.times is not None and not rows.times.dated:
        hint = "--run_column <column> if times begin again in each run; RUL would tell, too: --map rul=<column>"
    else:
        hint = "--run_column <column> if rows of several runs lie side by side; else sort the rows by time"
    return InvalidInput(f"{column}: time goes back in row {row}", field="timestamp", hint=hint)


def _run_hint(table: pa.Table, columns: Columns, rows: KnownRows) -> str:
    """What tells runs apart; columns that have a few values, each in one stretch, are named."""
    used = {*columns.sensors.values(), *columns.roles.values()}
    likely = [name for name in table.column_names if name not in used and _in_blocks(table.column(name))]
    named = f"--run_column {likely[0]!r}" if likely else "--run_column <column>"
    flags = "--split_at_failures: a failure ends a run; " if rows.labels is not None else ""
    words = [name for name in table.column_names if name not in used and is_text(table.column(name).type)]
    told = next((name for name in words if rows.labels is None and tells_of_health(table.column(name))), None)
    if told is not None:
        flags = f"--map failure_mode={told} --split_at_failures if a failure in that column ends a run; "
    return f"{flags}{named}, a column of RUL (--map rul=<column>), or --gap_hours N: a gap in time ends a run"


def _in_blocks(column: pa.ChunkedArray) -> bool:
    encoded = pc.dictionary_encode(column.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return 1 < len(encoded.dictionary) <= len(codes) / MIN_RUN_ROWS and (np.diff(codes) != 0).sum() < len(
        encoded.dictionary
    )


def at_failures(pieces: list[tuple[str, Ints]], rows: KnownRows, notes: list[str]) -> list[tuple[str, Ints]]:
    """Splits runs at each failure that their rows report."""
    if rows.labels is None:
        raise InvalidInput(
            "split_at_failures: no column reports failures",
            field="split_at_failures",
            hint="--map failure_mode=<column>",
        )
    found: list[tuple[str, Ints]] = []
    left_out = 0
    for label, piece in pieces:
        parts, lost = flagged_ends(rows.labels, piece)
        left_out += lost
        found += [(f"{label}/{at + 1}" if len(pieces) > 1 else str(at + 1), part) for at, part in enumerate(parts)]
    notes.append(
        f"runs are split at failures: {len(found)} runs"
        + (f", {left_out} rows after a failure left out" if left_out else "")
    )
    return found
