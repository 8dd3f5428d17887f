"""Many machines in one call, without Temporal; and what only reads."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from support import CHAIN, HEALTH, MADE, PLAN, SCRIPTS, Root

ALL = f"{SCRIPTS}/generate_all_synthetic_data.py"
MISSING = f"{SCRIPTS}/train_all_remaining_machines.py"
SMALL = ("--seed_samples", "1500", "--epochs", "2", "--num_samples", "2000")


@pytest.fixture
def small_fleet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the project's own 26 machines."""
    monkeypatch.setattr("gan.store.fleet.PROJECT_ROOT", str(tmp_path / "nowhere"))


@pytest.mark.usefixtures("small_fleet")
def test_a_machine_that_fails_does_not_keep_the_others_from_theirs(made: Root) -> None:
    made.add("pump_broken", sensors=[])
    made.add("pump_a")
    ran = made.call(ALL, *SMALL)
    assert ran.code == 2
    assert ran.last["code"] == "MACHINES_FAILED"
    assert "1 of 3 machines failed: pump_broken" in ran.last["message"]
    assert [warning["code"] for warning in ran.of("warning")].count("MACHINE_FAILED") == 1
    assert (made.path / "data/synthetic/pump_a/train.parquet").is_file()


@pytest.mark.usefixtures("small_fleet")
def test_machines_without_a_model_are_found_and_trained(made: Root) -> None:
    made.add("pump_a")
    ran = made.ask(MISSING, *SMALL)
    assert ran.code == 0
    assert "Found 1 machines without models" in ran.stdout
    assert (made.path / "models/pump_a_tvae_temporal.pkl").is_file()
    assert "Found 0 machines without models" in made.ask(MISSING, *SMALL).stdout


@pytest.mark.usefixtures("small_fleet")
def test_health_tells_of_each_machine_what_it_has(made: Root) -> None:
    made.add("pump_a")
    ran = made.call(HEALTH)
    assert ran.code == 0
    assert ran.last["data"]["machines"] == [
        {"machineId": "pump_a", "metadata": False, "model": False, "data": False},
        {"machineId": MADE, "metadata": True, "model": True, "data": True},
    ]
    said = made.ask(HEALTH).stdout
    assert "🟡 Model Missing  pump_a" in said
    assert f"🟢 Fully Ready  {MADE}" in said


@pytest.mark.usefixtures("small_fleet")
@pytest.mark.parametrize(
    ("damaged", "word"),
    [
        (f"models/{MADE}_tvae_temporal.pkl", "🟡 Model Missing"),
        (f"data/synthetic/{MADE}/val.parquet", "🔴 Data Missing"),
    ],
)
def test_a_damaged_artifact_is_not_healthy(made: Root, damaged: str, word: str) -> None:
    (made.path / damaged).write_bytes(b"damaged")
    assert f"{word}  {MADE}" in made.ask(HEALTH).stdout


@pytest.mark.usefixtures("small_fleet")
@pytest.mark.parametrize(
    "content", ["[]", "3", '"text"', "null", "{}", "[" * 100_000, '{"steps": {"trainTvae": [], "generateDataset": {}}}']
)
@pytest.mark.parametrize(
    "file", [f"models/{MADE}_tvae_temporal.pkl", f"manifests/{MADE}.json", f"data/synthetic/{MADE}/report.json"]
)
def test_what_is_not_what_it_should_be_concerns_its_own_machine_only(made: Root, file: str, content: str) -> None:
    made.add("pump_a")
    path = made.path / file
    if path.suffix == ".pkl":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("header.json", content)
    else:
        path.write_text(content, "utf-8")
    ran = made.call(HEALTH)
    assert ran.code == 0, ran.stderr
    assert [machine["machineId"] for machine in ran.last["data"]["machines"]] == ["pump_a", MADE]
    assert made.call(PLAN, "--machine_ids", f"pump_a,{MADE}").code == 0


def test_a_plan_takes_the_machines_that_are_named(root: Root) -> None:
    root.add("pump_a")
    ran = root.call(PLAN, "--machine_ids", "pump_a,pump_a")
    assert [machine["machineId"] for machine in ran.last["data"]["machines"]] == ["pump_a"]
    refused = root.call(PLAN, "--machine_ids", "pump_a,nowhere")
    assert refused.code == 2
    assert "nowhere" in refused.last["message"]


def test_the_profile_can_be_read(made_root: Root) -> None:
    ran = made_root.call(f"{SCRIPTS}/read_profile.py", "--machine_id", MADE)
    assert ran.last["data"]["profile"]["manufacturer"] == "Test"


def test_the_newest_rows_of_a_data_set_can_be_read(made_root: Root) -> None:
    flags = ("--machine_id", MADE, "--split", "val", "--rows", "5")
    data = made_root.call(f"{SCRIPTS}/read_synthetic_data.py", *flags).last["data"]
    assert data["total"] == 300
    assert data["columns"] == ["timestamp", "rul", "vibration", "temperature", "failure_mode", "run_id"]
    assert len(data["rows"]) == 5
    assert data["rows"][-1]["rul"] == 0
    text = made_root.ask(f"{SCRIPTS}/read_synthetic_data.py", *flags).stdout
    assert len(list(csv.reader(io.StringIO(text.strip())))) == 6


def test_a_published_data_set_is_ready_for_training(made_root: Root) -> None:
    ran = made_root.call(f"{SCRIPTS}/test_ml_readiness.py", "--machine_id", MADE)
    assert ran.code == 0
    assert ran.last["verdict"] == "pass"


@pytest.mark.usefixtures("small_fleet")
def test_a_machine_without_failure_modes_goes_the_same_way_without_rul(root: Root) -> None:
    root.add("fan_a", machine_type="fan", failure_modes=[])
    for script, args in CHAIN:
        ran = root.call(script, "--machine_id", "fan_a", *args)
        assert ran.code == 0, ran.last
    columns = root.call(f"{SCRIPTS}/read_synthetic_data.py", "--machine_id", "fan_a").last["data"]["columns"]
    assert columns == ["timestamp", "vibration", "temperature", "run_id"]
