"""The certificate of a data set's splits: each run's digest, and how like it the nearest other runs are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gan.data.modelled import learned
from gan.data.runs import Runs, joined
from gan.evaluation.similarity import likeness
from gan.evaluation.structure import Structure, count_copied, row_keys

# At most this many runs, chosen evenly, are compared with each other for near-copies. Exact copies of rows are looked
# for in all runs.
MAX_RUNS = 1_000
# Of more runs, the report lists only those that were compared.
MAX_LISTED = 10_000


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
    """count: all runs of the data set. runs: their records; of many, only those that were compared."""

    runs: tuple[RunRecord, ...]
    copied_rows: int
    count: int

    def nearest_split(self) -> float:
        return max(run.likest_other_run for run in self.runs)

    def nearest_seed(self) -> float:
        return max(run.likest_seed_run for run in self.runs)

    def to_json(self) -> dict[str, Any]:
        some = {} if len(self.runs) == self.count else {"of": self.count}
        return {"copiedRows": self.copied_rows, **some, "runs": [asdict(run) for run in self.runs]}


def certify(structure: Structure, splits: Mapping[str, Runs], seed: Runs) -> Certificate:
    """Looks for copied rows in all runs, and compares the fast dynamics of those in `splits`, which may be a selection,
    with each other and with the training seed."""
    # States that hold for long are alike without being copies.
    compared = {split: learned(runs, structure.profile) for split, runs in splits.items()}
    likest = _likest(compared, learned(seed, structure.profile))
    records = [
        RunRecord(split, run, rows, digest, *likest.get((split, run), (-1.0, -1.0)))
        for split in structure.rows
        for run, rows, digest in _listed(structure, split)
    ]
    kept = records if len(records) <= MAX_LISTED else [r for r in records if (r.split, r.run) in likest]
    return Certificate(tuple(kept), structure.copied_rows(seed), len(records))


def _listed(structure: Structure, split: str) -> Iterator[tuple[int, int, str]]:
    runs = structure.runs_of(split)
    return zip(runs.ids.tolist(), runs.rows.tolist(), structure.digests_of(split), strict=True)


def _likest(splits: Mapping[str, Runs], seed: Runs) -> dict[tuple[str, int], tuple[float, float]]:
    """By split and run id: the likeness to the likest other run, and to the likest one of the seed."""
    whole = joined(list(splits.values()))
    lengths = np.concatenate([part.lengths() for part in splits.values()])
    named = [(split, run) for split, part in splits.items() for run in part.ids().tolist()]
    # A run id that occurs in two splits must not merge two runs into one.
    numbered = replace(whole, run_id=np.repeat(np.arange(len(lengths)), lengths))
    compared = np.unique(np.linspace(0, len(lengths) - 1, min(len(lengths), MAX_RUNS)).astype(np.int64))
    some = numbered.select(compared)
    among = likeness(some, some)
    np.fill_diagonal(among, -1.0)
    other, own = among.max(axis=1), likeness(some, seed).max(axis=1)
    return {
        named[at]: (round(float(a), 4), round(float(b), 4))
        for at, a, b in zip(compared.tolist(), other, own, strict=True)
    }


def likest_pair(runs: Runs) -> float:
    """The likeness of the two runs, of different ids, that are most alike; of many, some are compared."""
    ids = runs.ids()
    some = runs.select(ids[np.unique(np.linspace(0, len(ids) - 1, min(len(ids), MAX_RUNS)).astype(np.int64))])
    among, names = likeness(some, some), some.run_id[some.starts()]
    return float(np.where(names[:, None] == names, -1.0, among).max())


def copied_rows(runs: Runs, seed: Runs | None = None) -> int:
    """How many rows occur in another run too, or in the seed if given. A single sensor's values repeat by chance: 0."""
    if runs.values.shape[1] < 2:
        return 0
    return count_copied(row_keys(runs.values), runs.run_id, None if seed is None else row_keys(seed.values))


def shared_by_chance(seed: Runs, rows: int) -> int:
    """How many of so many rows may occur twice by chance, as rows of coarsely resolved sensors do.

    Twice the rate among the seed's own runs, in proportion to the rows that each may meet: the data's and the seed's.
    """
    rate, meets = copied_rows(seed) / len(seed), 2 * (rows + len(seed)) / len(seed)
    return int(rows * (1 - (1 - rate) ** meets))
