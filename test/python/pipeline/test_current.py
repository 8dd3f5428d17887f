"""What is up to date is skipped, and a plan says which steps would run and why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from support import CHAIN, CREATE, MADE, PLAN, PUBLISH, SAMPLE, SEED, TRAIN, VALIDATE, Root, machine_config

SMALL = ("--seed_samples", "1500", "--epochs", "3", "--num_samples", "2000")


def plan(root: Root, *flags: str) -> dict[str, tuple[str, str]]:
    """Of each step: run or skip, and why."""
    ran = root.call(PLAN, "--machine_ids", MADE, *SMALL, *flags)
    assert ran.code == 0
    (machine,) = ran.last["data"]["machines"]
    return {step["step"]: (step["action"], step["reason"]) for step in machine["steps"]}


def test_a_chain_that_has_run_is_skipped_with_its_outputs_and_figures(made: Root) -> None:
    before = made.files()
    for script, args in CHAIN:
        ran = made.call(script, "--machine_id", MADE, *args, "--skip_if_current")
        assert ran.code == 0
        assert ran.last["skipped"] is True
        assert ran.last["reason"] == "inputs and outputs are as in the manifest"
        assert ran.last["outputs"]
    assert made.files() == before


def test_a_plan_of_a_chain_that_has_run_has_nothing_to_do_and_changes_nothing(made: Root) -> None:
    before = made.files()
    assert set(plan(made).values()) == {("skip", "up to date")}
    assert made.files() == before


@pytest.mark.parametrize(
    ("flags", "first", "reason"),
    [
        (("--epochs", "4"), "trainTvae", "epochs changed from 3 to 4"),
        (("--patience", "5"), "trainTvae", "patience changed from 0 to 5"),
        (("--time_limit", "60"), "trainTvae", "time_limit changed from 0 to 60"),
        (("--num_samples", "3000"), "generateDataset", "num_samples changed from 2000 to 3000"),
        (("--split_ratio", "0.6,0.2,0.2"), "generateDataset", "split_ratio changed from [0.7, 0.15, 0.15] to [0.6, 0.2, 0.2]"),
        (("--seed_samples", "1600"), "generateSeed", "num_samples changed from 1500 to 1600"),
        (("--force",), "createProfile", "forced"),
    ],
)  # fmt: skip
def test_a_changed_parameter_makes_its_step_and_those_after_it_run(
    made: Root, flags: tuple[str, ...], first: str, reason: str
) -> None:
    planned = plan(made, *flags)
    assert planned[first] == ("run", reason)
    at = list(planned).index(first)
    assert [action for action, _ in planned.values()] == ["skip"] * at + ["run"] * (7 - at)


def _configure(root: Root) -> None:
    config = {**machine_config(MADE), "sampling_interval_minutes": 30}
    (root.path / f"fleet/{MADE}.json").write_text(json.dumps(config), "utf-8")


def _append(pattern: str) -> Callable[[Root], None]:
    def change(root: Root) -> None:
        (path,) = root.path.glob(pattern)
        path.write_bytes(path.read_bytes() + b" ")

    return change


def _remove(pattern: str) -> Callable[[Root], None]:
    def change(root: Root) -> None:
        (path,) = root.path.glob(pattern)
        path.unlink()

    return change


@pytest.mark.parametrize(
    ("change", "first", "reason"),
    [
        (_configure, "createProfile", "configuration changed"),
        (_append("metadata/*"), "createProfile", f"metadata/{MADE}_metadata.json was changed"),
        (_append("seed_data/*.csv"), "generateSeed", f"seed_data/{MADE}_temporal_seed.csv was changed"),
        (_append("models/*.pkl"), "trainTvae", f"models/{MADE}_tvae_temporal.pkl was changed"),
        (_remove("models/*.pkl"), "trainTvae", f"models/{MADE}_tvae_temporal.pkl is missing"),
        (_append("data/generations/*/*/val.parquet"), "generateDataset", "val.parquet was changed"),
        (_remove("manifests/*"), "createProfile", "never made"),
    ],
)  # fmt: skip
def test_what_was_changed_or_removed_is_made_again(
    made: Root, change: Callable[[Root], None], first: str, reason: str
) -> None:
    change(made)
    action, why = plan(made)[first]
    assert action == "run"
    assert reason in why


def test_a_manifest_that_is_no_json_makes_everything_run_again(made: Root) -> None:
    (made.path / f"manifests/{MADE}.json").write_text("{", "utf-8")
    assert plan(made)["createProfile"] == ("run", "never made")
    assert made.call(CREATE, "--machine_id", MADE).code == 0
    assert plan(made)["createProfile"] == ("skip", "up to date")


def test_the_manifest_says_where_an_artifact_comes_from(made: Root) -> None:
    assert (
        made.call(SEED, "--machine_id", MADE, "--num_samples", "1600", "--seed", "7", "--fleet_run", "nightly").code
        == 0
    )
    record = json.loads((made.path / f"manifests/{MADE}.json").read_text("utf-8"))["steps"]["generateSeed"]
    assert record["parameters"] == {"num_samples": 1600, "seed": 7}
    assert record["fleetRun"] == "nightly"
    assert set(record["inputs"]["files"]) == {"profile"}
    assert record["outputs"][0]["path"] == f"seed_data/{MADE}_temporal_seed.csv"
    assert len(record["outputs"][0]["sha256"]) == 64
    assert record["codeVersion"]


def test_a_changed_data_set_is_neither_valid_nor_published(made: Root) -> None:
    assert made.call(SAMPLE, "--machine_id", MADE, "--num_samples", "3000", "--stage").code == 0
    published = (made.path / f"data/synthetic/{MADE}").resolve()
    ran = made.call(PUBLISH, "--machine_id", MADE)
    assert ran.code == 3
    assert VALIDATE.rsplit("/", 1)[-1] in ran.last["hint"]
    assert (made.path / f"data/synthetic/{MADE}").resolve() == published


def test_training_goes_by_what_the_seed_is_now(made: Root) -> None:
    _append("seed_data/*.csv")(made)
    ran = made.call(TRAIN, "--machine_id", MADE, "--epochs", "3", "--skip_if_current")
    assert not (ran.code == 0 and ran.last["skipped"])
