"""Are the data run as the machine is: at its operating points, in their turn, and with the sensors' levels at each?

Only for machines whose settings have operating points. Each figure has a floor: training runs in the data's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan.data.conditions import Conditions
from gan.data.operating_points import OperatingPoints, find_points
from gan.data.runs import MIN_RUN_ROWS, Flags, Floats, Runs, both
from gan.evaluation.checks import Check, boolean, graded
from gan.machine.profile import Profile

# The most by which each figure may lie beyond its floor. Of 42 perfect sets, at six points that last 1, 8 or 25 rows,
# with 9 runs to train on and 3 held out, one warned: of those that last 25 rows.
OFF_WARN, OFF_FAIL = 0.01, 0.05
TURN_WARN, TURN_FAIL = 0.05, 0.15
LEVEL_WARN, LEVEL_FAIL = 0.2, 0.6
# The last two hold for so many stretches at a point in the held-out runs; with fewer, chance grows by the square root.
CALIBRATED_STRETCHES = 30
# Sensors that hardly vary at a point are measured in this share of their whole spread.
LEAST_SPREAD = 0.01


def operating_checks(profile: Profile, train: Runs, held_out: Runs, data: Runs, room: float) -> list[Check]:
    """The checks of data against the seed's runs; none without operating points.

    room: the factor by which allowances are widened for lack of held-out runs.
    """
    own = np.array([name in profile.settings for name in data.sensors])
    seed = both(train, held_out)
    points = find_points(seed.values[:, own], seed.values[:, ~own], seed.run_id)
    if len(points) < 2:
        return []
    stretches = np.count_nonzero(np.diff(points.nearest(held_out.values[:, own]))) + 1
    room *= max(1.0, (CALIBRATED_STRETCHES / stretches) ** 0.5)
    off, off_floor = (1 - float(points.reached(runs.values[:, own]).mean()) for runs in (data, held_out))
    turns, turns_floor = turns_gap(points, own, seed, data), turns_gap(points, own, train, held_out)
    level, level_floor = level_gap(points, own, held_out, data), level_gap(points, own, held_out, train)
    return [
        _judged("Off the operating points", off, off_floor, OFF_WARN, OFF_FAIL, OFF_MEANING),
        _judged("Turns of the operating points", turns, turns_floor, TURN_WARN * room, TURN_FAIL * room, TURN_MEANING),
        _judged("Levels at operating points", level, level_floor, LEVEL_WARN * room, LEVEL_FAIL * room, LEVEL_MEANING),
    ]


@dataclass(frozen=True)
class Operated:
    """The operating points of a machine's seed; own (S,): which columns are its settings."""

    points: OperatingPoints
    own: Flags
    names: tuple[str, ...]

    @staticmethod
    def of(profile: Profile, seed: Runs) -> Operated:
        own = np.array([name in profile.settings for name in seed.sensors])
        points = find_points(seed.values[:, own], seed.values[:, ~own], seed.run_id)
        return Operated(points, own, tuple(name for name in seed.sensors if name in profile.settings))

    def at(self, runs: Runs, conditions: Conditions) -> Runs:
        """The rows of runs at the points that are asked for, of runs that have a few; all, if none is."""
        if not conditions.settings:
            return runs
        there = runs.rows(self._asked(runs, conditions))
        return there.select(there.ids()[there.lengths() >= MIN_RUN_ROWS])

    def check(self, conditions: Conditions, splits: Mapping[str, Runs]) -> list[Check]:
        """Whether all rows of the data are at the points that were asked for; none if none was."""
        if not conditions.settings:
            return []
        share = {split: float(self._asked(runs, conditions).mean()) for split, runs in splits.items()}
        return [
            boolean(
                "Operation as asked",
                min(share.values()) == 1.0,
                f"all rows are at the operating points that were asked for: {conditions.told()}; compared with the "
                "seed's rows there, of which one does not follow on the other",
                ", ".join(f"{split} {part:.0%}" for split, part in share.items()),
            )
        ]

    def _asked(self, runs: Runs, conditions: Conditions) -> Flags:
        wanted = {self.names.index(name): value for name, value in conditions.settings.items()}
        return self.points.at(wanted)[self.points.nearest(runs.values[:, self.own])]


OFF_MEANING = "share of rows whose settings are at none of the seed's operating points"
TURN_MEANING = "difference in how often each operating point follows each, from row to row"
LEVEL_MEANING = "distance of the sensors' means at each operating point, in their standard deviations there"


def _judged(name: str, value: float, floor: float, warn: float, fail: float, meaning: str) -> Check:
    text = f"{value:.3f} (real against real: {floor:.3f})"
    most, worst = round(floor + warn, 4), round(floor + fail, 4)
    return graded(name, value, warn=most, fail=worst, meaning=meaning, text=text, floor=floor)


def turns_gap(points: OperatingPoints, own: Flags, reference: Runs, data: Runs) -> float:
    """Total variation distance of the pairs of points of successive rows."""
    return float(np.abs(_turns(points, own, reference) - _turns(points, own, data)).sum() / 2)


def _turns(points: OperatingPoints, own: Flags, runs: Runs) -> Floats:
    """Share of each pair of points among successive rows of a run, (K²,)."""
    point, count = points.nearest(runs.values[:, own]), len(points)
    pair = (point[:-1] * count + point[1:])[np.diff(runs.run_id) == 0]
    return np.bincount(pair, minlength=count**2) / max(len(pair), 1)


def level_gap(points: OperatingPoints, own: Flags, reference: Runs, data: Runs) -> float:
    """Distance of the sensors' means at each point that both have, in standard deviations at a point: mean over sensors
    and points, weighted by the reference's rows."""
    a, b = reference.values[:, ~own], data.values[:, ~own]
    at_a, at_b = (points.nearest(runs.values[:, own]) for runs in (reference, data))
    least = LEAST_SPREAD * a.std(axis=0)
    rows = gap = 0.0
    for k in range(len(points)):
        here, there = a[at_a == k], b[at_b == k]
        if len(here) and len(there):
            spread = np.maximum(here.std(axis=0), least)
            away = np.abs(here.mean(axis=0) - there.mean(axis=0))
            gap += len(here) * float(np.divide(away, spread, out=np.zeros(len(away)), where=spread > 0).mean())
            rows += len(here)
    return gap / max(rows, 1.0)
