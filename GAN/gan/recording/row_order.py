"""The rows of a run, oldest first, or an error where they cannot be ordered."""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Ints
from gan.recording.grid import JITTER
from gan.recording.known_rows import KnownRows
from gan.recording.times import Times, iso
from gan.runtime.errors import InvalidInput


class Turned:
    """Runs whose rows were reordered, by how: each way gets one note."""

    def __init__(self) -> None:
        self._labels: dict[str, list[str]] = {}

    def add(self, how: str, label: str) -> None:
        self._labels.setdefault(how, []).append(label)

    def notes(self) -> list[str]:
        return [
            f"rows of {len(labels)} runs were {how} (runs {', '.join(labels[:5])}{' …' if labels[5:] else ''})"
            for how, labels in self._labels.items()
        ]


def in_order(label: str, piece: Ints, rows: KnownRows, turned: Turned) -> tuple[str, Ints]:
    """The run's rows, oldest first. Raises InvalidInput where two have the same time."""
    if rows.order is None:
        return label, _by_rul(label, piece, rows, turned)
    order = rows.order[piece]
    steps = np.diff(order)
    if rows.times is not None and rows.times.local:
        _refuse_clock_change(label, piece, rows.times, steps)
    if (steps <= 0).all() and (steps < 0).any():
        turned.add("newest first; their order was reversed", label)
        piece, order = piece[::-1], order[::-1]
    elif (steps < 0).any():
        turned.add("not in the order of time; they are now", label)
        sort = np.argsort(order, kind="stable")
        piece, order = piece[sort], order[sort]
    twins = np.flatnonzero(np.diff(order) == 0)
    if rows.times is not None and len(twins):
        raise _twins(label, piece, rows, twins)
    return label, piece


def _twins(label: str, piece: Ints, rows: KnownRows, twins: Ints) -> InvalidInput:
    at = int(twins[0])
    first, second = int(piece[at]) + 1, int(piece[at + 1]) + 1
    same = np.array_equal(rows.values[piece[twins]], rows.values[piece[twins + 1]], equal_nan=True)
    hint = (
        "delete the duplicate rows: their values are the same"
        if same
        else "--run_column names the column that tells runs or machines apart, if rows of several lie side by side; "
        "--interval_minutes N if time stamps are too coarse and every row follows after the same time"
    )
    return InvalidInput(
        f"run {label}: {len(twins)} duplicate time stamps (rows {first} and {second} of the file)",
        field="timestamp",
        hint=hint,
    )


def _refuse_clock_change(label: str, piece: Ints, times: Times, steps: Floats) -> None:
    """Raises InvalidInput where local time goes back by an hour now and then: the clocks were changed."""
    back = np.flatnonzero(steps < 0)
    if len(steps) < 3 or not 1 <= len(back) <= max(1, len(steps) // 4):
        return
    usual = float(np.median(steps))
    if usual > 0 and (np.abs(steps[back] - (usual - 1)) <= JITTER * usual + 1e-6).all():
        row = int(piece[back[0] + 1]) + 1
        raise InvalidInput(
            f"run {label}: times repeat at the clock change: they go back by an hour in row {row}, to "
            f"{iso(times.hours[row - 1])}",
            field="timestamp",
            hint="--time_zone <name>, e.g. Europe/Berlin; or give UTC offsets: 2024-10-27T02:00:00+01:00",
        )


def _by_rul(label: str, piece: Ints, rows: KnownRows, turned: Turned) -> Ints:
    """Where only RUL tells the order: if it rises, the newest row is first."""
    if rows.rul is None:
        return piece
    change = np.diff(rows.rul[piece])
    if (change >= 0).all() and (change > 0).any():
        turned.add("newest first, as RUL rises; their order was reversed", label)
        return piece[::-1]
    return piece
