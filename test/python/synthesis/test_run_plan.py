"""Which runs are sampled when some are asked for: their number, failure modes and lengths."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.conditions import Conditions
from gan.runtime.errors import InvalidInput
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.run_plan import RunPlan, plan_runs, supported_life_h

# Three runs of the common mode, one of the rare one, a row an hour; the third mode of the machine never occurred.
MODEL = Model(
    {"intervalHours": 1.0, "modes": ["common", "rare", "unseen"]},
    {"unit_lengths": np.array([100.0, 120.0, 140.0, 60.0]), "unit_modes": np.array([0.0, 0.0, 0.0, 1.0])},
)


def planned(size: int, conditions: Conditions, random_seed: int = 0) -> RunPlan:
    return plan_runs(MODEL, size, np.random.default_rng(random_seed), conditions)


def shares(plan: RunPlan) -> list[float]:
    modes = MODEL.arrays["unit_modes"][plan.source].astype(int)
    return [float(share) for share in np.bincount(modes, minlength=3) / len(modes)]


def test_so_many_runs_as_they_occur() -> None:
    plan = planned(40, Conditions(in_runs=True))
    assert len(plan.lengths) == 40
    assert shares(plan) == [0.75, 0.25, 0.0]


@pytest.mark.parametrize("size", [3, 10, 101])
def test_failure_modes_are_as_asked_in_every_number_of_runs(size: int) -> None:
    plan = planned(size, Conditions({"common": 0.3, "rare": 0.7}, in_runs=True))
    assert len(plan.lengths) == size
    assert shares(plan) == pytest.approx([0.3, 0.7, 0.0], abs=1 / size)


def test_lives_are_within_the_range_and_as_the_training_runs_vary() -> None:
    plan = planned(400, Conditions(life_h=(105, 125), in_runs=True))
    assert plan.lengths.min() >= 106 and plan.lengths.max() <= 126
    assert len(set(plan.lengths.tolist())) > 15
    assert set(plan.source.tolist()) == {0, 1, 2}
    assert np.bincount(plan.source)[1] > np.bincount(plan.source)[2], "a run of 120 rows is more often within"


def test_so_many_rows_of_what_is_asked_for() -> None:
    plan = planned(3000, Conditions({"rare": 1.0}, (50, 70)))
    assert plan.lengths.sum() == 3000
    assert plan.lengths.min() >= 51 and plan.lengths.max() <= 71
    assert set(plan.source.tolist()) == {3}


def test_a_mode_that_never_occurred_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no run that the model learned from ends with unseen") as refused:
        planned(10, Conditions({"unseen": 1.0}, in_runs=True))
    assert refused.value.hint is not None and "common, rare" in refused.value.hint


def test_a_life_that_no_run_is_near_is_refused_with_what_they_support() -> None:
    asked = Conditions({"rare": 1.0}, (100, 200), in_runs=True)
    with pytest.raises(InvalidInput, match=r"runs that end with rare: 100 to 200 h is asked for, .* last 59 to 59 h"):
        planned(10, asked)
    low, high = supported_life_h(MODEL, asked)
    assert 45 < low < 59 < high < 75
    planned(10, Conditions({"rare": 1.0}, (high - 5, 200), in_runs=True))


def test_lengths_occur_as_often_as_runs_still_running_tell() -> None:
    weighted = Model(MODEL.header, {**MODEL.arrays, "unit_weights": np.array([0.1, 0.1, 0.7, 0.1])})
    rng = np.random.default_rng(0)
    for asked, long in ((Conditions(in_runs=True), 0.7), (Conditions({"common": 1.0}, in_runs=True), 0.7 / 0.9)):
        plan = plan_runs(weighted, 200, rng, asked)
        assert (plan.source == 2).mean() == pytest.approx(long, abs=0.05)
    rows = plan_runs(weighted, 5000, rng)
    assert rows.lengths.sum() == 5000


@pytest.mark.parametrize("rows", [150, 777, 20_000])
def test_runs_are_whole_whatever_the_number_of_rows(rows: int) -> None:
    """No run is cut to fit: all are a little longer or shorter."""
    plan = planned(rows, Conditions())
    assert plan.lengths.sum() == rows
    drawn = MODEL.arrays["unit_lengths"][plan.source]
    assert np.abs(np.log(plan.lengths / drawn)).max() < np.log(1.5)


def test_a_run_is_cut_where_a_split_has_too_few_rows_for_one() -> None:
    assert planned(40, Conditions()).lengths.sum() > 40


def test_the_same_random_seed_plans_the_same_runs() -> None:
    asked = Conditions({"common": 0.5, "rare": 0.5}, (40, 130), in_runs=True)
    assert planned(20, asked).lengths.tolist() == planned(20, asked).lengths.tolist()
    assert planned(20, asked).lengths.tolist() != planned(20, asked, 1).lengths.tolist()
