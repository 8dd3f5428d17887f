"""Which whole runs are learned from or measured, where all rows would not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan.data.runs import Ints, Runs


def evenly_chosen(lengths: Mapping[str, Ints], most_rows: int) -> dict[str, Ints]:
    """Of each split, which of its runs (by place) make about so many rows in all: evenly spread over it, at least one.

    All of them where they have no more rows. lengths: rows of each run, (R,) a split.
    """
    total = sum(int(rows.sum()) for rows in lengths.values())
    share = min(1.0, most_rows / max(total, 1))
    return {split: spread(len(rows), max(1, int(share * len(rows)))) for split, rows in lengths.items()}


def some_of_each_mode(runs: Runs, most_rows: int, least_runs: int) -> Runs:
    """Whole runs of about so many rows, in their order: of each failure mode the same share, spread evenly, but no
    fewer than `least_runs`. All of them where they have no more rows."""
    count = len(runs.starts())
    if len(runs) <= most_rows or count <= least_runs:
        return runs
    chosen = spread(count, max(least_runs, int(count * most_rows / len(runs))))
    by_mode = np.argsort(runs.run_modes(), kind="stable")
    return runs.select(runs.ids()[by_mode[chosen]])


def spread(count: int, chosen: int) -> Ints:
    """So many places of `count`, evenly; all of them where there are no more."""
    return np.unique((np.arange(min(chosen, count)) + 0.5) / min(chosen, count) * count).astype(np.int64)
