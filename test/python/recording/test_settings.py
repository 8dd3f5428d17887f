"""Settings among recorded columns: declared, known by name, or recognised by their values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan.data.runs import Runs
from gan.machine.profile import load_profile
from gan.recording.grid import RecordedRun
from gan.recording.observed_profile import observed_configuration
from gan.recording.settings import at_one_point, find_settings, parse_settings
from gan.runtime.errors import InvalidInput
from gan.store.local import LocalStore
from operated import SETTINGS, SPREAD, six_points, varying_load
from support import Ran, Root


def recorded(runs: Runs) -> list[RecordedRun]:
    bounds = zip(runs.ids(), runs.starts(), runs.starts() + runs.lengths(), strict=True)
    return [
        RecordedRun(str(label), 0.0, np.arange(b - a) * 1.0, runs.values[a:b], "wear", np.arange(a, b))
        for label, a, b in bounds
    ]


@pytest.mark.parametrize("dwell", [1, 8])
def test_settings_are_recognised_by_their_values(dwell: int) -> None:
    runs, notes = six_points(dwell=dwell), list[str]()
    found = find_settings(recorded(runs), runs.sensors, None, notes)
    assert found == (*SETTINGS, "inlet"), "what a setting fixes is as good as set; a switch that little follows is not"
    assert "6 operating points of height, speed, demand, inlet: 0.00" in notes[1]


def test_a_name_tells_a_setting() -> None:
    runs = varying_load()
    assert find_settings(recorded(runs), runs.sensors, None, []) == ()
    assert find_settings(recorded(runs), ("load_setpoint", "current"), None, []) == ("load_setpoint",)


def test_levels_that_follow_wear_are_no_setting() -> None:
    runs = six_points()
    life = (runs.position() + 1) / np.repeat(runs.lengths(), runs.lengths())
    values = np.column_stack([life > 0.7, 10 * (life > 0.7) + np.random.default_rng(0).normal(0, 1, len(life))])
    alarm = Runs(**{**vars(runs), "sensors": ("alarm", "vibration"), "values": values})
    assert find_settings(recorded(alarm), alarm.sensors, None, []) == ()


def test_declared_settings_count_alone() -> None:
    runs = six_points()
    assert find_settings(recorded(runs), runs.sensors, ("height",), []) == ("height",)
    assert find_settings(recorded(runs), runs.sensors, parse_settings("none", runs.sensors), []) == ()
    with pytest.raises(InvalidInput, match="no sensor pace"):
        parse_settings("pace", runs.sensors)
    with pytest.raises(InvalidInput, match="nothing is left"):
        parse_settings(",".join(runs.sensors), runs.sensors)


def test_the_profile_has_the_settings_and_keeps_to_them(root: Root) -> None:
    runs = six_points(runs=4, rows=40)
    lines = [",".join(("unit", *runs.sensors))]
    lines += [f"{unit},{','.join(f'{v:.6g}' for v in row)}" for unit, row in zip(runs.run_id, runs.values, strict=True)]
    file = Path(root.path.parent / "points.csv")
    file.write_text("\n".join(lines) + "\n", "utf-8")

    def imports(*args: str) -> Ran:
        given = ("--machine_id", "pump_own", "--csv", str(file), "--interval_minutes", "60", *args)
        return root.call("GAN/scripts/import_seed.py", *given)

    assert imports("--settings", "height, speed,demand").code == 0
    profile = load_profile(LocalStore(root.path), "pump_own")
    assert profile.settings == SETTINGS
    assert not {effect.sensor for mode in profile.failure_modes for effect in mode.effects} & set(SETTINGS)
    refused = imports("--settings", "height", "--replace")
    assert (refused.code, refused.last["field"]) == (2, "settings")
    assert imports("--settings", "height", "--replace", "--new_profile").code == 0


def test_noise_and_effects_are_those_at_a_point() -> None:
    """Not the jumps between points, of which a limit would make a wide bend."""
    runs = six_points(runs=20)
    steady = at_one_point(recorded(runs), runs.sensors, SETTINGS)
    made = observed_configuration("pump_a", recorded(runs), runs.sensors, {}, 1, {}, (), {}, SETTINGS, steady)
    sensors = {sensor["name"]: sensor for sensor in made["sensors"]}
    assert sensors["temperature"]["noise_std"] == pytest.approx(float(np.median(SPREAD)), rel=0.3)
    assert sensors["inlet"]["noise_std"] == 0
    assert [effect["sensor"] for effect in made["failure_modes"][0]["effects"]] == ["temperature"]
