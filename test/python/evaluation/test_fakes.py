"""Data that look right and are not fail validation, by the check that exposes them; good data pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

import fakes
from gan.data.runs import Runs, both
from gan.evaluation.assessment import assess, structural_checks
from gan.evaluation.certificate import certify
from gan.evaluation.checks import Check, CheckVerdict, overall
from gan.evaluation.discriminator import discriminative_score
from gan.evaluation.structure import Structure
from gan.machine.profile import Profile, configuration, parse_profile
from gan.simulation.physics import simulate
from gan.store.fleet import PROJECT_ROOT
from gan.store.local import LocalStore

MACHINE = "pump_ksb_etanorm_006"
ROWS = {"train": 14_000, "val": 4_000, "test": 4_000}


@dataclass(frozen=True)
class Case:
    """A machine's seed, split as training splits it, and good data: the same physics with other random seeds."""

    profile: Profile
    train_seed: Runs
    held_out: Runs
    good: Mapping[str, Runs]

    def assess(self, splits: Mapping[str, Runs]) -> list[Check]:
        """All checks: seconds."""
        rows = {name: len(runs) for name, runs in splits.items()}
        return assess(self.train_seed, self.held_out, splits, rows, self.profile).checks

    def inspect(self, splits: Mapping[str, Runs]) -> list[Check]:
        """The checks that need no statistics: a fraction of a second."""
        rows = {name: len(runs) for name, runs in splits.items()}
        seed = both(self.train_seed, self.held_out)
        structure = Structure.of(splits, self.profile)
        return structural_checks(seed, structure, certify(structure, splits, self.train_seed), splits, rows)


@pytest.fixture(scope="module")
def case() -> Case:
    profile = parse_profile(configuration(LocalStore(PROJECT_ROOT), MACHINE))
    seed = simulate(profile, 10_000, 0)
    ids = np.random.default_rng(0).permutation(seed.ids())
    made = [simulate(profile, rows, 100 + at) for at, rows in enumerate(ROWS.values())]
    first = np.cumsum([0] + [len(runs.ids()) for runs in made])
    splits = {name: fakes.numbered(runs, int(at) + 1) for name, runs, at in zip(ROWS, made, first, strict=False)}
    return Case(profile, seed.select(ids[4:]), seed.select(ids[:4]), splits)


def test_good_data_pass_every_check(case: Case) -> None:
    checks = case.assess(case.good)
    assert [check for check in checks if check.verdict != "pass"] == []
    assert overall(checks) == "pass"


def test_runs_of_a_few_rows_are_alike_by_chance_and_no_copies(case: Case) -> None:
    def short(runs: Runs) -> Runs:
        return runs.rows(runs.position() >= np.repeat(runs.lengths() - 6, runs.lengths()))

    few = Case(case.profile, short(case.train_seed), short(case.held_out), {n: short(r) for n, r in case.good.items()})
    verdicts = {check.name: check.verdict for check in few.inspect(few.good)}
    assert (verdicts["No near-copies"], verdicts["No copies of the seed"]) == ("not judged", "not judged")


def coarse(case: Case) -> Case:
    """The same on few levels: each sensor has a resolution of a twentieth of its range in the seed."""
    spans = np.ptp(case.train_seed.values, axis=0) / 20
    sensors = tuple(replace(s, resolution=float(span)) for s, span in zip(case.profile.sensors, spans, strict=True))

    def stepped(runs: Runs) -> Runs:
        return replace(runs, values=np.round(runs.values / spans) * spans)

    good = {name: stepped(runs) for name, runs in case.good.items()}
    return Case(replace(case.profile, sensors=sensors), stepped(case.train_seed), stepped(case.held_out), good)


def test_rows_that_coincide_on_few_levels_are_no_copies_and_no_pile(case: Case) -> None:
    stepped = coarse(case)
    checks = stepped.inspect(stepped.good)
    assert [check for check in checks if check.verdict != "pass"] == []
    assert "by chance" in next(check.text for check in checks if check.name == "No copied rows")
    copied = {**stepped.good, "train": fakes.joined(stepped.train_seed)}
    expected = ("No copies of the seed",)
    assert verdicts_of(expected, stepped.inspect(copied)) == dict.fromkeys(expected, "fail")


RNG = np.random.default_rng(5)
Make = Callable[[Case], Mapping[str, Runs]]


def of_each(change: Callable[[Runs], Runs]) -> Make:
    """The change made to each split of the good data."""
    return lambda case: {name: change(runs) for name, runs in case.good.items()}


def with_test(more: Callable[[Case], Runs]) -> Make:
    """The good data, with more runs in the test split."""
    return lambda case: {**case.good, "test": fakes.joined_as_is(case.good["test"], more(case))}


def a_train_run(case: Case, run_id: int | None = None) -> Runs:
    return fakes.first_run(case.good["train"], run_id)


def noisy(runs: Runs) -> Runs:
    return fakes.copied_with_noise(runs, RNG, 0.3)


def too_high(case: Case) -> Mapping[str, Runs]:
    limits = np.array([sensor.physical_max for sensor in case.profile.sensors])
    return of_each(lambda runs: fakes.beyond_limits(runs, limits))(case)


MALFORMED: Mapping[str, tuple[Make, tuple[str, ...]]] = {
    "RUL overwritten, whatever the time": (of_each(fakes.rescaled_rul), ("RUL falls with time",)),
    "one run in two splits": (with_test(a_train_run), ("Splits by run", "No copied rows", "No near-copies")),
    "a run of another split with a little noise": (
        with_test(lambda case: noisy(a_train_run(case, 9_001))),
        ("No near-copies",),
    ),
    "runs of the training seed": (
        lambda case: {**case.good, "train": fakes.joined(case.train_seed)},
        ("No copied rows", "No copies of the seed"),
    ),
    "runs of the training seed with a little noise": (
        lambda case: {**case.good, "train": noisy(fakes.joined(case.train_seed))},
        ("No copies of the seed",),
    ),
    "values cut off at limits": (of_each(fakes.clipped), ("Piled up at limits",)),
    "values beyond the physical limits": (too_high, ("Feature ranges",)),
}
MISLEADING: Mapping[str, tuple[Make, tuple[str, ...]]] = {
    "rows sampled one by one and sorted by RUL": (
        of_each(lambda runs: fakes.sampled_row_by_row(runs, RNG)),
        ("Dynamics gap", "Autocorrelation gap"),
    ),
    "rows shuffled within twentieths of a run": (
        of_each(lambda runs: fakes.shuffled_dynamics(runs, RNG)),
        ("Dynamics gap",),
    ),
    "RUL overwritten, over half runs": (of_each(fakes.overwritten_rul), ("Run lengths",)),
    "one failure mode": (of_each(fakes.one_failure_mode), ("Failure modes", "Every failure mode occurs")),
    "sensors that do not feel wear": (of_each(fakes.unresponsive), ("Monotonicity gap", "RUL correlation gap")),
    "runs that begin where none does": (of_each(fakes.run_away), ("Strange starts",)),
    "stretches without noise": (of_each(fakes.without_noise), ("Quiet stretches",)),
    "runs all of one length": (of_each(fakes.identical_lengths), ("Run length spread",)),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_data_fail_by_name(case: Case, name: str) -> None:
    make, expected = MALFORMED[name]
    assert verdicts_of(expected, case.inspect(make(case))) == dict.fromkeys(expected, "fail")


@pytest.mark.parametrize("name", MISLEADING)
def test_misleading_data_fail_by_name(case: Case, name: str) -> None:
    make, expected = MISLEADING[name]
    assert verdicts_of(expected, case.assess(make(case))) == dict.fromkeys(expected, "fail")


def verdicts_of(names: tuple[str, ...], checks: list[Check]) -> dict[str, CheckVerdict]:
    return {check.name: check.verdict for check in checks if check.name in names}


@pytest.mark.parametrize("make", [fakes.sampled_row_by_row, fakes.shuffled_dynamics])
def test_a_classifier_tells_broken_dynamics(case: Case, make: Callable[[Runs, np.random.Generator], Runs]) -> None:
    good, fake = case.good["train"], make(case.good["train"], RNG)
    assert discriminative_score(case.held_out, fake, 0) > 0.4
    assert discriminative_score(case.held_out, good, 0) < 0.2
