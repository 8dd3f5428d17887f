"""What is up to date is skipped, and a plan says which steps would run and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gan.pipeline import registry
from gan.pipeline.registry import step_named
from support import CHAIN, CREATE, MADE, PLAN, PUBLISH, SAMPLE, SEED, TRAIN, VALIDATE, Root, machine_config

SMALL = ("--seed_samples", "1500", "--epochs", "3", "--num_samples", "2000")


def planned_steps(root: Root, *flags: str) -> dict[str, dict[str, Any]]:
    """The plan of the chain that has run, by step."""
    ran = root.call(PLAN, "--machine_ids", MADE, *SMALL, *flags)
    assert ran.code == 0
    (machine,) = ran.last["data"]["machines"]
    return {step["step"]: step for step in machine["steps"]}


def plan(root: Root, *flags: str) -> dict[str, tuple[str, str]]:
    """Of each step: run or skip, and why."""
    return {name: (step["action"], step["reason"]) for name, step in planned_steps(root, *flags).items()}


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
        (
            ("--split_ratio", "0.6,0.2,0.2"),
            "generateDataset",
            "split_ratio changed from [0.7, 0.15, 0.15] to [0.6, 0.2, 0.2]",
        ),
        (("--seed_samples", "1600"), "generateSeed", "num_samples changed from 1500 to 1600"),
        (("--force",), "createProfile", "forced"),
    ],
)
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
)
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
    assert record["version"] == step_named("generateSeed").version


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


def _declare(monkeypatch: pytest.MonkeyPatch, name: str, version: str) -> None:
    chain = [replace(step, version=version) if step.name == name else step for step in registry.CHAIN]
    monkeypatch.setattr(registry, "CHAIN", tuple(chain))


def test_another_version_of_a_step_makes_it_and_those_after_it_run(made: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    now = registry.step_named("trainTvae").version
    after = str(int(now) + 1)
    _declare(monkeypatch, "trainTvae", after)
    planned = planned_steps(made)
    assert planned["validateSeed"]["stale"] is None
    assert planned["trainTvae"]["reason"] == f"version of training changed from {now} to {after}"
    assert planned["trainTvae"]["stale"] == {"kind": "version", "name": "training", "before": now, "after": after}
    assert planned["generateDataset"]["stale"] == {"kind": "upstream", "name": "trainTvae"}


def test_another_version_of_the_pages_makes_nothing_run(made: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = registry.PAGES, str(int(registry.PAGES) + 1)
    monkeypatch.setattr(registry, "PAGES", after)
    assert set(plan(made).values()) == {("skip", "up to date")}
    (page,) = made.path.glob("data/generations/*/*/report.html")
    assert f'<meta name="version" content="{before}">' in page.read_text("utf-8")
    assert made.call(VALIDATE, "--machine_id", MADE).code == 0
    assert f'<meta name="version" content="{after}">' in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "flags", "step", "stale"),
    [
        (None, ("--epochs", "4"), "trainTvae", {"kind": "parameter", "name": "epochs", "before": 3, "after": 4}),
        (None, ("--force",), "trainTvae", {"kind": "forced"}),
        (_remove("manifests/*"), (), "createProfile", {"kind": "neverMade"}),
        (
            _remove("seed_data/*.csv"),
            (),
            "generateSeed",
            {"kind": "outputMissing", "path": f"seed_data/{MADE}_temporal_seed.csv"},
        ),
        (
            _append("seed_data/*.csv"),
            (),
            "generateSeed",
            {"kind": "outputChanged", "path": f"seed_data/{MADE}_temporal_seed.csv"},
        ),
    ],
)
def test_why_a_step_runs_is_typed(
    made: Root, change: Callable[[Root], None] | None, flags: tuple[str, ...], step: str, stale: dict[str, Any]
) -> None:
    if change is not None:
        change(made)
    assert planned_steps(made, *flags)[step]["stale"] == stale


def test_what_a_step_read_is_told_by_its_digests(made: Root) -> None:
    _configure(made)
    stale = planned_steps(made)["createProfile"]["stale"]
    assert (stale["kind"], stale["name"]) == ("input", "configuration")
    assert stale["before"] != stale["after"]


def test_what_an_earlier_release_made_is_made_again_once(made: Root) -> None:
    """0.1.0 wrote a digest of sources, `codeVersion`, where a step now has its version."""
    path = made.path / f"manifests/{MADE}.json"
    body = json.loads(path.read_text("utf-8"))
    for record in body["steps"].values():
        del record["version"]
        record |= {"codeVersion": "0123456789ab", "inputsDigest": "of its sources too"}
    path.write_text(json.dumps(body), "utf-8")
    planned = planned_steps(made)["createProfile"]
    assert planned["reason"] == "made before profile creation had a version"
    assert planned["stale"] == {"kind": "version", "name": "profile creation", "before": None, "after": "1"}
    for script, args in CHAIN:
        assert made.call(script, "--machine_id", MADE, *args, "--skip_if_current").code == 0
    assert set(plan(made).values()) == {("skip", "up to date")}
