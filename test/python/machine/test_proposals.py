"""What the trade knows of quantities and failures: recognised by name, unit and description, in the unit asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gan.machine.profile import Profile, Sensor
from gan.machine.proposals.completion import assumptions, complete, parse_configuration
from gan.machine.proposals.failures import GENERAL, KINDS, kind_of
from gan.machine.proposals.quantities import QUANTITIES, recognised
from gan.machine.proposals.units import base_unit
from gan.machine.wear import MACHINE_TYPES
from support import PROJECT


def draft(*sensors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"machine_id": "a_1", "machine_type": "pump", "sensors": list(sensors), **changes}


def only_sensor(**given: Any) -> Sensor:
    return parse_configuration(draft(given)).sensors[0]


@pytest.mark.parametrize(
    ("name", "unit", "description", "key"),
    [
        ("vibration_rms", "mm/s", "", "vibration velocity"),
        ("de_horizontal", "mm/s RMS", "", "vibration velocity"),
        ("bearing_accel", "g", "", "vibration acceleration"),
        ("shaft_x", "µm", "", "displacement"),
        ("belt_speed", "m/s", "", "linear speed"),
        ("temp_1", "°C", "drive-end bearing", "temperature"),
        ("t1", "°C", "", "temperature"),
        ("x1", "°C", "stator winding", "winding temperature"),
        ("bearing_temperature", "°F", "", "bearing temperature"),
        ("oil_temp", "K", "", "oil temperature"),
        ("coil_temp", "C", "", "winding temperature"),
        ("x", "C", "", None),
        ("suction_pressure", "psi", "", "suction pressure"),
        ("filter_dp", "mbar", "", "differential pressure"),
        ("motor_current", "A", "", "current"),
        ("i_l1", "A", "", "current"),
        ("supply_voltage", "V", "", "voltage"),
        ("motor_power", "kW", "", "power"),
        ("flow", "m³/h", "", "flow"),
        ("q", "gpm", "", "flow"),
        ("seal_leakage", "ml/h", "", "leakage"),
        ("rotational_speed", "rpm", "", "speed"),
        ("torque", "Nm", "", "torque"),
        ("humidity", "%", "", "humidity"),
        ("valve_position", "%", "", "valve position"),
        ("tank_level", "%", "", "level"),
        ("efficiency", "%", "", "efficiency"),
        ("noise", "dB(A)", "", "sound"),
        ("oil_viscosity", "cSt", "", "viscosity"),
        ("iron", "ppm", "", "wear metal"),
        ("insulation_resistance", "MΩ", "", "insulation"),
        ("particle_count", "", "", "particles"),
        ("power_factor", "", "", "power factor"),
        ("start_count", "count", "", "events"),
        ("goodness", "quux", "", None),
        ("temperature", "quux", "", None),
    ],
)
def test_a_quantity_is_recognised(name: str, unit: str, description: str, key: str | None) -> None:
    found = recognised(name, unit, description)
    assert (None if found is None else found.key) == key


@pytest.mark.parametrize("machine_type", MACHINE_TYPES)
def test_every_quantity_gives_a_sensor_that_keeps_the_contract_on_every_type_of_machine(machine_type: str) -> None:
    for quantity in QUANTITIES:
        word = quantity.key.replace(" ", "_")
        unit = base_unit(quantity.dimension)
        completion = complete(draft({"name": word, "unit": unit}, machine_type=machine_type))
        assert completion.problems == [], word


def test_usual_values_come_in_the_unit_of_the_sensor() -> None:
    celsius, fahrenheit = (only_sensor(name="bearing_temperature", unit=unit) for unit in ("C", "F"))
    assert fahrenheit.trip == pytest.approx(celsius.trip * 1.8 + 32)  # type: ignore[operator]
    assert fahrenheit.noise_std == pytest.approx(celsius.noise_std * 1.8)
    bar, psi = (only_sensor(name="suction_pressure", unit=unit) for unit in ("bar", "psi"))
    assert psi.normal == pytest.approx(bar.normal / 0.0689476, rel=1e-3)


def test_rated_values_of_the_machine_count_more_than_what_is_usual_of_its_type() -> None:
    power = {"name": "motor_power", "unit": "W"}
    usual, rated = (
        parse_configuration(draft(power, operational_parameters=given)).sensors[0]
        for given in ({}, {"rated_power_kw": 55})
    )
    assert rated.trip == pytest.approx(1.1 * 55_000)
    assert usual.trip != rated.trip
    assert "rated_power_kw 55" in rated.assumed["trip"]


def test_what_was_given_stays_and_the_rest_is_fitted_to_it() -> None:
    sensor = only_sensor(name="vibration", unit="mm/s", min=0, max=20, normal=3, warning=6)
    assert (sensor.physical_min, sensor.physical_max, sensor.normal, sensor.warning) == (0, 20, 3, 6)
    assert sensor.trip == 7.1
    assert set(sensor.assumed) == {"trip", "noise_std", "drift_std", "load_gain"}
    large = only_sensor(name="motor_current", unit="A", normal=400)
    assert large.warning is not None and large.trip is not None
    assert 400 < large.warning < large.trip < large.physical_max


def test_a_normal_value_lies_on_the_healthy_side_of_limits_that_were_given() -> None:
    up = only_sensor(name="goodness", unit="quux", min=0, max=100, warning=20, trip=30)
    down = only_sensor(name="goodness", unit="quux", min=0, max=100, warning=70, trip=60)
    assert up.normal < 20
    assert down.normal > 70


def test_a_complete_sensor_is_left_as_it_is() -> None:
    given = {"name": "vibration", "unit": "mm/s", "physical_min": 0, "physical_max": 20, "normal": 2, "noise_std": 0.1}
    sensor = only_sensor(**given)
    assert (sensor.trip, sensor.load_gain, dict(sensor.assumed)) == (None, 0, {})


@pytest.mark.parametrize(
    ("name", "description", "kind"),
    [
        ("bearing_wear", "", "bearing"),
        ("spindle_bearing_wear", "", "bearing"),
        ("rotor_imbalance", "", "rotor"),
        ("seal_leak", "", "seal"),
        ("impeller_cavitation", "", "hydraulic"),
        ("filter_clogging", "", "fouling"),
        ("winding_insulation", "", "thermal"),
        ("tool_wear", "", "tool"),
        ("gear_wear", "", "transmission"),
        ("lubrication_loss", "", "lubrication"),
        ("f1", "the bearing spalls", "bearing"),
        ("f1", "found while monitoring an industrial site", None),
    ],
)
def test_the_kind_of_a_failure_is_known_by_its_words(name: str, description: str, kind: str | None) -> None:
    assert kind_of(name, description) == kind


def test_failures_move_only_quantities_that_there_are() -> None:
    keys = {quantity.key for quantity in QUANTITIES}
    for kind, responses in [*((kind, responses) for kind, (_, responses) in KINDS.items()), ("general", GENERAL)]:
        assert set(responses) <= keys, (kind, set(responses) - keys)


def pump(*modes: Any) -> Profile:
    vibration, flow = {"name": "vibration", "unit": "mm/s"}, {"name": "flow", "unit": "m3/h"}
    return parse_configuration(draft(vibration, flow, failure_modes=list(modes)))


def test_a_failure_moves_its_sensors_the_strongest_to_its_trip_limit() -> None:
    bearing, seal = pump("bearing wear", "seal leak").failure_modes
    assert {(e.sensor, e.direction) for e in bearing.effects} == {("vibration", "up")}
    assert {(e.sensor, e.direction) for e in seal.effects} == {("vibration", "up"), ("flow", "down")}
    assert max(effect.strength for effect in seal.effects) == 1
    assert "of the kind seal" in seal.assumed["effects"]


def test_sensors_named_as_moved_are_moved_in_the_usual_direction() -> None:
    [mode] = pump({"name": "wear", "sensors": ["flow", {"sensor": "vibration", "strength": 0.3}]}).failure_modes
    assert [(e.sensor, e.direction) for e in mode.effects] == [("flow", "down"), ("vibration", "up")]
    assert mode.effects[1].strength == 0.3


def test_a_switch_follows_operation_or_wear_by_its_words() -> None:
    running, alarm = {"name": "running", "type": "boolean"}, {"name": "alarm", "type": "bool"}
    vibration = {"name": "vibration", "unit": "mm/s"}
    profile = parse_configuration(draft(running, alarm, vibration, failure_modes=["bearing wear"]))
    assert (profile.sensors[0].normal, profile.sensors[1].normal) == (1, 0)
    assert {e.sensor for e in profile.failure_modes[0].effects} == {"alarm", "vibration"}
    assert len(profile.operating.regimes) == 2


def test_what_is_assumed_can_be_listed_and_completing_again_adds_nothing() -> None:
    given = draft({"name": "vibration", "unit": "mm/s"}, failure_modes=["bearing wear"])
    once = complete(given).configuration
    assert complete(once).configuration == once
    listed = {one["field"]: one["value"] for one in assumptions(once)}
    assert listed["sensors.0.trip"] == once["sensors"][0]["trip"]
    assert listed["sampling_interval_minutes"] == 60
    assert given == draft({"name": "vibration", "unit": "mm/s"}, failure_modes=["bearing wear"])


def test_the_example_of_the_documentation_lacks_nothing_that_must_be_asked() -> None:
    page = (PROJECT / "docs/machines.md").read_text("utf-8")
    example = json.loads(page.split("```json")[1].split("```")[0])
    profile = parse_configuration(example)
    assert all(mode.effects for mode in profile.failure_modes)


def test_the_interval_leaves_enough_rows_in_a_run_and_not_too_many() -> None:
    for hours in (1, 30, 500, 20_000, 1e6):
        profile = parse_configuration(draft({"name": "vibration", "unit": "mm/s"}, wear={"max_rul_hours": hours}))
        assert 150 <= profile.mean_run_rows <= 2000, hours
