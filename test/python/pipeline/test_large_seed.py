"""A seed that is too large to learn from whole: the model learns from some of its runs, and says so."""

from __future__ import annotations

import json

import pytest

from gan.data.runs import Runs
from gan.data.selection import some_of_each_mode
from gan.machine.profile import load_profile, parse_profile
from gan.pipeline.steps import train_tvae
from gan.simulation.physics import simulate
from gan.store.layout import generation_key, generation_of
from gan.synthesis.model import load_model
from support import MADE, SAMPLE, TRAIN, VALIDATE, Root, machine_config


@pytest.fixture(scope="module")
def runs() -> Runs:
    return simulate(parse_profile(machine_config("pump_a")), 6000, 1)


def test_of_each_mode_the_same_share_is_chosen(runs: Runs) -> None:
    some = some_of_each_mode(runs, 2000, 8)
    assert len(some) == pytest.approx(2000, rel=0.15)
    shares = [(of.run_modes() == 0).mean() for of in (runs, some)]
    assert shares[1] == pytest.approx(shares[0], abs=0.05)
    assert set(some.ids().tolist()) <= set(runs.ids().tolist())
    assert some.lengths().tolist() == runs.select(some.ids()).lengths().tolist(), "they are whole runs"


def test_never_fewer_runs_than_can_be_learned_from(runs: Runs) -> None:
    assert len(some_of_each_mode(runs, 10, 8).ids()) == 8
    assert some_of_each_mode(runs, 6000, 8) is runs


def test_the_model_and_the_data_card_say_how_many_runs(made: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_tvae, "LEARNED_NUMBERS", 2 * 800)
    ran = made.call(TRAIN, "--machine_id", MADE, "--epochs", "2")
    assert any("the model learns from" in warning["message"] for warning in ran.of("warning"))
    header = load_model(made.store, MADE, load_profile(made.store, MADE)).header
    learned = header["learned"]
    assert len(header["trainRuns"]) + len(header["heldOutRuns"]) == learned["runs"] < learned["of"]
    made_now = made.call(SAMPLE, "--machine_id", MADE, "--stage", "--num_samples", "2000")
    made.call(VALIDATE, "--machine_id", MADE)
    generation = generation_of(made_now.last["outputs"][0]["path"])
    manifest, card = (made.store.read(generation_key(MADE, generation, n)) for n in ("manifest.json", "README.md"))
    assert json.loads(manifest)["learned"] == learned
    assert f"{learned['runs']} of {learned['of']} runs of a seed" in card.decode()
