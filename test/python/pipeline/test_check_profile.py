"""A draft of a machine's configuration, however incomplete, is answered with all that a person needs to go on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support import PROJECT, SCRIPTS, Root, machine_config

CHECK = f"{SCRIPTS}/check_profile.py"
ANSWER = Draft202012Validator(json.loads((PROJECT / "contracts/generated/draft.schema.json").read_text("utf-8")))

# As the document that this project implements has it: no range, no limit, no noise, no effect.
DRAFT: dict[str, Any] = {
    "machine_id": "pump_005",
    "machine_type": "pump",
    "sensors": [
        {"name": "vibration_rms", "unit": "mm/s", "type": "numerical", "description": "drive end"},
        {"name": "temperature", "unit": "C", "type": "numerical", "description": ""},
    ],
    "operational_parameters": {"rated_power_kw": 15},
    "failure_modes": [{"name": "bearing_wear", "description": "fatigue of the drive-end bearing"}],
}


def answer(root: Root, draft: object, *flags: str) -> dict[str, Any]:
    ran = root.call(CHECK, "--config", json.dumps(draft), *flags)
    assert ran.code == 0, ran.stdout
    data: dict[str, Any] = json.loads(json.dumps(ran.last["data"]))
    # The profile is filled in with its defaults by whoever reads it.
    ANSWER.validate({**data, "profile": None})
    return data


def test_what_is_missing_is_proposed_and_noted_with_what_it_rests_on(root: Root) -> None:
    found = answer(root, DRAFT)
    assert found["problems"] == []
    assumed = {one["field"]: one for one in found["assumed"]}
    assert "ISO 20816-3" in assumed["sensors.0.trip"]["basis"]
    sensor = found["profile"]["sensors"][0]
    assert assumed["sensors.0.trip"]["value"] == sensor["trip"]
    assert sensor["physical_min"] <= sensor["normal"] < sensor["warning"] < sensor["trip"] <= sensor["physical_max"]
    moved = {effect["sensor"]: effect["direction"] for effect in found["profile"]["failure_modes"][0]["effects"]}
    assert moved == {"vibration_rms": "up", "temperature": "up"}


def test_all_that_is_wrong_is_said_at_once_and_what_can_be_is_proposed_all_the_same(root: Root) -> None:
    sensors = [*DRAFT["sensors"], {"name": "goodness", "unit": "quux"}, {"name": "speed", "unit": "rpm", "max": "high"}]
    found = answer(root, {"machine_type": "spaceship", "sensors": sensors})
    fields = [problem["field"] for problem in found["problems"]]
    assert set(fields) == {
        "machine_id",
        "machine_type",
        "sensors.3.physical_max",
        "sensors.2.physical_min",
        "sensors.2.physical_max",
    }
    hints = {problem["field"]: problem["hint"] for problem in found["problems"]}
    assert '"physical_min" and "physical_max"' in hints["sensors.2.physical_min"]
    assert found["profile"] is None
    assert "sensors.0.normal" in {one["field"] for one in found["assumed"]}


@pytest.mark.parametrize("draft", [None, [], "pump", 3, {}])
def test_what_is_no_configuration_is_a_problem_and_no_failure(root: Root, draft: object) -> None:
    assert answer(root, draft)["problems"]


def test_some_runs_are_simulated_with_few_enough_points_to_draw(root: Root) -> None:
    found = answer(root, {**DRAFT, "wear": {"max_rul_hours": 20_000}, "sampling_interval_minutes": 2}, "--preview")
    assert len(found["preview"]) == 3
    for run in found["preview"]:
        points = len(run["timeHours"])
        assert 100 < points <= 200
        assert run["failureMode"] == "bearing_wear"
        assert run["rul"][-1] == 0
        assert run["rul"][0] == pytest.approx(run["timeHours"][-1])
        assert run["lengthHours"] == pytest.approx(run["rul"][0], rel=0.02)
        assert {name: len(values) for name, values in run["sensors"].items()} == {
            "vibration_rms": points,
            "temperature": points,
        }
        assert run["sensors"]["vibration_rms"][-1] > 5


def warnings(root: Root, **changes: Any) -> dict[str, str]:
    found = answer(root, machine_config("pump_a", **changes))
    assert found["problems"] == []
    return {warning["code"]: warning["field"] for warning in found["warnings"]}


def test_a_sensor_that_no_failure_moves_and_a_failure_that_moves_no_sensor_are_told(root: Root) -> None:
    modes = machine_config("pump_a")["failure_modes"]
    told = warnings(root, failure_modes=[modes[0], {**modes[1], "effects": []}])
    assert told["UNMOVED_SENSOR"] == "sensors.1"
    assert told["SILENT_FAILURE"] == "failure_modes.1.effects"


def test_runs_that_never_end_or_are_too_short_or_too_long_are_told(root: Root) -> None:
    assert warnings(root, failure_modes=[])["NO_FAILURES"] == "failure_modes"
    assert "SHORT_RUNS" in warnings(root, wear={"max_rul_hours": 100})
    assert "LONG_RUNS" in warnings(root, wear={"max_rul_hours": 5000})
    assert not {"SHORT_RUNS", "LONG_RUNS"} & set(warnings(root, wear={"max_rul_hours": 500}))


def test_rows_too_far_apart_to_simulate_are_a_problem(root: Root) -> None:
    [problem] = answer(root, machine_config("pump_a", sampling_interval_minutes=600))["problems"]
    assert problem["field"] == "sampling_interval_minutes"


def test_limits_that_noise_reaches_and_failures_that_hardly_show_are_told(root: Root) -> None:
    config = machine_config("pump_a", wear={"max_rul_hours": 500})
    config["sensors"][0]["noise_std"] = 2
    config["failure_modes"][1]["effects"][0]["strength"] = 0.2
    found = answer(root, config)
    assert {(w["code"], w["field"]) for w in found["warnings"]} == {
        ("WARNS_BY_NOISE", "sensors.0.warning"),
        ("NEVER_TRIPS", "failure_modes.1.effects"),
    }
