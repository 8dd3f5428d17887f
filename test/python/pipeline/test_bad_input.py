"""Bad input is refused with the field, the value and what is allowed; no stack trace, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support import (
    CHECK_SEED,
    CREATE,
    MADE,
    PROJECT,
    PUBLISH,
    SAMPLE,
    SCRIPTS,
    SEED,
    TRAIN,
    VALIDATE,
    Ran,
    Root,
    machine_config,
    sensor,
)

STEPS = (CREATE, SEED, CHECK_SEED, TRAIN, SAMPLE, VALIDATE, PUBLISH)
TWIN = sensor("vibration", 2, 5, 8)


def refused(ran: Ran, code: int, field: str | None, *words: str) -> None:
    """A refusal: one error event, last; its message has all these words; nothing looks like a stack trace."""
    assert ran.code == code, ran.stdout + ran.stderr
    assert [event["event"] for event in ran.events if event["event"] in ("error", "result")] == ["error"]
    error = ran.last
    assert error["exitCode"] == code
    assert error["field"] == field
    assert error["retryable"] is False
    said = f"{error['message']} {error['hint']}"
    assert not [word for word in words if word not in said], said
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("machine_id", ["../x", "A B", "x" * 200, "", "a__b", "a.json"])
def test_a_malformed_machine_id(root: Root, machine_id: str) -> None:
    ran = root.call(TRAIN, "--machine_id", machine_id)
    refused(ran, 2, "machine_id", repr(machine_id)[:60], "lower-case letters, digits and single underscores", "64")
    assert not root.path.exists()


@pytest.mark.parametrize("script", STEPS)
def test_an_unknown_machine(root: Root, script: str) -> None:
    root.add("pump_a")
    before = root.files()
    refused(root.call(script, "--machine_id", "nowhere"), 2, "machine_id", "nowhere", "pump_a", "--config")
    assert root.files() == before
    assert [path.name for path in root.path.iterdir()] == ["fleet"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sensors": []}, "sensors", ["list of 0", "1 to 200"]),
        ({"sensors": [TWIN, TWIN]}, "sensors.1.name", ["vibration", "unique"]),
        (
            {"sensors": [{**TWIN, "physical_min": 40, "physical_max": 32}]},
            "sensors.0.physical_min",
            ["40", "below physical_max 32"],
        ),
        (
            {"sensors": [{**TWIN, "physical_min": 32, "physical_max": 32}]},
            "sensors.0.physical_min",
            ["32", "below physical_max 32"],
        ),
        ({"sensors": [{**TWIN, "normal": 99}]}, "sensors.0.normal", ["99", "0 to 32"]),
        ({"sensors": [{**TWIN, "warning": 9}]}, "sensors.0.warning", ["9", "between normal 2 and trip 8"]),
        ({"sensors": [{**TWIN, "name": "rul"}]}, "sensors.0.name", ["rul", "and not timestamp, rul"]),
        ({"sensors": [{**TWIN, "noise_std": -1}]}, "sensors.0.noise_std", ["-1", "at least 0"]),
        ({"sensors": [{**TWIN, "physical_max": "high"}]}, "sensors.0.physical_max", ["high", "a number"]),
        ({"sensors": [{**TWIN, "colour": "red"}]}, "sensors.0.colour", ["red", "no such field"]),
        ({"machine_type": "spaceship"}, "machine_type", ["spaceship", "motor, pump, cnc"]),
        ({"machine_id": "pump_b"}, "machine_id", ["pump_b", "pump_a"]),
        ({"sampling_interval_minutes": 0}, "sampling_interval_minutes", ["got 0", "a number of 1e-7 to 1000000"]),
    ],
)
def test_a_wrong_profile(root: Root, changes: dict[str, Any], field: str, words: list[str]) -> None:
    ran = root.call(
        CREATE, "--machine_id", "pump_a", "--config", json.dumps(machine_config("pump_a", failure_modes=[], **changes))
    )
    refused(ran, 2, field, *words)
    assert not root.path.exists()


def test_every_problem_of_a_profile_is_named_at_once(root: Root) -> None:
    config = machine_config("pump_a", machine_type="spaceship", sampling_interval_minutes=-1)
    message = root.call(CREATE, "--machine_id", "pump_a", "--config", json.dumps(config)).last["message"]
    assert "spaceship" in message
    assert "sampling_interval_minutes: must be a number of 1e-7 to 1000000 (got -1)" in message


@pytest.mark.parametrize("config", ["{", "[]", "/nowhere.json", '{"machine_id": "pump_a", "machine_id": "pump_b"}'])
def test_a_configuration_that_is_no_json_object(root: Root, config: str) -> None:
    ran = root.call(CREATE, "--machine_id", "pump_a", "--config", config)
    assert ran.code == 2
    assert ran.last["field"] in ("config", "machine_id")
    assert not root.path.exists()


@pytest.mark.parametrize(
    ("script", "flags", "field", "words"),
    [
        (TRAIN, ["--epochs", "0"], "epochs", ["0 is not allowed", "1 to 100000"]),
        (TRAIN, ["--epochs", "many"], "epochs", ["'many' is not a whole number", "1 to 100000"]),
        (TRAIN, ["--batch_size", "-5"], "batch_size", ["-5 is not allowed"]),
        (TRAIN, ["--seed", "-1"], "seed", ["-1 is not allowed"]),
        (TRAIN, ["--epoch", "5"], None, ["--epoch 5", "--help"]),
        (SEED, ["--num_samples", "10"], "num_samples", ["10 is not allowed", "100 to 10000000"]),
        (SAMPLE, ["--num_samples", "0"], "num_samples", ["0 is not allowed"]),
        (SAMPLE, ["--split_ratio", "0.7,0.2,0.2"], "split_ratio", ["0.7,0.2,0.2", "sum to 1"]),
        (SAMPLE, ["--split_ratio", "0.7", "0.3"], "split_ratio", ["0.7 0.3", "three shares"]),
        (SAMPLE, ["--split_ratio", "1,0,0"], "split_ratio", ["1,0,0", "above 0"]),
        (SAMPLE, ["--split_ratio", "nan,0.5,0.5"], "split_ratio", ["nan,0.5,0.5"]),
    ],
)
def test_a_wrong_flag(made: Root, script: str, flags: list[str], field: str | None, words: list[str]) -> None:
    before = made.files()
    refused(made.call(script, "--machine_id", MADE, *flags), 2, field, *words)
    assert made.files() == before


@pytest.mark.parametrize("column", ["vibration", "rul", "run_id", "failure_mode"])
def test_a_seed_with_a_missing_value(made: Root, column: str) -> None:
    path = made.path / f"seed_data/{MADE}_temporal_seed.csv"
    lines = path.read_text("utf-8").splitlines()
    at = lines[0].replace('"', "").split(",").index(column)
    row = lines[7].split(",")
    row[at] = "NaN"
    path.write_text("\n".join([*lines[:7], ",".join(row), *lines[8:]]) + "\n", "utf-8")
    before = made.files()
    refused(made.call(TRAIN, "--machine_id", MADE), 2, column, path.name, "row 7")
    refused(made.call(CHECK_SEED, "--machine_id", MADE), 4, column, path.name, "row 7")
    assert made.files() == before


@pytest.mark.parametrize(
    ("script", "gone", "maker"),
    [
        (SEED, "metadata/*", "create_metadata.py"),
        (TRAIN, "seed_data/*.csv", "generate_seed_from_profile.py"),
        (SAMPLE, "models/*.pkl", "train_tvae_machine.py"),
        (VALIDATE, "data/generations/*/*/test.parquet", "generate_synthetic_data.py"),
        (PUBLISH, "data/generations/*/*/report.json", "validate_new_machine.py"),
        (f"{SCRIPTS}/read_synthetic_data.py", "data/synthetic/*", f"machine run {MADE}"),
        (f"{SCRIPTS}/test_ml_readiness.py", "data/synthetic/*", f"machine run {MADE}"),
        (f"{SCRIPTS}/read_profile.py", "metadata/*", "create_metadata.py"),
    ],
)
def test_a_missing_prerequisite_names_the_command_that_makes_it(made: Root, script: str, gone: str, maker: str) -> None:
    for path in made.path.glob(gone):
        path.unlink()
    before = made.files()
    ran = made.call(script, "--machine_id", MADE)
    refused(ran, 3, ran.last["field"], MADE, maker)
    assert made.files() == before


def test_by_hand_the_error_goes_to_stderr_with_what_to_do_next(root: Root) -> None:
    ran = root.by_hand(TRAIN, "--machine_id", "nowhere")
    assert ran.code == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("❌ machine_id: no machine nowhere")
    assert "→ " in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("script", sorted(path.name for path in (PROJECT / SCRIPTS).glob("[!_]*.py")))
def test_every_script_has_help_and_the_common_flags(root: Root, script: str) -> None:
    ran = root.ask(f"{SCRIPTS}/{script}", "--help")
    assert ran.code == 0
    for flag in ("--root", "--seed", "--progress"):
        assert flag in ran.stdout
