"""The generator: regimes detected and sampled, training that resumes to the byte, whole runs sampled from the model."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gan.data.runs import Runs, joined
from gan.evaluation.certificate import copied_rows
from gan.machine.profile import Profile, parse_profile
from gan.simulation.physics import simulate
from gan.store.layout import key_of
from gan.store.local import LocalStore
from gan.synthesis.checkpoints import Checkpoints
from gan.synthesis.model import Model, load_model
from gan.synthesis.synthesizer import synthesizer_of_model
from gan.synthesis.temporal_tvae import batches, sampler
from gan.synthesis.temporal_tvae.deviations import mix_deviations
from gan.synthesis.temporal_tvae.features import prepare
from gan.synthesis.temporal_tvae.given import nothing_followed
from gan.synthesis.temporal_tvae.network import LATENT, Adam, Network
from gan.synthesis.temporal_tvae.regimes import sample_regimes
from gan.synthesis.temporal_tvae.trainer import (
    EpochReport,
    TrainingDiverged,
    TrainingStopped,
    TrainParams,
    split_runs,
    train,
)
from support import PROJECT, machine_config, sensor

REGIMES = [
    {"name": "rated", "load": 1.0, "share": 0.6, "mean_dwell_hours": 12},
    {"name": "idle", "load": 0.3, "share": 0.4, "mean_dwell_hours": 8},
]
ROWS = {"train": 700, "val": 150, "test": 150}
PARAMS = TrainParams(epochs=6, batch_size=200, seed=5)


def profile_of(**changes: object) -> Profile:
    operating = {"regimes": REGIMES, "ambient_mean_c": 20, "ambient_daily_swing_c": 2}
    sensors = [sensor("vibration", 2, 5, 8, load_gain=0.8), sensor("temperature", 50, 70, 90, load_gain=20)]
    return parse_profile(machine_config("pump_a", **{"operating": operating, "sensors": sensors, **changes}))


@pytest.fixture(scope="module")
def profile() -> Profile:
    return profile_of()


@pytest.fixture(scope="module")
def seed(profile: Profile) -> Runs:
    return simulate(profile, 2000, 1)


def trained(
    seed: Runs, profile: Profile, folder: Path, params: TrainParams = PARAMS, stop_at: int = -1
) -> tuple[Model, list[EpochReport]]:
    reports: list[EpochReport] = []
    model = train(
        seed,
        profile,
        params,
        checkpoints=Checkpoints(LocalStore(folder), "pump_a", "key"),
        provenance={},
        should_stop=lambda: len(reports) + 1 == stop_at,
        on_epoch=reports.append,
    )
    return model, reports


@pytest.fixture(scope="module")
def model(seed: Runs, profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return trained(seed, profile, tmp_path_factory.mktemp("model"))[0]


def sampled(model: Model, seed: int = 0) -> dict[str, Runs]:
    return synthesizer_of_model(model).sample(model, ROWS, seed)


def test_regimes_are_found_where_the_load_jumps(seed: Runs) -> None:
    preparation, _ = prepare(seed, nothing_followed(seed), 0)
    assert preparation.shape.regimes == 2
    rows, which = preparation.arrays["segment_rows"], preparation.arrays["segment_regime"]
    shares = sorted(float(rows[which == k].sum() / len(seed)) for k in range(2))
    assert shares == pytest.approx([0.4, 0.6], abs=0.1)


def test_one_regime_where_nothing_jumps() -> None:
    steady = parse_profile(machine_config("pump_a"))
    runs = simulate(steady, 2000, 1)
    assert prepare(runs, nothing_followed(runs), 0)[0].shape.regimes == 1


def test_sampled_regimes_last_as_long_as_those_of_the_training_runs(seed: Runs) -> None:
    arrays = prepare(seed, nothing_followed(seed), 0)[0].arrays
    plan = sample_regimes(arrays, 2, 50, 400, np.random.default_rng(0))
    whole = (arrays["segment_first"] + arrays["segment_last"]) == 0
    for k in range(2):
        dwell = (plan.regime == k).sum() / ((plan.age == 0) & (plan.regime == k)).sum()
        assert dwell == pytest.approx(arrays["segment_rows"][whole & (arrays["segment_regime"] == k)].mean(), rel=0.15)


def test_prepared_rows_are_what_is_left_of_the_sensors(seed: Runs) -> None:
    preparation, rows = prepare(seed, nothing_followed(seed), 0)
    again = preparation.apply(seed, nothing_followed(seed))
    assert np.isclose(rows.x, again.x).all(axis=1).mean() > 0.75, "a short run of one regime may be taken for another"
    assert rows.x.mean(axis=0) == pytest.approx(0, abs=0.1)
    assert not rows.memory[seed.starts()].any(), "a run knows nothing of the one before"


def test_what_is_new_in_a_row_is_uncorrelated_and_of_one_size() -> None:
    runs = simulate(parse_profile(machine_config("pump_a")), 2000, 1)
    _, rows = prepare(runs, nothing_followed(runs), 0)
    known = np.column_stack([np.ones(len(rows.x)), rows.memory, rows.cond])
    new = rows.x - known @ np.linalg.lstsq(known, rows.x, rcond=None)[0]
    assert np.cov(new.T) == pytest.approx(np.eye(new.shape[1]), abs=0.01)


def test_rows_far_from_all_that_was_learned_count_for_no_more_than_the_training_rows_showed(seed: Runs) -> None:
    preparation, rows = prepare(seed, nothing_followed(seed), 0)
    x = preparation.apply(replace(seed, values=seed.values * 3), nothing_followed(seed)).x
    assert (x >= rows.x.min(axis=0)).all() and (x <= rows.x.max(axis=0)).all()


def test_units_of_a_mode_are_on_average_where_its_training_runs_are(model: Model) -> None:
    units, modes = model.arrays["units"] + 1.0, model.arrays["unit_kinds"]
    moved = {**model.arrays, "units": units}
    for mode in np.unique(modes):
        of_mode = np.flatnonzero(modes == mode)
        source = np.resize(of_mode, 4000)
        lengths = model.arrays["unit_lengths"][source].astype(np.int64)
        mixed = mix_deviations(moved, source, lengths, np.random.default_rng(0))
        own = units[of_mode]
        assert mixed.mean(axis=0) == pytest.approx(own.mean(axis=0), abs=0.1 * float(own.std()))


def test_training_stopped_anywhere_and_resumed_ends_with_the_same_bytes(
    seed: Runs, profile: Profile, model: Model, tmp_path: Path
) -> None:
    for stop_at in (1, 4):
        with pytest.raises(TrainingStopped):
            trained(seed, profile, tmp_path / str(stop_at), stop_at=stop_at)
        resumed, reports = trained(seed, profile, tmp_path / str(stop_at))
        assert reports[0].epoch == stop_at + 1
        assert resumed.to_bytes() == model.to_bytes()


def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    seed: Runs, profile: Profile, model: Model, tmp_path: Path
) -> None:
    for stop_at in (2, 1):
        with pytest.raises(TrainingStopped):
            trained(seed, profile, tmp_path, stop_at=stop_at)
    newest = max(tmp_path.rglob("*.pt"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:-7])
    resumed, reports = trained(seed, profile, tmp_path)
    assert reports[0].epoch == 3
    assert resumed.to_bytes() == model.to_bytes()


def test_a_checkpoint_of_another_training_is_not_taken_up(seed: Runs, profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(TrainingStopped):
        trained(seed, profile, tmp_path, stop_at=3)
    assert Checkpoints(LocalStore(tmp_path), "pump_a", "another").load() is None


def test_manual_backprop_gives_the_gradient_of_autograd() -> None:
    torch.manual_seed(0)
    network = Network(3, 5, 4, np.random.default_rng(0).normal(0, 1, (10, 3)), np.full(3, 0.6))
    with torch.no_grad():
        network.log_sigma.weight.normal_(0, 3)  # some of its outputs beyond their range, where the gradient is 0
        last = network.encoder[-1]
        assert isinstance(last, nn.Linear)
        last.weight.mul_(60)
    Adam(network)
    rows, noise = 2 * torch.randn(40, 12), torch.randn(40, LATENT)
    loss = network.loss(rows, noise)
    torch.autograd.backward(loss)
    expected = {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
    for p in network.parameters():
        assert p.grad is not None
        p.grad.fill_(torch.nan)
    assert float(network.learn(rows, noise)) == pytest.approx(float(loss.detach()), rel=1e-5)
    for name, p in network.named_parameters():
        torch.testing.assert_close(p.grad, expected[name], rtol=1e-4, atol=1e-4 * float(expected[name].abs().max()))


def test_each_epoch_tells_its_loss_and_that_of_runs_not_learned_from(
    seed: Runs, profile: Profile, tmp_path: Path
) -> None:
    model, reports = trained(seed, profile, tmp_path)
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5, 6]
    assert reports[-1].held_out_loss < reports[0].held_out_loss  # type: ignore[operator]
    assert all(report.held_out_loss is not None for report in reports)
    assert model.header["history"] == [[report.loss, report.held_out_loss] for report in reports]


def test_a_quarter_of_the_runs_never_reaches_the_generator(
    seed: Runs, profile: Profile, model: Model, tmp_path: Path
) -> None:
    _, held_out = split_runs(seed, PARAMS.seed)
    assert 0.2 <= len(held_out) / len(seed.ids()) <= 0.3
    changed = seed.values.copy()
    changed[np.isin(seed.run_id, held_out)] += 1000.0
    other, _ = trained(replace(seed, values=changed), profile, tmp_path)
    assert {name: array.tobytes() for name, array in other.arrays.items()} == {
        name: array.tobytes() for name, array in model.arrays.items()
    }


def test_held_out_runs_are_of_every_failure_mode_that_occurs_twice(seed: Runs) -> None:
    assert seed.failure_mode is not None
    for random_seed in range(5):
        kept, held_out = split_runs(seed, random_seed)
        for ids in (kept, held_out):
            assert set(seed.select(ids).failure_mode.tolist()) == {0, 1}  # type: ignore[union-attr]
        assert not set(kept.tolist()) & set(held_out.tolist())


def test_patience_ends_training_and_keeps_the_best_epoch(seed: Runs, profile: Profile, tmp_path: Path) -> None:
    params = TrainParams(epochs=400, batch_size=100, seed=5, patience=2)
    model, reports = trained(seed, profile, tmp_path, params)
    losses = [report.held_out_loss for report in reports]
    assert len(reports) < 400
    assert int(np.argmin(np.array(losses, dtype=float))) == len(reports) - 3
    assert model.header["training"]["epochsRun"] == len(reports)


def test_a_time_limit_ends_training(seed: Runs, profile: Profile, tmp_path: Path) -> None:
    params = TrainParams(epochs=100_000, seed=5, time_limit_s=0.01)
    assert len(trained(seed, profile, tmp_path, params)[1]) < 100


@pytest.mark.parametrize("factor", [math.nan, 100.0])
def test_a_loss_that_runs_away_is_reported_as_divergence(
    seed: Runs, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    real, calls = Network.learn, iter(range(1000))

    def wild(self: Network, rows: Tensor, noise: Tensor) -> Tensor:
        loss = real(self, rows, noise)
        return loss * factor if next(calls) > 20 else loss

    monkeypatch.setattr(Network, "learn", wild)
    with pytest.raises(TrainingDiverged, match="the loss of epoch"):
        trained(seed, profile, tmp_path)


def test_splits_have_exact_counts_and_whole_runs_of_their_own(model: Model) -> None:
    splits = sampled(model)
    assert {name: len(runs) for name, runs in splits.items()} == ROWS
    ids = [set(runs.ids().tolist()) for runs in splits.values()]
    assert not ids[0] & ids[1] and not ids[0] & ids[2] and not ids[1] & ids[2]
    for runs in splits.values():
        assert runs.rul_h is not None
        assert (runs.rul_h[runs.starts() + runs.lengths() - 1] == 0).all()
        assert np.allclose(np.diff(runs.rul_h)[np.diff(runs.run_id) == 0], -1.0)
        assert (np.diff(runs.time_h) > 0).all()


@pytest.mark.parametrize("rows", range(150, 400, 25))
def test_no_split_ends_with_the_stump_of_a_run(model: Model, rows: int) -> None:
    splits = synthesizer_of_model(model).sample(model, {"train": rows}, 0)
    assert len(splits["train"]) == rows
    assert splits["train"].lengths().min() >= 24


def test_sampling_is_decided_by_model_and_seed(model: Model) -> None:
    first, again, other = sampled(model), sampled(model), sampled(model, 1)
    assert (first["train"].values == again["train"].values).all()
    assert first["train"].values[:50].tolist() != other["train"].values[:50].tolist()


def test_how_many_rows_are_handed_over_at_once_decides_nothing(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BLOCK_NUMBERS", 2000)
    whole = sampled(model)
    for rows in (1, 97):
        monkeypatch.setattr(batches, "BATCH_ROWS", rows)
        parts = sampled(model)
        for split, runs in whole.items():
            assert (parts[split].values == runs.values).all() and (parts[split].run_id == runs.run_id).all()
            assert (parts[split].time_h == runs.time_h).all()


def test_a_data_set_of_several_blocks_begins_as_one_of_a_single_block_and_repeats_nothing(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = sampled(model)["train"]
    monkeypatch.setattr(batches, "BLOCK_NUMBERS", 2000)
    several = sampled(model)
    test_splits_have_exact_counts_and_whole_runs_of_their_own(model)
    assert several["train"].lengths().tolist() == single.lengths().tolist()
    assert copied_rows(joined(list(several.values()))) == 0


def test_a_long_run_is_restored_piece_by_piece(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sampled(model)["train"].values
    monkeypatch.setattr(sampler, "RESTORED_ROWS", 7)
    assert sampled(model)["train"].values == pytest.approx(whole, rel=1e-12)


def test_progress_counts_rows_and_sampling_stops_where_it_is_asked_to(model: Model) -> None:
    told: list[tuple[int, int]] = []
    made = batches.batches(model, ROWS, 0, on_progress=lambda *at: told.append(at), should_stop=lambda: len(told) > 50)
    with pytest.raises(sampler.SamplingStopped):
        list(made)
    assert told == sorted(told) and 0 < told[-1][0] < told[-1][1]


def test_sensors_stay_within_their_physical_limits(model: Model, profile: Profile) -> None:
    values = sampled(model)["train"].values
    assert (values >= [s.physical_min for s in profile.sensors]).all()
    assert (values <= [s.physical_max for s in profile.sensors]).all()


def test_a_machine_without_failure_modes_gets_data_without_rul(tmp_path: Path) -> None:
    profile = profile_of(failure_modes=[])
    model, _ = trained(simulate(profile, 1000, 1), profile, tmp_path)
    assert all(runs.rul_h is None and runs.failure_mode is None for runs in sampled(model).values())


def test_a_model_file_is_refused_when_it_is_damaged_or_of_another_profile(
    model: Model, profile: Profile, tmp_path: Path
) -> None:
    from gan.runtime.errors import InvalidInput

    store, model_file = LocalStore(tmp_path), key_of("model", "pump_a")
    data = model.to_bytes()
    store.write(model_file, data)
    assert load_model(store, "pump_a", profile).to_bytes() == data
    store.write(model_file, data[: len(data) // 2])
    with pytest.raises(InvalidInput, match="damaged"):
        load_model(store, "pump_a", profile)
    store.write(model_file, data[:-2000] + bytes(64) + data[-1936:])
    with pytest.raises(InvalidInput):
        load_model(store, "pump_a", profile)
    store.write(model_file, data)
    other = replace(profile, sensors=profile.sensors[:1])
    with pytest.raises(InvalidInput, match="trained for other sensors"):
        load_model(store, "pump_a", other)


@pytest.mark.parametrize(
    ("modules", "never"),
    [
        ("gan.synthesis.temporal_tvae.sampler, gan.synthesis.model", "torch"),
        ("gan.synthesis.temporal_tvae.trainer", "torch._dynamo"),
        ("gan.synthesis.temporal_tvae.trainer", "sklearn"),
    ],
)
def test_start_up_loads_no_more_than_it_needs(modules: str, never: str) -> None:
    code = f"import {modules}, sys; sys.exit({never!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT / "GAN", check=False)
    assert done.returncode == 0
