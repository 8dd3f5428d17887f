"""The certificate of a data set's splits: each run's digest, and how like it the nearest other runs are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gan.data.runs import Floats, Ints, Runs, joined
from gan.evaluation.similarity import likeness

# At most this many runs, chosen evenly, are compared with each other for near-copies. Exact copies of rows are looked
# for in all runs.
MAX_RUNS = 1_000


@dataclass(frozen=True)
class RunRecord:
    """One run. sha256: of its sensor values, 16 digits. Likeness: 1 for a copy, -1 where it was not compared."""

    split: str
    run: int
    rows: int
    sha256: str
    likest_other_run: float
    likest_seed_run: float


@dataclass(frozen=True)
class Certificate:
    runs: tuple[RunRecord, ...]
    copied_rows: int

    def nearest_split(self) -> float:
        return max(run.likest_other_run for run in self.runs)

    def nearest_seed(self) -> float:
        return max(run.likest_seed_run for run in self.runs)

    def to_json(self) -> dict[str, Any]:
        return {"copiedRows": self.copied_rows, "runs": [asdict(run) for run in self.runs]}


def certify(splits: Mapping[str, Runs], seed: Runs) -> Certificate:
    """Compares every run with all others and with the training seed: row by row, and by fast dynamics."""
    names = [name for name, runs in splits.items() for _ in range(len(runs.starts()))]
    parts = list(splits.values())
    whole = joined(parts)
    # A run id that occurs in two splits must not merge two runs into one.
    first, lengths = _starts(parts), np.concatenate([part.lengths() for part in parts])
    numbered = Runs(
        whole.sensors,
        whole.values,
        np.repeat(np.arange(len(lengths)), lengths),
        whole.time_h,
        whole.rul_h,
        whole.failure_mode,
        whole.modes,
    )
    compared = np.unique(np.linspace(0, len(lengths) - 1, min(len(lengths), MAX_RUNS)).astype(np.int64))
    some = numbered.select(compared)
    other, own = np.full(len(lengths), -1.0), np.full(len(lengths), -1.0)
    among = likeness(some, some)
    np.fill_diagonal(among, -1.0)
    other[compared], own[compared] = among.max(axis=1), likeness(some, seed).max(axis=1)
    ids = whole.run_id[first]
    records = [
        RunRecord(
            name,
            int(ids[i]),
            int(lengths[i]),
            _digest(whole.values[a : a + lengths[i]]),
            round(float(other[i]), 4),
            round(float(own[i]), 4),
        )
        for i, (name, a) in enumerate(zip(names, first, strict=True))
    ]
    return Certificate(tuple(records), copied_rows(numbered, seed))


def _starts(parts: list[Runs]) -> Ints:
    """First row of each run when the parts are laid one after another, (R,)."""
    offsets = np.cumsum([0] + [len(part) for part in parts[:-1]])
    return np.concatenate([part.starts() + offset for part, offset in zip(parts, offsets, strict=True)])


def copied_rows(runs: Runs, seed: Runs | None = None) -> int:
    """How many rows occur in another run too, or in the seed if given. A single sensor's values repeat by chance: 0."""
    if runs.values.shape[1] < 2:
        return 0
    keys = _keys(runs.values)
    unique, at = np.unique(keys, return_inverse=True)
    first = np.zeros(len(unique), dtype=np.int64)
    last = np.zeros(len(unique), dtype=np.int64)
    first[at[::-1]], last[at] = runs.run_id[::-1], runs.run_id
    elsewhere = (first != last)[at]
    if seed is not None:
        elsewhere |= np.isin(keys, _keys(seed.values))
    return int(elsewhere.sum())


def shared_by_chance(seed: Runs, rows: int) -> int:
    """How many of so many rows may occur twice by chance, as rows of coarsely resolved sensors do.

    Twice the rate among the seed's own runs, in proportion to the rows that each may meet: the data's and the seed's.
    """
    rate, meets = copied_rows(seed) / len(seed), 2 * (rows + len(seed)) / len(seed)
    return int(rows * (1 - (1 - rate) ** meets))


def _keys(values: Floats) -> Ints:
    """A 64-bit hash of each row, (N,)."""
    bits = np.ascontiguousarray(np.round(values, 9)).view(np.uint64)
    mixed = np.full(len(bits), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in bits.T:
        mixed = (mixed ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def _digest(values: Floats) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
