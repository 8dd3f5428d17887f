"""What so few runs cannot tell is not judged; what they can tell is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fakes
from gan.data.runs import Floats, Runs
from gan.evaluation.assessment import judged
from gan.evaluation.checks import Check, boolean, graded, not_judged, overall
from gan.evaluation.figures import Figure, Figures
from gan.evaluation.similarity import memory
from gan.evaluation.usefulness import usefulness

RUNS, ROWS = 12, 120
RNG = np.random.default_rng(3)


def worn(runs: int, random_seed: int, first: int = 1) -> Runs:
    """Runs of one machine whose two sensors drift as it wears, one the other way; a row an hour."""
    rng = np.random.default_rng(random_seed)
    life = np.tile(np.linspace(0, 1, ROWS), runs)
    drift = 3 * life**3
    values = np.stack([drift, -drift], axis=1) + rng.normal(size=(runs * ROWS, 2)) * 0.2
    rul = np.tile(np.arange(ROWS - 1, -1, -1.0), runs)
    run_id = np.repeat(np.arange(first, first + runs), ROWS)
    return Runs(("a", "b"), values, run_id, np.arange(runs * ROWS, dtype=np.float64), rul, None, ())


class TestMemory:
    """Nearness of ten runs of the data to training and held-out runs."""

    def of(self, to_train: Floats, to_held_out: Floats) -> Figure:
        sizes = (len(to_train), to_train.shape[1], to_held_out.shape[1])
        found = memory(to_train, to_held_out, [np.zeros(size, np.int64) for size in sizes], 0)
        return Figure(found.share, chance=found.chance, least_chance=found.least_chance)

    def test_a_training_run_that_is_always_nearer_is_memory(self) -> None:
        found = self.of(RNG.random((10, 9)) + 1, RNG.random((10, 3)))
        assert found.value == 1.0
        assert verdict("memorised_courses", found) == "fail"

    def test_one_held_out_run_of_four_cannot_show_memory(self) -> None:
        assert verdict("memorised_courses", self.of(RNG.random((10, 3)) + 1, RNG.random((10, 1)))) == "not judged"

    @pytest.mark.parametrize("random_seed", range(20))
    def test_without_memory_it_never_fails(self, random_seed: int) -> None:
        near = np.random.default_rng(random_seed).random((10, 12)) + np.random.default_rng(random_seed).random(12)
        assert verdict("memorised_courses", self.of(near[:, 3:], near[:, :3])) != "fail"


def verdict(name: str, figure: Figure, held_out_runs: int = 4) -> str:
    return judged(Figures({name: figure}), held_out_runs)[0].verdict


def test_a_ratio_whose_interval_holds_one_is_not_judged_and_one_beyond_it_fails() -> None:
    assert verdict("tstr_ratio", Figure(2.4, 1.0, runs=3, interval=(0.8, 7.0))) == "not judged"
    assert verdict("tstr_ratio", Figure(2.4, 1.0, runs=9, interval=(1.6, 3.4))) == "fail"
    assert verdict("tstr_ratio", Figure(0.9, 1.0, runs=3, interval=(0.3, 2.7))) == "pass"
    assert verdict("tstr_ratio", Figure(0.9, 1.0, runs=1)) == "not judged"


def test_what_is_not_judged_decides_nothing() -> None:
    lacking = not_judged(graded("a", 9.0, warn=1, fail=2, meaning=""), "one run")
    assert overall([lacking, boolean("b", True, "")]) == "pass"
    assert overall([lacking, boolean("b", False, "")]) == "fail"
    assert isinstance(lacking, Check) and lacking.text == "9.000; one run"


def test_models_learn_as_much_from_runs_of_the_same_physics() -> None:
    found = usefulness(worn(9, 1), worn(4, 2, 20), worn(RUNS, 3), 0)
    assert found.tstr.interval is not None and found.tstr.interval[0] < 1.1
    assert found.tstr.value < 1.3
    assert found.tstr_rmse_h < 0.7 * found.constant_rmse_h


def test_models_learn_little_from_runs_that_wear_the_other_way_and_adding_these_harms() -> None:
    real, held_out, data = worn(9, 1), worn(4, 2, 20), worn(RUNS, 3)
    wrong = usefulness(real, held_out, replace(data, values=-data.values), 0)
    assert wrong.tstr.interval is not None and wrong.tstr.interval[0] > 1.3
    assert wrong.gain.interval is not None and wrong.gain.value < -0.05


def test_adding_runs_of_the_same_physics_to_two_real_ones_helps() -> None:
    found = usefulness(worn(2, 1), worn(6, 2, 20), worn(RUNS, 3), 0)
    assert found.gain.value > 0.0


def test_rows_drawn_one_by_one_teach_less_than_runs() -> None:
    real, held_out, data = worn(9, 1), worn(6, 2, 20), worn(RUNS, 3)
    shuffled = replace(data, values=fakes.shuffled_dynamics(data, RNG, 4).values)
    assert usefulness(real, held_out, shuffled, 0).tstr.value > usefulness(real, held_out, data, 0).tstr.value


def test_with_a_single_held_out_run_there_is_no_interval() -> None:
    found = usefulness(worn(3, 1), worn(1, 2, 20), worn(RUNS, 3), 0)
    assert found.tstr.interval is None and found.gain.interval is None


def test_the_cap_is_a_share_of_a_mean_run_unless_it_is_given() -> None:
    real, held_out, data = worn(4, 1), worn(2, 2, 20), worn(4, 3)
    default, given = (usefulness(real, held_out, data, 0, cap) for cap in (0, 20))
    rows_h = float(real.rul_h[0] - real.rul_h[1]) if real.rul_h is not None else 0.0
    assert given.cap_h == pytest.approx(20 * rows_h)
    assert default.cap_h == pytest.approx(0.6 * (real.lengths() - 1).mean() * rows_h)
    assert given.constant_rmse_h < 0.5 * default.constant_rmse_h
