"""Which whole runs of a large data set are measured, where all of its rows would not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan.data.runs import Ints


def evenly_chosen(lengths: Mapping[str, Ints], most_rows: int) -> dict[str, Ints]:
    """Of each split, which of its runs (by place) make about so many rows in all: evenly spread over it, at least one.

    All of them where they have no more rows. lengths: rows of each run, (R,) a split.
    """
    total = sum(int(rows.sum()) for rows in lengths.values())
    share = min(1.0, most_rows / max(total, 1))
    return {split: _spread(len(rows), max(1, int(share * len(rows)))) for split, rows in lengths.items()}


def _spread(count: int, chosen: int) -> Ints:
    return np.unique((np.arange(chosen) + 0.5) / chosen * count).astype(np.int64)
