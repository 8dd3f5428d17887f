"""Runs to failure as arrays: what the numerical modules pass to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
# A run of fewer rows shows no course.
MIN_RUN_ROWS = 5
# Time from the end of one run to the start of the next, where the data do not say.
REPAIR_HOURS = 24.0
# Runs may be so much longer or shorter, as a logarithm, that they have a number of rows that is asked for.
FIT = 0.3


@dataclass(frozen=True)
class Runs:
    """N rows of S sensors, run after run.

    values (N, S) in the sensors' units; run_id (N,) in contiguous blocks; time_h (N,) hours, rising through all rows;
    rul_h (N,) hours to the end of the run; failure_mode (N,) index into modes. The last two are None for a machine
    without failure modes.
    """

    sensors: tuple[str, ...]
    values: Floats
    run_id: Ints
    time_h: Floats
    rul_h: Floats | None
    failure_mode: Ints | None
    modes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.run_id)

    def starts(self) -> Ints:
        """First row of each run, (R,)."""
        if len(self) == 0:
            return np.zeros(0, dtype=np.int64)
        changes = np.flatnonzero(np.diff(self.run_id)) + 1
        return np.concatenate([[0], changes]).astype(np.int64)

    def lengths(self) -> Ints:
        """Rows of each run, (R,)."""
        return np.diff(np.append(self.starts(), len(self))).astype(np.int64)

    def ids(self) -> Ints:
        """Id of each run, in order, (R,)."""
        ids: Ints = self.run_id[self.starts()]
        return ids

    def run_modes(self) -> Ints:
        """Failure mode of each run, (R,); all 0 for a machine without failure modes."""
        starts = self.starts()
        return np.zeros(len(starts), dtype=np.int64) if self.failure_mode is None else self.failure_mode[starts]

    def position(self) -> Ints:
        """Row within its run, (N,)."""
        return np.arange(len(self), dtype=np.int64) - np.repeat(self.starts(), self.lengths())

    def select(self, run_ids: Sequence[int] | Ints) -> Runs:
        """The rows of these runs, in their order here."""
        return self.rows(np.isin(self.run_id, np.asarray(run_ids)))

    def rows(self, chosen: NDArray[np.bool_] | Ints) -> Runs:
        """Some of the rows, by mask or index."""
        return Runs(
            sensors=self.sensors,
            values=self.values[chosen],
            run_id=self.run_id[chosen],
            time_h=self.time_h[chosen],
            rul_h=None if self.rul_h is None else self.rul_h[chosen],
            failure_mode=None if self.failure_mode is None else self.failure_mode[chosen],
            modes=self.modes,
        )


def joined(parts: Sequence[Runs]) -> Runs:
    """Several sets of runs of one machine, at least one, as one. Their run ids must differ."""
    if len(parts) == 1:
        return parts[0]

    def join(of: Callable[[Runs], Any]) -> Any:
        return None if of(parts[0]) is None else np.concatenate([of(part) for part in parts])

    return Runs(
        parts[0].sensors,
        join(lambda part: part.values),
        join(lambda part: part.run_id),
        join(lambda part: part.time_h),
        join(lambda part: part.rul_h),
        join(lambda part: part.failure_mode),
        parts[0].modes,
    )


def both(a: Runs, b: Runs) -> Runs:
    """Two sets of runs of one machine as one. Their run ids must differ."""
    return joined([a, b])


def trim(runs: Runs, num_rows: int) -> Runs:
    """Exactly num_rows rows of whole runs: what is too much is cut from the start of the last run."""
    excess = len(runs) - num_rows
    keep = np.ones(len(runs), dtype=bool)
    last = int(runs.starts()[-1])
    keep[last : last + excess] = False
    return runs.rows(keep)


def fit_lengths(lengths: Ints, rows: int, allowed: tuple[int, int]) -> Ints | None:
    """Lengths of the first few runs, those that come nearest to so many rows, all varied by one factor to have just
    those; None where that would take a factor beyond FIT, or runs shorter or longer than is allowed.
    """
    ends = np.cumsum(lengths)
    count = int(np.abs(ends - rows).argmin()) + 1
    factor = rows / int(ends[count - 1])
    if abs(np.log(factor)) > FIT:
        return None
    fitted = np.diff(np.round(ends[:count] * factor).astype(np.int64), prepend=0)
    low, high = allowed[0], min(allowed[1], 2 * int(fitted.max()))
    fitted = np.clip(fitted, low, high)
    missing = rows - int(fitted.sum())
    room = high - fitted if missing > 0 else fitted - low
    fitted += np.sign(missing) * np.diff(np.minimum(np.cumsum(room), abs(missing)), prepend=0)
    return fitted if int(fitted.sum()) == rows else None
