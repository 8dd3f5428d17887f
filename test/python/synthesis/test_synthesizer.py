"""Synthesizers: one interface, chosen by name; the model's own is the one that samples from it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gan.data.runs import Runs
from gan.data.tables import read_seed
from gan.machine.profile import load_profile
from gan.runtime.errors import InvalidInput
from gan.synthesis import sdv_tvae, synthesizer
from gan.synthesis.model import Model, load_model
from gan.synthesis.synthesizer import SDV_TVAE, TEMPORAL_TVAE
from gan.synthesis.temporal_tvae import batches
from gan.synthesis.temporal_tvae import trainer as train
from gan.synthesis.temporal_tvae.sampler import SamplingStopped
from support import CREATE, ENVIRONMENT, MADE, PROJECT, SAMPLE, SEED, TRAIN, VALIDATE, Root

# Checked by the types too: both have the interface.
TRAINS: tuple[synthesizer.Train, ...] = (train.train, sdv_tvae.train)
SAMPLES: tuple[synthesizer.Batches, ...] = (batches.batches, sdv_tvae.batches)

needs_sdv = pytest.mark.skipif(find_spec("sdv") is None, reason="sdv is not installed: npm run setup -- --bench")
without_sdv = pytest.mark.skipif(find_spec("sdv") is not None, reason="sdv is installed here")


def test_the_registry_gives_each_ones_own_functions() -> None:
    found = [synthesizer.synthesizer_of(name) for name in (TEMPORAL_TVAE, SDV_TVAE)]
    assert tuple(one.train for one in found) == TRAINS
    assert tuple(one.batches for one in found) == SAMPLES
    assert [one.licence for one in found] == ["Apache-2.0", "BUSL-1.1"]


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidInput, match="'gan' is not one of temporal-tvae, sdv-tvae"):
        synthesizer.synthesizer_of("gan")


def test_the_script_refuses_an_unknown_name(made: Root) -> None:
    ran = made.run(TRAIN, "--machine_id", MADE, "--synthesizer", "gan")
    assert (ran.code, ran.events[-1]["field"]) == (2, "synthesizer")


@pytest.mark.parametrize("flag", ["patience", "time_limit"])
def test_a_training_that_cannot_end_early_refuses_to_be_told_when(made: Root, flag: str) -> None:
    before = made.files()
    ran = made.run(TRAIN, "--machine_id", MADE, "--synthesizer", SDV_TVAE, f"--{flag}", "5")
    assert (ran.code, ran.events[-1]["field"]) == (2, flag)
    assert made.files() == before


@without_sdv
def test_where_sdv_is_not_installed_the_error_names_the_command_that_installs_it(made: Root) -> None:
    before = made.files()
    ran = made.run(TRAIN, "--machine_id", MADE, "--synthesizer", SDV_TVAE)
    error = ran.events[-1]
    assert (ran.code, error["code"]) == (3, "SDV_MISSING")
    assert "npm run setup -- --bench" in error["hint"]
    assert made.files() == before


def test_the_synthesizer_decides_whether_a_model_is_current(made: Root) -> None:
    record = json.loads((made.path / "manifests" / f"{MADE}.json").read_text("utf-8"))["steps"]["trainTvae"]
    assert record["parameters"]["synthesizer"] == TEMPORAL_TVAE


def _imported_by(root: Root, script: str, *args: str) -> set[str]:
    """What a script, run to its end, has imported of the packages that are slow to import."""
    program = (
        "import sys, runpy; sys.path.insert(0, 'GAN/scripts'); sys.argv = sys.argv[1:]\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print(*({'torch', 'torch._dynamo', 'sdv', 'sklearn'} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, script, "--root", str(root.path), "--machine_id", MADE, *args]
    done = subprocess.run(command, cwd=PROJECT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_sampling_imports_nothing_slow(made: Root) -> None:
    assert _imported_by(made, SAMPLE) == set()


def test_training_imports_pytorch_without_its_compiler(made: Root) -> None:
    """torch.optim and torch.use_deterministic_algorithms import torch._dynamo, which takes as long as PyTorch."""
    assert _imported_by(made, TRAIN, "--epochs", "2") == {"torch"}


def _stock_model(rng: np.random.Generator) -> Model:
    """A model as SDV's would be: two sensors and RUL, mixtures of two and one components, two modes."""
    spans = (3, 3, 2, 2)
    weights = {
        f"net.seq.{layer}.{part}": rng.normal(0, 0.4, shape)
        for layer, (rows, columns) in {0: (16, 8), 2: (16, 16), 4: (sum(spans), 16)}.items()
        for part, shape in (("weight", (rows, columns)), ("bias", (rows,)))
    }
    arrays = {
        **weights,
        "net.sigma": np.full(sum(spans), 0.1),
        "mixture.mean": np.array([[1.0, 2.0], [50.0, 60.0], [40.0, np.nan]]),
        "mixture.deviation": np.array([[0.1, 0.1], [1.0, 2.0], [20.0, np.nan]]),
        "low": np.array([0.8, 45.0, 0.0]),
        "high": np.array([2.2, 65.0, 100.0]),
        "digits": np.array([np.nan, 2.0, 1.0]),
        "mode_codes": np.array([1.0, 0.0]),
        "unit_lengths": np.array([90.0, 110.0, 70.0]),
        "unit_modes": np.array([0.0, 1.0, 0.0]),
    }
    header = {
        "synthesizer": SDV_TVAE,
        "sensors": ["vibration", "temperature"],
        "modes": ["bearing_wear", "seal_leak"],
        "hasRul": True,
        "intervalHours": 1.0,
    }
    return Model(header, arrays)


def _sampled(model: Model, seed: int) -> dict[str, Runs]:
    rows = {"train": 1000, "val": 300, "test": 200}
    chosen = synthesizer.synthesizer_of_model(model)
    return chosen.sample(model, rows, seed)


def test_stock_rows_are_cut_into_runs_sorted_by_rul() -> None:
    splits = _sampled(_stock_model(np.random.default_rng(0)), 1)
    assert {split: len(runs) for split, runs in splits.items()} == {"train": 1000, "val": 300, "test": 200}
    ids = [i for runs in splits.values() for i in runs.ids().tolist()]
    assert ids == list(range(1, len(ids) + 1))
    for runs in splits.values():
        assert runs.rul_h is not None and runs.failure_mode is not None
        inside = np.diff(runs.run_id) == 0
        assert (np.diff(runs.rul_h)[inside] <= 0).all()
        assert (np.diff(runs.failure_mode)[inside] == 0).all()
        assert (np.diff(runs.time_h) > 0).all()
        assert ((runs.values >= [0.8, 45.0]) & (runs.values <= [2.2, 65.0])).all()
        assert np.array_equal(runs.values[:, 1], np.round(runs.values[:, 1], 2))


def test_stock_samples_repeat_with_their_seed() -> None:
    model = _stock_model(np.random.default_rng(0))
    first, again, other = (_sampled(model, seed)["train"].values for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_stock_stops_when_asked() -> None:
    model = _stock_model(np.random.default_rng(0))
    with pytest.raises(SamplingStopped):
        list(sdv_tvae.batches(model, {"train": 10}, 0, on_progress=lambda *_: None, should_stop=lambda: True))


def test_a_model_of_an_unknown_synthesizer_is_refused() -> None:
    model = _stock_model(np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="synthesizer"):
        _sampled(replace(model, header={**model.header, "synthesizer": "other"}), 0)


@needs_sdv
def test_sdv_trains_samples_and_fails_validation(root: Root) -> None:
    root.add("pump_a")
    steps = (
        (CREATE, ()),
        (SEED, ("--num_samples", "1500")),
        (TRAIN, ("--epochs", "20", "--synthesizer", SDV_TVAE)),
        (SAMPLE, ("--num_samples", "2000")),
    )
    for script, args in steps:
        ran = root.run(script, "--machine_id", "pump_a", *args)
        assert ran.code == 0, ran
    ran = root.run(VALIDATE, "--machine_id", "pump_a")
    assert ran.code == 4
    assert "RUL falls with time" in ran.events[-1]["message"]
    assert "utocorrelation" in ran.events[-1]["message"]


@needs_sdv
def test_samples_from_the_file_are_distributed_as_sdvs_own(made: Root) -> None:
    import torch

    profile = load_profile(made.store, MADE)
    runs = read_seed(made.store, MADE, profile)
    torch.manual_seed(0)
    np.random.seed(0)
    stock = sdv_tvae.fit(sdv_tvae._stock(), runs, epochs=30, batch_size=500)
    theirs = stock.sample(20_000)["rows"]
    arrays = sdv_tvae._learned(stock, runs.modes)
    ours, mode = sdv_tvae._rows(Model({}, arrays), 20_000, np.random.default_rng(0))
    for at, name in enumerate((*runs.sensors, "rul")):
        a, b = np.sort(ours[:, at]), np.sort(theirs[name].to_numpy())
        both = np.concatenate([a, b])
        distance = np.abs(np.searchsorted(a, both, "right") - np.searchsorted(b, both, "right")).max() / len(a)
        assert distance < 0.02, name  # 1 in 1,000 by chance: 1.95·sqrt(2/20,000)
    shares = np.bincount(mode, minlength=len(runs.modes)) / len(mode)
    assert shares == pytest.approx([(theirs["failure_mode"] == name).mean() for name in runs.modes], abs=0.02)


@needs_sdv
def test_a_stock_model_is_a_file_like_ours(root: Root, tmp_path: Path) -> None:
    root.add("pump_a")
    for script, args in (
        (CREATE, ()),
        (SEED, ("--num_samples", "800")),
        (TRAIN, ("--epochs", "2", "--synthesizer", SDV_TVAE)),
    ):
        assert root.run(script, "--machine_id", "pump_a", *args).code == 0
    model = load_model(root.store, "pump_a", load_profile(root.store, "pump_a"))
    assert model.header["synthesizer"] == SDV_TVAE
    assert set(model.header["trainRuns"]).isdisjoint(model.header["heldOutRuns"])
    assert all(array.dtype.kind == "f" for array in model.arrays.values())
