"""The splits of a data set and how many rows each has."""

from __future__ import annotations

from gan.runtime.errors import InvalidInput

SPLITS = ("train", "val", "test")


def split_rows(total: int, shares: tuple[float, float, float]) -> dict[str, int]:
    """Rows of each split; they add up to the total. Raises InvalidInput when a split would be empty."""
    train, val = round(total * shares[0]), round(total * shares[1])
    rows = dict(zip(SPLITS, (train, val, total - train - val), strict=True))
    if min(rows.values()) < 1:
        raise InvalidInput(f"split_ratio: {total} rows leave a split empty", field="split_ratio")
    return rows
