"""How long runs last, by those that failed and those that were still running when their record ended."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.survival import failure_weights

NONE = np.zeros(0)


def test_each_run_counts_the_same_where_all_failed() -> None:
    weights, outlast = failure_weights(np.array([5.0, 3.0, 9.0, 3.0]), NONE)
    assert weights == pytest.approx([0.25] * 4)
    assert outlast == pytest.approx(0, abs=1e-12)


def test_the_estimate_is_that_of_kaplan_and_meier() -> None:
    """6-mercaptopurine (Freireich and others, 1963): weeks in remission of 21 patients, 12 of them still in it."""
    failed = np.array([6.0, 6, 6, 7, 10, 13, 16, 22, 23])
    running = np.array([6.0, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    weights, outlast = failure_weights(failed, running)
    survive = [1 - weights[failed <= week].sum() for week in (6, 7, 10, 13, 16, 22)]
    assert survive == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538], abs=0.0006)
    assert outlast == pytest.approx(0.448, abs=0.0006)
    assert weights.sum() == pytest.approx(1)


def test_lives_are_as_long_as_they_are_though_the_long_ones_are_still_running() -> None:
    rng = np.random.default_rng(0)
    lives, seen = rng.normal(200, 40, 4000), rng.uniform(100, 320, 4000)
    failed = lives[lives <= seen]
    weights, _ = failure_weights(failed, seen[lives > seen])
    assert failed.mean() < 190, "those that failed are the short ones"
    assert weights @ failed == pytest.approx(200, abs=3)


def test_a_part_of_the_failed_runs_gives_the_same_estimate() -> None:
    rng = np.random.default_rng(1)
    lives, seen = rng.normal(200, 40, 8000), rng.uniform(100, 320, 8000)
    failed, running = lives[lives <= seen], seen[lives > seen]
    means = [
        weights @ some
        for some in (failed, failed[::4])
        for weights, _ in [failure_weights(some, running, len(some) / len(failed))]
    ]
    assert means[1] == pytest.approx(means[0], abs=3)
