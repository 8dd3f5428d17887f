"""A sensor's resolution: values are whole multiples of it, found at import or declared in the profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from gan.data.resolution import on_resolution, to_resolution
from gan.data.runs import Floats
from gan.machine.profile import parse_profile
from gan.recording.resolution import find_resolution
from support import CHECK_SEED, CREATE, SAMPLE, SEED, TRAIN, Root, machine_config, sensor

RNG = np.random.default_rng(0)
COURSE = 2388 + 40 * RNG.random(200)


@pytest.mark.parametrize(
    ("values", "resolution"),
    [
        (COURSE.round(), 1.0),
        (COURSE.round(2), 0.01),
        (-COURSE.round(4), 0.0001),
        (np.round(COURSE / 0.05) * 0.05, 0.05),
        (np.round(COURSE / 2) * 2, 2.0),
        (np.round(COURSE / 0.25) * 0.25, 0.05),
        (COURSE.round(-1), 10.0),
        (np.array([0.0, 1.0, 1.0, 0.0]), 1.0),
        (np.array([0.0, 12.0, 24.0]), 12.0),
        (np.array([21.6, 21.61, 21.6]), 0.01),
        (np.array([100.0, 103.0]), 1.0),
        (np.array([0.0, 1.0, 3.0]), 1.0),
        (np.array([0.02, 3.0]), 0.01),
        (np.append(COURSE.round(1), np.nan), 0.1),
        (COURSE, None),
        (COURSE.astype(np.float32).astype(np.float64), None),
        (1e9 + COURSE, None),
        (np.full(9, 518.67), None),
    ],
    ids=[
        "integers",
        "0.01",
        "negative, 0.0001",
        "0.05, computed",
        "even numbers",
        "quarters",
        "tens",
        "a flag",
        "levels",
        "two near levels",
        "levels that are no multiples",
        "levels not evenly spaced",
        "levels far apart",
        "with a gap",
        "continuous",
        "continuous, 32 bits",
        "continuous, far from 0",
        "constant",
    ],
)
def test_the_resolution_is_the_step_of_which_all_values_are_multiples(values: Floats, resolution: float | None) -> None:
    assert find_resolution(values) == resolution


@pytest.mark.parametrize("resolution", [0.1, 0.01, 0.3, 1.0, 7.0, 1e-6])
def test_values_are_the_nearest_decimals_within_the_limits(resolution: float) -> None:
    rounded = to_resolution(COURSE - 2408, resolution, -15.5, 15.5)
    assert [float(f"{value:.12g}") for value in rounded] == rounded.tolist()
    assert on_resolution(rounded, resolution)
    assert -15.5 <= rounded.min() < rounded.max() <= 15.5
    inside = np.abs(COURSE - 2408) < 15.5 - resolution
    assert np.abs(rounded - (COURSE - 2408))[inside].max() <= resolution * 0.5001


def test_limits_that_are_multiples_are_reached() -> None:
    assert to_resolution(np.array([-9.0, 9.0]), 0.1, -0.3, 0.7).tolist() == [-0.3, 0.7]


def test_there_is_one_zero() -> None:
    assert not np.signbit(to_resolution(np.array([-0.01, 0.01]), 0.1, -1, 1)).any()


def test_a_profile_says_a_resolution_only_where_there_is_one() -> None:
    config = machine_config(
        "pump_steps", sensors=[sensor("vibration", 2, 5, 8, resolution=0.5), sensor("temperature", 50, 70, 90)]
    )
    sensors = parse_profile(config).to_json()["sensors"]
    assert sensors[0]["resolution"] == 0.5
    assert "resolution" not in sensors[1]


def test_a_declared_resolution_is_that_of_seed_and_data_set(root: Root) -> None:
    steps = [sensor("vibration", 2, 5, 8, resolution=0.05), sensor("temperature", 50, 70, 90, resolution=1)]
    machine = root.add("pump_steps", sensors=[*steps, sensor("current", 10, 20, 30)])
    chain = (
        (CREATE, ()),
        (SEED, ("--num_samples", "1500")),
        (CHECK_SEED, ()),
        (TRAIN, ("--epochs", "2")),
        (SAMPLE, ("--num_samples", "2000")),
    )
    for script, args in chain:
        ran = root.call(script, "--machine_id", machine, *args)
        assert ran.code == 0, ran.stdout
    seed = csv.read_csv(root.file("seed", machine))
    data = pq.read_table(root.path / "data/synthetic" / machine / "train.parquet")
    for table in (seed, data):
        values = {name: table.column(name).to_numpy().astype(float) for name in ("vibration", "temperature", "current")}
        assert find_resolution(values["vibration"]) == 0.05
        assert find_resolution(values["temperature"]) == 1
        assert not on_resolution(values["current"], 0.01)
    assert data.schema.field("vibration").metadata == {b"unit": b"u", b"resolution": b"0.05"}
    assert data.schema.field("current").metadata == {b"unit": b"u"}


def test_what_was_recorded_keeps_its_digits_and_the_resolution_is_told(root: Root) -> None:
    life = np.tile(np.linspace(0, 1, 30), 4)
    speed = np.round(2388 + 4 * life + RNG.normal(0, 0.3, 120), 2)
    columns = {
        "unit": np.repeat(np.arange(1, 5), 30),
        "speed": speed,
        "bleed": np.round(390 + 5 * life + RNG.normal(0, 1, 120)),
        "valve": np.arange(120) // 7 % 2,
        "flow": 10 + life + RNG.normal(0, 0.1, 120),
    }
    notes = _import(root, columns)
    assert "resolution: speed 0.01, bleed 1, valve 1" in notes
    assert not any("valve has" in note for note in notes)
    sensors = json.loads(root.file("configuration", "pump_own").read_text("utf-8"))["sensors"]
    assert {s["name"]: s.get("resolution") for s in sensors} == {"speed": 0.01, "bleed": 1, "valve": 1, "flow": None}
    assert csv.read_csv(root.file("seed", "pump_own")).column("speed").to_pylist() == speed.tolist()


def test_rows_off_the_resolution_of_their_profile_are_told_and_kept(root: Root) -> None:
    steps = sensor("speed", 10, 20, 30, resolution=0.5)
    machine = root.add("pump_own", sensors=[steps], failure_modes=[{"name": "wear", "effects": []}])
    speed = np.round(10 + RNG.normal(0, 1, 60), 3)
    notes = _import(root, {"unit": np.repeat([1, 2], 30), "speed": speed})
    assert "speed: not multiples of 0.5, its resolution; synthetic values will be" in notes
    assert csv.read_csv(root.file("seed", machine)).column("speed").to_pylist() == speed.tolist()


def _import(root: Root, columns: dict[str, Any]) -> list[str]:
    """What the import of hourly rows noted."""
    file: Path = root.path.parent / "steps.csv"
    rows = "\n".join(",".join(str(value) for value in row) for row in zip(*columns.values(), strict=True))
    file.write_text(f"{','.join(columns)}\n{rows}\n", "utf-8")
    args = ("--machine_id", "pump_own", "--csv", str(file), "--interval_minutes", "60")
    ran = root.call("GAN/scripts/import_seed.py", *args)
    assert ran.code == 0, ran.stdout
    return [str(event["message"]) for event in ran.of("warning")]
