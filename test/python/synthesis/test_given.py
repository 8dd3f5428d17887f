"""Settings and switches come as they were recorded, and sensors follow them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gan.data.conditions import Conditions
from gan.data.runs import Runs
from gan.machine.profile import Profile
from gan.runtime.errors import InvalidInput
from gan.store.local import LocalStore
from gan.synthesis.checkpoints import Checkpoints
from gan.synthesis.model import Model
from gan.synthesis.synthesizer import synthesizer_of_model
from gan.synthesis.temporal_tvae.given import fit_given
from gan.synthesis.temporal_tvae.trainer import TrainingStopped, TrainParams, train
from gan.synthesis.temporal_tvae.walk import walk_near, walk_states
from operated import LEVEL, POINTS, SETTINGS, SPREAD, profile_of, six_points, varying_load

PARAMS = TrainParams(epochs=30, batch_size=200, seed=5)


def trained(
    seed: Runs, settings: tuple[str, ...], folder: Path, stop_at: int = 0, profile: Profile | None = None
) -> Model:
    epochs: list[int] = []
    return train(
        seed,
        profile or profile_of(seed, settings),
        PARAMS,
        checkpoints=Checkpoints(LocalStore(folder), "pump_a", "key"),
        provenance={},
        should_stop=lambda: len(epochs) + 1 == stop_at,
        on_epoch=lambda report: epochs.append(report.epoch),
    )


def sampled(model: Model, rows: int = 3000, **settings: float) -> Runs:
    conditions = Conditions(settings=settings)
    return synthesizer_of_model(model).sample(model, {"train": rows}, 1, conditions)["train"]


def column(runs: Runs, name: str) -> np.ndarray:
    return np.asarray(runs.values[:, runs.sensors.index(name)])


def points_of(runs: Runs) -> np.ndarray:
    return np.asarray(np.abs(column(runs, "height")[:, None] - POINTS[:, 0]).argmin(axis=1))


def changes(runs: Runs, values: np.ndarray) -> float:
    """Share of the rows, but the first of a run, that have another value than the one before."""
    return float((np.diff(values) != 0)[np.diff(runs.run_id) == 0].mean())


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model of rows at six points, drawn anew each row."""
    return trained(six_points(), SETTINGS, tmp_path_factory.mktemp("asked"))


def test_runs_are_at_the_operating_points_that_are_asked_for(six: Model) -> None:
    made = sampled(six, height=20)
    assert (points_of(made) == 2).all()
    temperature, left = column(made, "temperature"), made.rul_h
    assert left is not None
    assert temperature[made.position() < 20].mean() == pytest.approx(LEVEL[2], abs=SPREAD[2])
    assert temperature[left < 3].mean() > LEVEL[2] + 3 * SPREAD[2], "wear as at that point"
    assert set(points_of(sampled(six, demand=60))) == {3}
    assert set(points_of(sampled(six, demand=100))) == {0, 1, 2, 4, 5}


def test_an_operating_point_that_is_not_known_is_refused_with_those_that_are(six: Model) -> None:
    with pytest.raises(InvalidInput, match="no operating point has height=22, demand=100") as refused:
        sampled(six, height=22, demand=100)
    assert "height=25.0" in str(refused.value.hint)
    with pytest.raises(InvalidInput, match="no operating points"):
        sampled(six, pressure=40)


@pytest.fixture(scope="module", params=[1, 8], ids=["drawn anew each row", "dwelling"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runs, Runs]:
    """Rows at six points, and what a model that learned from them makes."""
    seed = six_points(dwell=request.param)
    return seed, sampled(trained(seed, SETTINGS, tmp_path_factory.mktemp("six")))


def test_a_sensor_that_follows_slowly_does_not_jump_with_the_point(tmp_path: Path) -> None:
    seed = six_points(dwell=8)
    wanders = np.cumsum(np.random.default_rng(1).normal(0, 1, len(seed)))
    slow = wanders - wanders[seed.starts()].repeat(seed.lengths())
    seed = replace(seed, sensors=(*seed.sensors, "room_temperature"), values=np.column_stack([seed.values, slow]))
    made = sampled(trained(seed, SETTINGS, tmp_path))

    def step(runs: Runs) -> float:
        """How far it goes in a row in which the point changes, of all that it goes in a row."""
        gone, inside = np.diff(column(runs, "room_temperature")), np.diff(runs.run_id) == 0
        return float(gone[inside & (np.diff(points_of(runs)) != 0)].std() / gone[inside].std())

    assert step(seed) == pytest.approx(1, abs=0.2)
    assert step(made) == pytest.approx(1, abs=0.3)


def test_every_row_lies_at_an_operating_point_with_its_noise(pair: tuple[Runs, Runs]) -> None:
    seed, made = pair
    settings = np.stack([column(made, name) for name in SETTINGS], axis=1)
    own = settings - POINTS[points_of(made)]
    assert (own > -1e-9).all() and (own < np.array([0.008, 0.002, 0]) + 1e-9).all()
    assert np.isin(settings, seed.values[:, :3]).all(), "digits as recorded"


def test_points_occur_and_last_as_recorded(pair: tuple[Runs, Runs]) -> None:
    seed, made = pair
    shares = [np.bincount(points_of(runs), minlength=6) / len(runs) for runs in pair]
    assert shares[1] == pytest.approx(shares[0], abs=0.06)
    assert changes(made, points_of(made)) == pytest.approx(changes(seed, points_of(seed)), rel=0.15)


def test_sensors_have_level_spread_and_wear_of_their_point(pair: tuple[Runs, Runs]) -> None:
    for k in range(6):
        early, late = (
            [
                column(runs, "temperature")[(points_of(runs) == k) & (life(runs) > a) & (life(runs) <= b)]
                for runs in pair
            ]
            for a, b in ((0, 0.5), (0.95, 1))
        )
        assert early[1].mean() == pytest.approx(early[0].mean(), abs=0.5 * SPREAD[k])
        assert early[1].std() == pytest.approx(early[0].std(), rel=0.35)
        assert late[1].mean() - early[1].mean() == pytest.approx(late[0].mean() - early[0].mean(), abs=2 * SPREAD[k])


def life(runs: Runs) -> np.ndarray:
    lengths = np.repeat(runs.lengths(), runs.lengths())
    return np.asarray((runs.position() + 1) / lengths)


def test_what_a_point_fixes_is_fixed(pair: tuple[Runs, Runs]) -> None:
    _, made = pair
    assert column(made, "inlet").tolist() == (LEVEL[points_of(made)] - 90).tolist()


def test_a_switch_keeps_its_values_and_dwell_times_and_is_followed(pair: tuple[Runs, Runs]) -> None:
    seed, made = pair
    valve = column(made, "valve")
    assert set(valve.tolist()) == {0.0, 1.0}
    assert changes(made, valve) == pytest.approx(changes(seed, column(seed, "valve")), rel=0.2)
    rise = [
        np.mean([p[(points_of(r) == k) & (v == 1)].mean() - p[(points_of(r) == k) & (v == 0)].mean() for k in range(6)])
        for r in pair
        for p, v in [(column(r, "pressure"), column(r, "valve"))]
    ]
    assert rise[1] == pytest.approx(rise[0], abs=0.2)


def test_a_load_that_varies_comes_in_recorded_stretches_and_is_followed(tmp_path: Path) -> None:
    seed = varying_load()
    made = sampled(trained(seed, ("load",), tmp_path))
    load = column(made, "load")
    assert np.isin(load, column(seed, "load")).all()
    steps = [np.diff(column(runs, "load"))[np.diff(runs.run_id) == 0] for runs in (seed, made)]
    assert steps[1].std() == pytest.approx(steps[0].std(), rel=0.2)
    expected = 0.4 * load + 0.02 * (load - 50) ** 2 + 5 * life(made) ** 2
    assert (column(made, "current") - expected).std() < 0.25 * expected.std()


def test_a_walk_goes_on_to_another_like_row_every_25_rows_or_so() -> None:
    seed = varying_load()
    rng = np.random.default_rng(0)
    rows = walk_near(seed.values[:, :1], seed.lengths(), np.arange(12), np.full(12, 1000), rng).reshape(12, 1000)
    leaves = np.diff(rows, axis=1) != 1
    assert 1 / leaves.mean() == pytest.approx(20, abs=6), "a little less than 25: recorded runs end"
    load = seed.values[rows, 0]
    assert np.abs(np.diff(load, axis=1))[leaves].mean() < 2 * np.abs(np.diff(load, axis=1))[~leaves].mean()


def test_what_follows_a_state_is_what_followed_it() -> None:
    state, lengths = np.tile([0, 0, 1, 2, 2, 2], 40), np.full(12, 20)
    rows = walk_states(state, lengths, np.arange(12), np.full(12, 300), 1.0, np.random.default_rng(0))
    walked = state[rows].reshape(12, 300)
    turns = {(int(a), int(b)) for a, b in zip(walked[:, :-1].ravel(), walked[:, 1:].ravel(), strict=True) if a != b}
    assert turns == {(0, 1), (1, 2), (2, 0)}


def test_a_phase_of_life_lasts_its_share_of_a_new_run() -> None:
    lengths = np.array([100, 200])
    state = np.concatenate([np.arange(n) >= 0.9 * n for n in lengths]).astype(np.int64)
    for wanted in (50, 400):
        rows = walk_states(state, lengths, np.array([0, 1]), np.full(2, wanted), 0.15, np.random.default_rng(0))
        assert state[rows].reshape(2, wanted).mean(axis=1) == pytest.approx(0.1, abs=0.03)


def test_training_with_settings_resumes_with_the_same_bytes(tmp_path: Path) -> None:
    seed = six_points(runs=8, rows=40)
    whole = trained(seed, SETTINGS, tmp_path / "whole")
    with pytest.raises(TrainingStopped):
        trained(seed, SETTINGS, tmp_path / "stopped", stop_at=4)
    assert trained(seed, SETTINGS, tmp_path / "stopped").to_bytes() == whole.to_bytes()


def test_a_limit_bends_no_value_away_at_a_point_near_it(tmp_path: Path) -> None:
    """Inlet pressure of 1.0 ± 0.01 at the first point, beside a limit of 0.9 and values of 40 elsewhere."""
    seed = six_points(runs=8, rows=40)
    rng = np.random.default_rng(1)
    pressure = np.where(points_of(seed) == 0, rng.normal(1.0, 0.01, len(seed)), rng.normal(40, 1, len(seed)))
    seed = replace(seed, values=np.column_stack([seed.values[:, :3], pressure]), sensors=(*SETTINGS, "pressure"))
    profile = profile_of(seed, SETTINGS)
    near = replace(profile.sensors[3], physical_min=0.9, physical_max=80.0, normal=40.0)
    model = trained(seed, SETTINGS, tmp_path, profile=replace(profile, sensors=(*profile.sensors[:3], near)))
    made = sampled(model)
    low = column(made, "pressure")[points_of(made) == 0]
    assert (low.mean(), low.std()) == pytest.approx((1.0, 0.01), abs=0.005)


def test_a_machine_without_settings_and_switches_has_nothing_given() -> None:
    seed = varying_load()
    assert fit_given(seed, ()) is None
