"""Levels and operating points are found where there are some, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.levels import find_levels, is_switch
from gan.data.operating_points import find_points
from gan.data.runs import Floats, Ints
from operated import LEVEL, POINTS, six_points

RNG = np.random.default_rng(0)
N = 2000


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (RNG.choice([0.0, 1.0], N), [0, 1]),
        (RNG.choice([1.0, 2.0, 5.0], N) + RNG.normal(0, 0.05, N), [1, 2, 5]),
        (RNG.choice([50.0, 80.0], N) + RNG.choice([-0.1, 0, 0.1], N), [50, 80]),
        (np.where(np.arange(N) == 9, 999.0, RNG.choice([0.0, 1.0], N)), [0, 1]),
        (RNG.choice(np.arange(20) * 1.3, N) + RNG.normal(0, 0.03, N), (np.arange(20) * 1.3).tolist()),
    ],
    ids=["a flag", "noisy levels", "levels whose noise has few values", "a stray value", "twenty levels"],
)
def test_levels_are_found(values: Floats, levels: list[float]) -> None:
    assert find_levels(values) == pytest.approx(levels, abs=0.02)


@pytest.mark.parametrize(
    "values",
    [
        RNG.normal(size=N),
        RNG.random(N),
        RNG.exponential(size=N),
        np.cumsum(RNG.normal(size=N)),
        np.round(RNG.normal(size=N) * 30),
        RNG.integers(0, 40, N).astype(float),
        RNG.choice([1.0, 2.0], N) + RNG.normal(0, 0.25, N),
        np.full(N, 518.67),
    ],
    ids=["normal", "uniform", "skewed", "wandering", "integers", "even integers", "overlapping", "constant"],
)
def test_values_that_vary_have_one_level(values: Floats) -> None:
    assert len(find_levels(values)) == 1


def test_points_are_the_combinations_that_occur() -> None:
    runs = six_points()
    points = find_points(runs.values[:, :3], runs.values[:, 3:], runs.run_id)
    assert points.centers[np.argsort(points.centers[:, 0])] == pytest.approx(POINTS, abs=0.01)
    assert points.reached(runs.values[:, :3]).mean() > 0.99
    assert not points.reached(runs.values[:, :3] + [3.0, 0, 0]).any()
    assert len(np.unique(LEVEL)) == 6


def test_levels_that_no_sensor_follows_are_no_operating_points() -> None:
    settings = RNG.choice([0.0, 1.0], (N, 1))
    sensors = RNG.normal(size=(N, 2))
    run_id = np.repeat(np.arange(10), N // 10)
    assert len(find_points(settings, sensors, run_id)) == 1
    assert len(find_points(settings, sensors + settings, run_id)) == 2


def test_more_combinations_than_can_be_told_apart_leave_a_setting_that_varies() -> None:
    settings = np.stack([RNG.integers(0, 12, N), RNG.integers(0, 4, N)], axis=1).astype(float)
    points = find_points(settings, settings @ [[1.0], [2.0]], np.repeat(np.arange(10), N // 10))
    assert points.levelled.tolist() == [False, True]
    assert len(points) == 4


@pytest.mark.parametrize(
    ("column", "switch"),
    [
        (np.arange(N) // 7 % 2, True),
        ([3, 3, 3, 3, 0, 0, 0, 0, 12, 12, 12, 12] * 50, True),
        (RNG.integers(0, 2, N), False),
        (np.arange(N) // 100, False),
        (np.repeat([1, 2, 3, 2, 3, 4], 100), False),
        (np.arange(N) * 0, False),
    ],
    ids=["a valve", "three levels", "a flicker", "steps", "a coarse course", "constant"],
)
def test_a_switch_rests_and_leaps(column: Ints, switch: bool) -> None:
    values = np.asarray(column, dtype=float)
    assert is_switch(values, np.zeros(len(values), dtype=np.int64)) == switch
