"""The 26 configurations, by what an engineer would look at first."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from gan.machine.profile import Profile, parse_profile
from support import PROJECT

FOLDER = PROJECT / "GAN/fleet"
# machine_id, machine_type, manufacturer, model: the fleet that this project is about.
FLEET = """\
motor_siemens_1la7_001,motor,Siemens,1LA7
motor_abb_m3bp_002,motor,ABB,M3BP
motor_weg_w22_003,motor,WEG,W22
pump_grundfos_cr3_004,pump,Grundfos,CR 3
pump_flowserve_ansi_005,pump,Flowserve,ANSI process pump
pump_ksb_etanorm_006,pump,KSB,Etanorm
fan_ebm_papst_a3g710_007,fan,ebm-papst,A3G710
fan_howden_buffalo_008,fan,Howden,Buffalo
compressor_ingersoll_rand_2545_009,compressor,Ingersoll Rand,2545
compressor_atlas_copco_ga30_001,compressor,Atlas Copco,GA 30
cnc_dmg_mori_nlx_010,cnc,DMG Mori,NLX
cnc_dmg_mori_ntx_001,cnc,DMG Mori,NTX
cnc_haas_vf2_001,cnc,Haas,VF-2
cnc_haas_vf3_001,cnc,Haas,VF-3
cnc_makino_a51nx_001,cnc,Makino,a51nx
cnc_mazak_variaxis_001,cnc,Mazak,VARIAXIS
cnc_okuma_lb3000_001,cnc,Okuma,LB3000
cnc_fanuc_robodrill_001,cnc,FANUC,ROBODRILL
hydraulic_beckwood_press_011,hydraulic,Beckwood,hydraulic press
hydraulic_parker_hpu_012,hydraulic,Parker,HPU
conveyor_dorner_2200_013,conveyor,Dorner,2200
conveyor_hytrol_e24ez_014,conveyor,Hytrol,E24EZ
robot_fanuc_m20ia_015,robot,FANUC,M-20iA
robot_abb_irb6700_016,robot,ABB,IRB 6700
transformer_square_d_017,transformer,Square D,dry-type transformer
cooling_tower_bac_vti_018,cooling_tower,BAC,VTI
"""
ROWS = list(csv.reader(FLEET.splitlines()))


def read(machine_id: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads((FOLDER / f"{machine_id}.json").read_text("utf-8"))
    return given


def profile(machine_id: str) -> Profile:
    return parse_profile(read(machine_id))


each = pytest.mark.parametrize("machine_id", [row[0] for row in ROWS])


def test_the_fleet_is_these_26_machines() -> None:
    assert len(ROWS) == 26
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(row[0] for row in ROWS)


@pytest.mark.parametrize(("machine_id", "machine_type", "maker", "model"), ROWS, ids=[row[0] for row in ROWS])
def test_each_is_of_its_type_maker_and_model(machine_id: str, machine_type: str, maker: str, model: str) -> None:
    found = profile(machine_id)
    assert (found.machine_id, found.machine_type, found.manufacturer) == (machine_id, machine_type, maker)
    assert found.model == model or model.split()[0].lower() in f"{found.model} {found.description}".lower()


@each
def test_each_has_5_to_20_sensors_with_unit_range_normal_warning_and_trip(machine_id: str) -> None:
    given = read(machine_id)["sensors"]
    assert 5 <= len(given) <= 20
    for sensor in profile(machine_id).sensors:
        assert sensor.unit, sensor.name
        assert sensor.description, sensor.name
        assert sensor.warning is not None, sensor.name
        assert sensor.trip is not None, sensor.name
        assert sensor.physical_min <= sensor.trip <= sensor.physical_max, sensor.name
        assert sensor.physical_min < sensor.normal < sensor.physical_max, sensor.name
        assert sensor.warning not in (sensor.normal, sensor.trip), sensor.name


@each
def test_a_healthy_machine_does_not_warn_by_noise_alone(machine_id: str) -> None:
    for sensor in profile(machine_id).sensors:
        assert sensor.warning is not None
        assert abs(sensor.warning - sensor.normal) > 3 * sensor.noise_std, sensor.name


@each
def test_each_gives_the_basis_of_limits_and_its_rated_data(machine_id: str) -> None:
    found = profile(machine_id)
    assert sum(sensor.limit_basis is not None for sensor in found.sensors) >= 1
    assert len(found.operational_parameters or {}) >= 4
    assert any(name.startswith(("rated", "max")) for name in found.operational_parameters or {})


@each
def test_each_has_2_to_5_failure_modes_that_move_different_sensors(machine_id: str) -> None:
    found = profile(machine_id)
    assert 2 <= len(found.failure_modes) <= 5
    limits = {sensor.name: (sensor.normal, sensor.trip) for sensor in found.sensors}
    signatures = set()
    for mode in found.failure_modes:
        assert mode.description, mode.name
        assert mode.effects, mode.name
        assert max(effect.strength for effect in mode.effects) >= 0.8, f"{mode.name} trips nothing"
        strongest = max(mode.effects, key=lambda effect: effect.strength)
        normal, trip = limits[strongest.sensor]
        assert trip is not None
        # What ends the run does so at the trip limit.
        assert (strongest.direction == "up") == (trip > normal), (
            f"{mode.name} moves {strongest.sensor} away from its trip"
        )
        signatures.add(frozenset((effect.sensor, effect.direction) for effect in mode.effects))
    assert len(signatures) == len(found.failure_modes), "two failure modes look alike"
