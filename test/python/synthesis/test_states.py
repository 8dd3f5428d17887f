"""Switches and states are learned apart from the numbers: they keep their shares, their dwells and what they follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gan.data.modelled import learned, learned_profile, learned_sensors, measured, state_sensors
from gan.data.runs import Floats, Runs
from gan.machine.profile import Profile
from gan.machine.proposals.completion import parse_configuration
from gan.synthesis.states import fit_states, with_states

ROWS, RUNS = 200, 12


@pytest.fixture(scope="module")
def profile() -> Profile:
    return parse_configuration(
        {
            "machine_id": "pump_a",
            "machine_type": "pump",
            "sensors": [
                {"name": "flow", "unit": "m3/h"},
                {"name": "mode", "type": "categorical", "categories": ["off", "eco", "full"]},
                {"name": "stages", "type": "integer", "constant": 3},
                {"name": "heater", "type": "boolean"},
                {"name": "alarm", "type": "boolean"},
            ],
            "failure_modes": ["seal leak"],
        }
    )


@pytest.fixture(scope="module")
def seed(profile: Profile) -> Runs:
    """mode follows flow, alarm wear; the heater keeps its state for 20 rows on average, whatever happens."""
    rng = np.random.default_rng(0)
    mode = np.concatenate([_chain(rng, 0.1, 3) for _ in range(RUNS)])
    heater = np.concatenate([_chain(rng, 0.05, 2) for _ in range(RUNS)])
    life = np.tile(np.arange(1, ROWS + 1) / ROWS, RUNS)
    flow = 20.0 * mode + rng.normal(0, 1, len(mode))
    run_id = np.repeat(np.arange(1, RUNS + 1), ROWS)
    values = np.column_stack([flow, mode, np.full(len(mode), 3.0), heater, (life > 0.8).astype(float)])
    rul = np.tile(np.arange(ROWS)[::-1], RUNS).astype(np.float64)
    modes = np.zeros(len(mode), dtype=np.int64)
    return Runs(
        profile.sensor_names, values, run_id, np.arange(len(mode), dtype=np.float64), rul, modes, profile.mode_names
    )


def _chain(rng: np.random.Generator, leaves: float, states: int) -> Floats:
    steps = np.where(rng.random(ROWS) < leaves, rng.integers(1, states, ROWS), 0)
    return np.asarray(np.cumsum(steps) % states, dtype=np.float64)


def drawn(seed: Runs, profile: Profile, random_seed: int = 5) -> Runs:
    return with_states(learned(seed, profile), profile, fit_states(seed, profile), random_seed)


def changes(runs: Runs, name: str) -> float:
    column = runs.values[:, runs.sensors.index(name)]
    return float((np.diff(column) != 0).mean())


def test_a_synthesizer_learns_the_numbers_that_vary(profile: Profile, seed: Runs) -> None:
    assert [s.name for s in learned_sensors(profile)] == ["flow"]
    assert [s.name for s in state_sensors(profile)] == ["mode", "heater", "alarm"]
    assert learned(seed, profile).values.shape == (RUNS * ROWS, 1)


def test_with_no_number_that_varies_it_learns_the_codes(profile: Profile) -> None:
    coded = replace(profile, sensors=profile.sensors[1:])
    assert [s.name for s in learned_profile(coded).sensors] == ["mode", "heater", "alarm"]
    assert state_sensors(coded) == ()


def test_states_follow_numbers_and_wear_and_keep_their_shares_and_dwells(profile: Profile, seed: Runs) -> None:
    made = drawn(seed, profile)
    assert made.sensors == profile.sensor_names
    columns = dict(zip(made.sensors, made.values.T, strict=True))
    truth = dict(zip(seed.sensors, seed.values.T, strict=True))
    assert (columns["mode"] == truth["mode"]).mean() > 0.99
    assert (columns["alarm"] == truth["alarm"]).mean() > 0.97
    assert set(columns["heater"].tolist()) == {0.0, 1.0}
    assert abs(columns["heater"].mean() - truth["heater"].mean()) < 0.12
    assert changes(made, "heater") == pytest.approx(changes(seed, "heater"), rel=0.3)
    assert (columns["stages"] == 3).all()


def test_a_runs_states_depend_on_no_other_run(profile: Profile, seed: Runs) -> None:
    arrays = fit_states(seed, profile)
    numbers = learned(seed, profile)
    whole = with_states(numbers, profile, arrays, 5)
    for ids in ([3], [3, 7], [1, 2, 3]):
        some = with_states(numbers.select(ids), profile, arrays, 5)
        assert (some.values == whole.select(ids).values).all()
    assert (with_states(numbers, profile, arrays, 6).values != whole.values).any()


def test_a_state_that_was_never_seen_is_never_drawn(profile: Profile, seed: Runs) -> None:
    values = seed.values.copy()
    values[:, 1] = np.minimum(values[:, 1], 1.0)
    values[:, 4] = 0.0
    made = drawn(replace(seed, values=values), profile)
    assert set(made.values[:, 1].tolist()) == {0.0, 1.0}
    assert (made.values[:, 4] == 0).all()


def test_measures_compare_numbers_switches_and_each_state_but_no_constant(profile: Profile, seed: Runs) -> None:
    compared = measured(seed, profile)
    assert compared.sensors == ("flow", "mode eco", "mode full", "heater", "alarm")
    mode = seed.values[:, 1]
    assert (compared.values[:, 1] == (mode >= 1)).all()
    assert (compared.values[:, 2] == (mode >= 2)).all()


def test_sensors_that_are_all_numbers_are_taken_as_they_are() -> None:
    plain = parse_configuration(
        {"machine_id": "a", "machine_type": "pump", "sensors": [{"name": "flow", "unit": "m3/h"}]}
    )
    runs = Runs(("flow",), np.zeros((3, 1)), np.ones(3, dtype=np.int64), np.arange(3.0), None, None, ())
    assert learned_profile(plain) is plain
    assert learned(runs, plain) is runs
    assert measured(runs, plain) is runs
    assert with_states(runs, plain, {}, 0) is runs
    assert fit_states(runs, plain) == {}
