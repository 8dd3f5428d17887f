"""The splits of a data set: how many rows each has, and how many it needs to hold whole runs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gan.runtime.errors import InvalidInput

SPLITS = ("train", "val", "test")
# A split with fewer runs than this says little of how runs differ.
WISHED_A_SPLIT = 3


def split_rows(total: int, shares: tuple[float, float, float]) -> dict[str, int]:
    """Rows, or runs, of each split; they add up to the total. Raises InvalidInput when a split would be empty."""
    train, val = round(total * shares[0]), round(total * shares[1])
    rows = dict(zip(SPLITS, (train, val, total - train - val), strict=True))
    if min(rows.values()) < 1:
        raise InvalidInput(f"split_ratio: {total} leave a split empty", field="split_ratio")
    return rows


def rows_for(mean_rows: float, smallest_share: float, runs: int = WISHED_A_SPLIT) -> int:
    """Total rows that leave so many runs in the smallest split, rounded up to two digits."""
    exact = runs * mean_rows / smallest_share
    step = 10 ** max(0, math.floor(math.log10(exact)) - 1)
    return int(math.ceil(exact / step - 1e-9) * step)


def thinnest(rows: Mapping[str, int], mean_rows: float) -> tuple[str, float]:
    """The split with the fewest rows, and how many runs of mean length they make."""
    name = min(rows, key=rows.__getitem__)
    return name, rows[name] / mean_rows
