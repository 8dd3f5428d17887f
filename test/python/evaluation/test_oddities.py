"""Odd runs are told from such as real runs are, by what each real run is beside the others."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.runs import Floats, Runs
from gan.evaluation.oddities import quiet_stretches, quiet_stretches_floor, strange_starts, strange_starts_floor


def runs_of(values: list[Floats]) -> Runs:
    rows = np.array([len(run) for run in values])
    return Runs(
        ("a", "b"),
        np.concatenate(values),
        np.repeat(np.arange(1, len(rows) + 1), rows),
        np.arange(rows.sum(), dtype=np.float64),
        None,
        None,
        (),
    )


def noisy(count: int, seed: int, rows: int = 80) -> list[Floats]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 1, (rows, 2)) + rng.normal(0, 1, 2) for _ in range(count)]


REAL = runs_of(noisy(20, 0))


def test_good_runs_are_not_odd() -> None:
    good = runs_of(noisy(40, 1))
    assert strange_starts(REAL, good) == 0 and strange_starts_floor(REAL) == 0
    assert quiet_stretches(REAL, good) == 0 and quiet_stretches_floor(REAL) == 0


def test_a_start_beyond_all_others_is_strange_whatever_comes_after() -> None:
    values = noisy(10, 1)
    values[3][:10, 1] -= 12
    values[4][20:, 1] -= 12
    assert strange_starts(REAL, runs_of(values)) == pytest.approx(0.1)
    assert strange_starts_floor(runs_of(values)) == pytest.approx(0.1)


def test_thirty_rows_almost_without_noise_are_quiet_and_twenty_are_not() -> None:
    values = noisy(10, 1)
    values[3][20:50, 0] = np.linspace(0, 1, 30)
    values[4][20:40, 0] = 0
    assert quiet_stretches(REAL, runs_of(values)) == pytest.approx(0.1)
    assert quiet_stretches_floor(runs_of(values)) == pytest.approx(0.1)


def test_a_sensor_that_rests_in_real_runs_may_rest() -> None:
    still = [np.column_stack([run[:, 0], np.zeros(len(run))]) for run in noisy(10, 1)]
    assert quiet_stretches(runs_of(still), runs_of(still)) == 0


def test_runs_shorter_than_a_stretch_and_a_single_run_decide_nothing() -> None:
    short = runs_of(noisy(5, 1, rows=12))
    assert quiet_stretches(short, REAL) == 0 and quiet_stretches(REAL, short) == 0
    alone = runs_of(noisy(1, 1))
    assert strange_starts_floor(alone) == 1 and quiet_stretches_floor(alone) == 1
