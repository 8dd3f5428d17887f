"""The physics contract: what the seed of a machine is made of, and what it promises of the data."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from gan.data.limits import limit_widths, soft_limit
from gan.data.runs import Floats, Runs
from gan.data.tables import csv_bytes
from gan.machine.profile import Profile, configuration, parse_profile
from gan.machine.wear import DEGRADATIONS, MIN_SIMULATED_ROWS
from gan.runtime.errors import InvalidInput
from gan.simulation.physics import (
    OTHER_MODES_WEAR,
    expected_course,
    expected_directions,
    failure_shift,
    load_of,
    mean_damage,
    simulate,
    wear_out,
    wear_shift,
)
from gan.store.fleet import PROJECT_ROOT, machine_ids
from gan.store.local import LocalStore
from support import CREATE, SEED, Root, machine_config, sensor

PROJECT = LocalStore(PROJECT_ROOT)
FLEET = machine_ids(PROJECT)
ROWS = 10_000


def profile_of(**changes: Any) -> Profile:
    return parse_profile(machine_config("pump_a", **changes))


def fleet_profile(machine_id: str) -> Profile:
    return parse_profile(configuration(PROJECT, machine_id))


def damage_of(profile: Profile, rows: int = 3000, seed: int = 1) -> tuple[list[Floats], list[int]]:
    """Each run's damage (rows, M) and what ends it."""
    latent = wear_out(profile, rows, np.random.default_rng(seed))
    return np.split(latent.damage, np.cumsum(latent.lengths)[:-1]), latent.modes.tolist()


@pytest.mark.parametrize("degradation", DEGRADATIONS)
def test_damage_never_heals_and_only_its_crossing_ends_a_run(degradation: str) -> None:
    damages, modes = damage_of(profile_of(wear={"max_rul_hours": 100, "degradation": degradation}))
    for damage, mode in zip(damages, modes, strict=True):
        assert (np.diff(damage, axis=0) >= 0).all()
        assert (damage[:-1] < 1).all()
        assert damage[-1, mode] == 1
        others = np.delete(damage[-1], mode)
        assert (others < 2 * OTHER_MODES_WEAR).all()


@pytest.mark.parametrize("degradation", DEGRADATIONS)
def test_damage_grows_by_its_wear_characteristic(degradation: str) -> None:
    profile = profile_of(wear={"max_rul_hours": 1000, "degradation": degradation})
    damages, modes = damage_of(profile, rows=60_000)
    life = np.linspace(0.1, 1, 10)
    courses = [d[(life * (len(d) - 1)).astype(int), m] for d, m in zip(damages, modes, strict=True)]
    assert np.abs(np.mean(courses, axis=0) - mean_damage(degradation, life)).max() < 0.08


def test_a_failure_mode_may_wear_in_its_own_way() -> None:
    modes = machine_config("pump_a")["failure_modes"]
    profile = profile_of(
        failure_modes=[{**modes[0], "degradation": "exponential"}, modes[1]], wear={"max_rul_hours": 1000}
    )
    assert [profile.degradation_of(mode) for mode in (0, 1)] == ["exponential", "medium"]
    damages, ends = damage_of(profile, rows=40_000)
    half = [np.mean([d[len(d) // 2, m] for d, m in zip(damages, ends, strict=True) if m == mode]) for mode in (0, 1)]
    assert half[0] < 0.2 < 0.4 < half[1]


@pytest.mark.parametrize("cv", [0.05, 0.4])
def test_run_lengths_vary_as_the_profile_says_and_none_exceeds_its_longest(cv: float) -> None:
    profile = profile_of(wear={"max_rul_hours": 200, "degradation": "slow", "life_cv": cv})
    lengths = np.array([len(damage) for damage in damage_of(profile, rows=40_000)[0]]) * profile.interval_hours
    assert lengths.max() <= 201
    assert lengths.min() >= MIN_SIMULATED_ROWS
    assert 0.8 * 150 < lengths.mean() < 1.1 * 150
    # Gamma wear adds 0.09 of its own; the longest run cuts the upper tail.
    assert (0.06 < lengths.std() / lengths.mean() < 0.14) if cv == 0.05 else (lengths.std() / lengths.mean() > 0.18)


def test_rul_falls_by_the_interval_to_zero_and_is_the_time_left() -> None:
    profile = profile_of(sampling_interval_minutes=45)
    runs = simulate(profile, 2000, 3)
    assert runs.rul_h is not None
    assert len(runs) == 2000
    inside = np.diff(runs.run_id) == 0
    assert np.allclose(np.diff(runs.rul_h)[inside], -0.75)
    assert np.allclose(np.diff(runs.time_h)[inside], 0.75)
    assert (runs.rul_h[runs.starts() + runs.lengths() - 1] == 0).all()
    assert (np.diff(runs.time_h) > 0).all()


def test_failure_modes_come_in_the_profiles_proportions() -> None:
    runs = simulate(profile_of(), 4000, 0)
    assert runs.failure_mode is not None
    ends = runs.failure_mode[runs.starts()]
    assert abs((ends == 0).mean() - 0.6) <= 1.5 / len(ends)


def test_sensors_respond_to_the_mode_that_fails_in_the_declared_direction_and_strength() -> None:
    for machine_id in FLEET:
        profile = fleet_profile(machine_id)
        runs = simulate(profile, ROWS, 0)
        assert runs.failure_mode is not None
        spread = runs.values.std(axis=0)
        change = last_rows(runs) - first_rows(runs)
        ends = runs.failure_mode[runs.starts()]
        shift, directions = failure_shift(profile), expected_directions(profile)
        for mode in np.unique(ends):
            strong = np.abs(shift[mode]) > 2.5 * spread
            measured = change[ends == mode].mean(axis=0)
            assert (np.sign(measured) == directions[mode])[strong].all(), (machine_id, mode)
            assert np.abs(measured / np.where(shift[mode] == 0, 1, shift[mode]) - 1)[strong].max(initial=0) < 0.6


def first_rows(runs: Runs) -> Floats:
    """Mean of each run's first tenth, (R, S)."""
    return np.stack(
        [runs.values[a : a + n // 10].mean(axis=0) for a, n in zip(runs.starts(), runs.lengths(), strict=True)]
    )


def last_rows(runs: Runs) -> Floats:
    """Mean of each run's last rows, (R, S)."""
    ends = runs.starts() + runs.lengths()
    return np.stack([runs.values[end - 8 : end].mean(axis=0) for end in ends])


def test_an_effect_begins_at_its_onset_and_reaches_its_strength() -> None:
    profile = profile_of()
    damage = np.zeros((3, 2))
    damage[:, 0] = [0.19, 0.6, 1.0]
    shift = wear_shift(profile, damage)
    assert shift[0].tolist() == [0, 0]
    assert shift[2, 0] == pytest.approx(0.9 * (8 - 2))
    assert 0 < shift[1, 0] < shift[2, 0]
    assert (shift[:, 1] == 0).all()


def test_failure_modes_differ_in_what_they_do() -> None:
    for machine_id in FLEET:
        moved = failure_shift(fleet_profile(machine_id))
        shift = moved / np.maximum(np.abs(moved).max(axis=0), 1e-9)
        for mode, other in zip(*np.triu_indices(len(shift), 1), strict=True):
            assert np.max(np.abs(shift[mode] - shift[other])) > 0.5, (machine_id, mode, other)


def test_the_contract_gives_the_expected_course_to_annotate_charts_with() -> None:
    course = expected_course(profile_of(), 0, np.linspace(0, 1, 5))
    assert course.shape == (5, 2)
    assert course[0] == pytest.approx([2, 50], rel=0.01)
    assert course[-1, 0] == pytest.approx(2 + 0.9 * 6, rel=0.01)
    assert (np.diff(course[:, 0]) >= 0).all()


def test_operating_regimes_occur_in_their_shares_with_their_dwells_and_move_the_sensors() -> None:
    regimes = [
        {"name": "full", "load": 1.0, "share": 2, "mean_dwell_hours": 12},
        {"name": "idle", "load": 0.2, "share": 1, "mean_dwell_hours": 6},
    ]
    operating = {"regimes": regimes, "ambient_mean_c": 20, "ambient_daily_swing_c": 3}
    profile = profile_of(operating=operating)
    full = load_of(profile, 40_000, np.random.default_rng(0)) > 0.6
    assert abs(full.mean() - 2 / 3) < 0.03
    dwells = np.diff(np.flatnonzero(np.diff(full.astype(int))))
    assert sorted([dwells[::2].mean(), dwells[1::2].mean()]) == pytest.approx([6, 12], rel=0.2)
    values = simulate(profile_of(operating=operating, failure_modes=[]), 4000, 0).values[:, 0]
    steps = np.abs(np.diff(values))
    # Load moves vibration by 0.2 from 0 to 1; noise by 0.04.
    assert np.quantile(steps, 0.99) > 0.2 * 0.8


def test_ambient_temperature_moves_the_sensors_that_it_should_by_day() -> None:
    warm = [sensor("vibration", 2, 5, 8), sensor("temperature", 50, 70, 90, ambient_gain=2.0)]
    operating = {**machine_config("pump_a")["operating"], "ambient_daily_swing_c": 10}
    runs = simulate(profile_of(sensors=warm, operating=operating, failure_modes=[]), 4000, 0)
    hour = runs.time_h % 24
    by_day, by_night = np.abs(hour - 6) < 2, np.abs(hour - 18) < 2
    warmer = runs.values[by_day].mean(axis=0) - runs.values[by_night].mean(axis=0)
    assert warmer[1] > 15
    assert abs(warmer[0]) < 0.1


def test_drift_is_brownian_and_starts_anew_with_each_run() -> None:
    still = [sensor("vibration", 50, 70, 90, noise_std=0, drift_std=1.0, load_gain=0)]
    runs = simulate(profile_of(sensors=still, failure_modes=[], wear={"max_rul_hours": 400}), 60_000, 0)
    ends = runs.values[runs.starts() + 200, 0] - runs.values[runs.starts(), 0]
    halves = runs.values[runs.starts() + 50, 0] - runs.values[runs.starts(), 0]
    assert runs.values[runs.starts(), 0].std() < 1e-9
    # Variance grows with time: four times the rows, twice the spread. drift_std is the spread after the mean 300 rows.
    assert ends.std() == pytest.approx((200 / 300) ** 0.5, rel=0.25)
    assert ends.std() / halves.std() == pytest.approx(2, rel=0.3)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_or_machine_others() -> None:
    profile = profile_of()
    made = csv_bytes(simulate(profile, 1000, 5), profile)
    assert made == csv_bytes(simulate(profile, 1000, 5), profile)
    assert made != csv_bytes(simulate(profile, 1000, 6), profile)
    other = parse_profile(machine_config("pump_b"))
    assert made != csv_bytes(simulate(other, 1000, 5), other)


@pytest.mark.parametrize("machine_id", FLEET)
def test_ten_thousand_rows_hold_at_least_twelve_whole_runs_and_every_mode(machine_id: str) -> None:
    profile = fleet_profile(machine_id)
    for seed in range(5):
        latent = wear_out(profile, ROWS, np.random.default_rng(seed))
        late = int(latent.lengths.sum() > ROWS)
        assert len(latent.lengths) - late >= 12
        assert set(latent.modes[: len(latent.modes) - late].tolist()) == set(range(len(profile.failure_modes)))


@pytest.mark.parametrize("rows", [2_500, 10_000, 31_111])
def test_every_run_is_whole_from_new_condition_to_its_failure(rows: int) -> None:
    latent = wear_out(fleet_profile("pump_ksb_etanorm_006"), rows, np.random.default_rng(3))
    ends = np.cumsum(latent.lengths)
    assert ends[-1] == rows
    assert latent.damage[ends - latent.lengths].max() < 0.05
    assert (latent.damage[ends - 1, latent.modes] == 1).all()


def test_no_run_is_a_stump_whatever_the_number_of_rows() -> None:
    profile = profile_of()
    for rows in range(500, 700, 7):
        runs = simulate(profile, rows, rows)
        assert len(runs) == rows
        assert runs.lengths().min() >= MIN_SIMULATED_ROWS


def test_values_bend_into_the_physical_limits_and_do_not_pile_up_on_them() -> None:
    near = [sensor("leakage", 0.0, 15, 40, noise_std=1.0, drift_std=1.0), sensor("temperature", 50, 70, 90)]
    modes = [
        {
            "name": "wear",
            "probability": 1,
            "effects": [{"sensor": "leakage", "direction": "up", "strength": 1, "onset": 0}],
        }
    ]
    profile = profile_of(sensors=near, failure_modes=modes)
    values = simulate(profile, 5000, 0).values[:, 0]
    assert values.min() >= 0
    assert (values == 0).mean() < 0.001
    assert len(np.unique(values)) > 4990
    low, high, *widths = limit_widths(profile)
    healthy = np.array([[30.0, 50.0]])
    assert soft_limit(healthy, low, high, *widths) == pytest.approx(healthy, rel=1e-3)
    assert (np.diff(soft_limit(np.linspace(-50, 400, 901)[:, None] * [1, 1], low, high, *widths), axis=0) >= 0).all()


def test_the_fleet_is_made_within_its_limits_in_well_under_a_second_a_machine() -> None:
    for machine_id in FLEET:
        profile = fleet_profile(machine_id)
        began = time.process_time()
        runs = simulate(profile, ROWS, 0)
        csv_bytes(runs, profile)
        assert time.process_time() - began < 1.0
        low, high, *_ = limit_widths(profile)
        assert ((runs.values >= low) & (runs.values <= high)).all()


def test_a_machine_without_failure_modes_has_no_rul_and_says_so(root: Root) -> None:
    root.add("pump_a", failure_modes=[])
    assert root.call(CREATE, "--machine_id", "pump_a").code == 0
    ran = root.call(SEED, "--machine_id", "pump_a", "--num_samples", "500")
    assert "no failure modes: no RUL" in ran.last["summary"]
    header = (root.path / "seed_data/pump_a_temporal_seed.csv").read_text("utf-8").splitlines()[0]
    assert header.replace('"', "") == "timestamp,vibration,temperature,run_id"


def test_rows_too_far_apart_for_a_life_are_refused_with_the_longest_interval_that_is_allowed() -> None:
    with pytest.raises(InvalidInput, match=r"at most 112\.5 is allowed"):
        simulate(profile_of(sampling_interval_minutes=240), 1000, 0)


def test_few_rows_for_long_runs_warn_and_say_what_helps(root: Root) -> None:
    root.add("pump_a", wear={"max_rul_hours": 800})
    root.call(CREATE, "--machine_id", "pump_a")
    ran = root.call(SEED, "--machine_id", "pump_a", "--num_samples", "1000")
    assert ran.code == 0
    [warning] = ran.of("warning")
    assert warning["code"] == "FEW_RUNS"
    assert "--num_samples" in warning["message"]
