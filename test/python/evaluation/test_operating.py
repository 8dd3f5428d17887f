"""Data of a machine with operating points must be run as the machine is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gan.data.conditions import Conditions
from gan.data.runs import Runs
from gan.evaluation.operating import Operated, operating_checks
from operated import SETTINGS, profile_of, six_points, varying_load

RNG = np.random.default_rng(3)
SEED = six_points(dwell=8)
GOOD = six_points(runs=30, dwell=8, random_seed=100)
OFF, TURNS, LEVELS = "Off the operating points", "Turns of the operating points", "Levels at operating points"


def verdicts(data: Runs, seed: Runs = SEED, settings: tuple[str, ...] = SETTINGS) -> dict[str, str]:
    train, held_out = seed.select(seed.ids()[3:]), seed.select(seed.ids()[:3])
    return {
        check.name: check.verdict for check in operating_checks(profile_of(seed, settings), train, held_out, data, 1)
    }


def test_data_at_one_point_are_compared_with_the_real_rows_there() -> None:
    asked = Conditions(settings={"height": 20.0})
    rows = np.abs(GOOD.values[:, 0] - 20) < 1
    there = GOOD.rows(rows)
    few = there.select(there.ids()[:20])
    operated = Operated.of(profile_of(SEED, SETTINGS), SEED)
    assert [check.verdict for check in operated.check(asked, {"train": few})] == ["pass"]
    assert [check.verdict for check in operated.check(asked, {"train": few, "val": GOOD})] == ["fail"]
    real = operated.at(SEED, asked)
    assert 0 < len(real) < len(SEED) and (np.abs(real.values[:, 0] - 20) < 1).all()


def between_points(good: Runs) -> Runs:
    """Settings averaged over three rows, as a generator makes them that takes them for sensors."""
    values = good.values.copy()
    values[1:-1, :3] = (values[:-2, :3] + values[1:-1, :3] + values[2:, :3]) / 3
    return replace(good, values=values)


def drawn_anew(good: Runs) -> Runs:
    """Rows of a run in a random order: the points occur as often, and last one row."""
    order = np.lexsort((RNG.random(len(good)), good.run_id))
    return replace(good, values=good.values[order])


def one_point_too_often(good: Runs) -> Runs:
    """Two of three rows at the first point only."""
    first = good.values[np.flatnonzero(good.values[:, 0] < 1)[0]]
    return replace(good, values=np.where(RNG.random(len(good))[:, None] < 0.66, first, good.values))


def sensors_that_follow_nothing(good: Runs) -> Runs:
    """Sensors from other rows than their settings."""
    values = good.values.copy()
    values[:, 3:] = values[RNG.permutation(len(values)), 3:]
    return replace(good, values=values)


def test_good_data_pass() -> None:
    assert verdicts(GOOD) == {OFF: "pass", TURNS: "pass", LEVELS: "pass"}
    anew = six_points(runs=30, random_seed=100)
    assert verdicts(anew, six_points()) == {OFF: "pass", TURNS: "pass", LEVELS: "pass"}


@pytest.mark.parametrize(
    ("fake", "fails"),
    [
        (between_points, OFF),
        (drawn_anew, TURNS),
        (one_point_too_often, TURNS),
        (sensors_that_follow_nothing, LEVELS),
    ],
)
def test_data_that_are_run_otherwise_fail_by_name(fake: Callable[[Runs], Runs], fails: str) -> None:
    assert verdicts(fake(GOOD))[fails] == "fail"


def test_without_operating_points_there_is_nothing_to_check() -> None:
    assert verdicts(GOOD, settings=()) == {}
    load = varying_load()
    assert verdicts(load, load, ("load",)) == {}
