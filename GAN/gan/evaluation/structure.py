"""What a data set must fulfil by itself, in all its rows: order, counts, RUL, limits, no row twice. Gathered batch by
batch of whole runs, so that memory hardly grows with the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gan.data.conditions import life_hours
from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.checks import Check, boolean, graded
from gan.evaluation.values import possible, values_check
from gan.machine.profile import Profile

# Rows are looked up in this many parts, so that no part takes much memory.
_PARTS = 16


@dataclass
class _Split:
    """One split so far. falling, steps: steps in which RUL falls, and all steps within runs. off_h, drift_h: the most
    hours by which rows are off the sampling interval, and RUL off the time that passed."""

    rows: int = 0
    sorted: bool = True
    last_h: float = -np.inf
    off_h: float = 0.0
    drift_h: float = 0.0
    falling: int = 0
    steps: int = 0
    ends_at_zero: bool = True
    one_mode: bool = True
    run_ids: list[Ints] = field(default_factory=list)
    run_rows: list[Ints] = field(default_factory=list)
    run_modes: list[Ints] = field(default_factory=list)
    run_hours: list[Floats] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    keys: list[Ints] = field(default_factory=list)


@dataclass(frozen=True)
class RunTable:
    """What is known of R runs without their rows: lengths and modes, as `Runs` gives them, and how long they last."""

    ids: Ints
    rows: Ints
    codes: Ints
    hours: Floats
    modes: tuple[str, ...]

    def lengths(self) -> Ints:
        return self.rows

    def run_modes(self) -> Ints:
        return self.codes


class Structure:
    """The splits of a data set, gathered with `add`."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._splits: dict[str, _Split] = {}
        self._low = np.array([s.physical_min for s in profile.sensors])
        self._high = np.array([s.physical_max for s in profile.sensors])
        self._other = np.zeros(len(profile.sensors), dtype=bool)
        self._outside = np.zeros(len(profile.sensors), dtype=bool)
        self.has_rul = False
        self.modes: tuple[str, ...] = ()

    @staticmethod
    def of(splits: Mapping[str, Runs], profile: Profile) -> Structure:
        """Of a data set that is in memory."""
        structure = Structure(profile)
        for split, runs in splits.items():
            structure.add(split, runs)
        return structure

    def add(self, split: str, runs: Runs) -> None:
        """Whole runs of a split, in their order."""
        one = self._splits.setdefault(split, _Split())
        self.has_rul, self.modes = runs.rul_h is not None, runs.modes
        self._other |= [not possible(runs.values[:, at], s) for at, s in enumerate(self.profile.sensors)]
        self._outside |= np.any((runs.values < self._low) | (runs.values > self._high), axis=0)
        steps, inside = np.diff(runs.time_h), np.diff(runs.run_id) == 0
        one.sorted &= bool((steps > 0).all()) and float(runs.time_h[0]) > one.last_h
        one.last_h = float(runs.time_h[-1])
        one.off_h = max(one.off_h, _most(steps[inside] - self.profile.interval_hours))
        one.rows += len(runs)
        _add_rul(one, runs, steps, inside)
        starts, lengths = runs.starts(), runs.lengths()
        one.run_ids.append(runs.ids())
        one.run_rows.append(lengths)
        one.run_modes.append(runs.run_modes())
        one.run_hours.append(life_hours(runs))
        one.digests += [_digest(runs.values[a : a + n]) for a, n in zip(starts, lengths, strict=True)]
        one.keys.append(row_keys(runs.values))

    @property
    def resolutions(self) -> list[float | None]:
        """Of each sensor, in its unit."""
        return [sensor.resolution for sensor in self.profile.sensors]

    @property
    def rows(self) -> dict[str, int]:
        return {name: split.rows for name, split in self._splits.items()}

    def runs_of(self, split: str) -> RunTable:
        one = self._splits[split]
        ids, rows, codes = (np.concatenate(parts) for parts in (one.run_ids, one.run_rows, one.run_modes))
        return RunTable(ids, rows, codes, np.concatenate(one.run_hours), self.modes)

    def digests_of(self, split: str) -> list[str]:
        """Of each run's sensor values, 16 digits."""
        return self._splits[split].digests

    def checks(self, asked: Mapping[str, int]) -> list[Check]:
        """asked: the rows that each split should have."""
        every = list(self._splits.values())
        shared = _shared([set(np.concatenate(one.run_ids).tolist()) for one in every])
        checks = [
            boolean("Timestamp sorted", all(one.sorted for one in every), "time stamps rise through each file"),
            boolean(
                "Row counts",
                self.rows == dict(asked),
                "each split has as many rows as were asked for",
                "/".join(f"{rows:,}" for rows in self.rows.values()),
            ),
            boolean("Splits by run", shared == 0, "no run is in two splits", f"{shared} runs shared"),
            _steps(
                "Sampling interval",
                max(one.off_h for one in every),
                "rows of a run are one sampling interval apart",
            ),
        ]
        return [*checks, *self._rul_checks()] if self.has_rul else checks

    def _rul_checks(self) -> list[Check]:
        every = list(self._splits.values())
        share = min(one.falling / one.steps if one.steps else 1.0 for one in every)
        return [
            graded(
                "RUL decreasing",
                share,
                warn=1,
                fail=1,
                high_is_bad=False,
                text=f"{share:.1%}",
                meaning="RUL falls in every step of every run",
            ),
            boolean("RUL ends at 0", all(one.ends_at_zero for one in every), "every run ends with its failure"),
            _steps("RUL falls with time", max(one.drift_h for one in every), "RUL falls by the hours that pass"),
            boolean(
                "One failure mode a run", all(one.one_mode for one in every), "the failure mode is what ends the run"
            ),
        ]

    def ranges_check(self) -> Check:
        names = [s.name for s, bad in zip(self.profile.sensors, self._outside.tolist(), strict=True) if bad]
        return boolean(
            "Feature ranges",
            not names,
            "no value beyond what the sensor can physically show",
            f"outside: {', '.join(names)}" if names else "valid",
        )

    def value_checks(self) -> list[Check]:
        """A check of the sensors whose values are not just any number; none where there are no such sensors."""
        names = [s.name for s, wrong in zip(self.profile.sensors, self._other.tolist(), strict=True) if wrong]
        return values_check(self.profile, names)

    def copied_rows(self, seed: Runs) -> int:
        """How many rows occur in another run too, or in the seed. A single sensor's values repeat by chance: 0."""
        if len(self.profile.sensors) < 2:
            return 0
        every = list(self._splits.values())
        rows = np.concatenate([part for one in every for part in one.run_rows])
        # A run id that occurs in two splits must not merge two runs into one.
        run = np.repeat(np.arange(len(rows), dtype=np.int64), rows)
        return count_copied(np.concatenate([part for one in every for part in one.keys]), run, row_keys(seed.values))


def _add_rul(one: _Split, runs: Runs, steps_h: Floats, inside: Ints) -> None:
    if runs.rul_h is None or runs.failure_mode is None:
        return
    falls = np.diff(runs.rul_h)
    one.falling += int((falls[inside] < 0).sum())
    one.steps += int(inside.sum())
    # RUL must fall by the time that passes: RUL written over finished rows does not.
    one.drift_h = max(one.drift_h, _most((falls + steps_h)[inside]))
    one.ends_at_zero &= bool((runs.rul_h[runs.starts() + runs.lengths() - 1] == 0).all())
    one.one_mode &= not ((np.diff(runs.failure_mode) != 0) & inside).any()


def _most(off: Floats) -> float:
    return float(np.abs(off).max(initial=0.0))


def _steps(name: str, off_h: float, meaning: str) -> Check:
    return graded(name, off_h, warn=1e-3, fail=1e-3, meaning=meaning, text=f"off by {off_h:.4f} h at most")


def _shared(ids: list[set[int]]) -> int:
    return sum(len(a & b) for i, a in enumerate(ids) for b in ids[i + 1 :])


def _digest(values: Floats) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


def row_keys(values: Floats) -> Ints:
    """A 64-bit hash of each row, (N,)."""
    bits = np.ascontiguousarray(np.round(values, 9)).view(np.uint64)
    mixed = np.full(len(bits), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in bits.T:
        mixed = (mixed ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def count_copied(keys: Ints, run: Ints, seed_keys: Ints | None = None) -> int:
    """How many rows, by their keys (N,), occur in another run (N,) too, or in the seed if given."""
    part = (keys % _PARTS).astype(np.int8)
    seed_part = None if seed_keys is None else seed_keys % _PARTS
    count = 0
    for at in range(_PARTS):
        mine = part == at
        of_seed = None if seed_keys is None else seed_keys[seed_part == at]
        count += _count_copied(keys[mine], run[mine], of_seed)
    return count


def _count_copied(keys: Ints, run: Ints, seed_keys: Ints | None) -> int:
    unique, at = np.unique(keys, return_inverse=True)
    first, last = np.zeros((2, len(unique)), dtype=np.int64)
    first[at[::-1]], last[at] = run[::-1], run
    elsewhere = (first != last)[at]
    if seed_keys is not None:
        elsewhere |= np.isin(keys, seed_keys)
    return int(elsewhere.sum())
