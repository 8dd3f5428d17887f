"""Is a seed fit to train on? One that is not fails a named check before time is spent on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from support import CHECK_SEED, CREATE, SEED, TRAIN, Ran, Root, sensor

MACHINE = "pump_a"


@pytest.fixture
def seeded(root: Root) -> Root:
    """A machine with a seed of 1,500 rows in some 20 runs."""
    root.add(MACHINE)
    assert root.call(CREATE, "--machine_id", MACHINE).code == 0
    assert root.call(SEED, "--machine_id", MACHINE, "--num_samples", "1500").code == 0
    return root


def seed_of(root: Root) -> Path:
    return root.path / f"seed_data/{MACHINE}_temporal_seed.csv"


def check(root: Root) -> Ran:
    return root.call(CHECK_SEED, "--machine_id", MACHINE)


def edit(root: Root, change: Callable[[pa.Table], pa.Table]) -> None:
    csv.write_csv(change(csv.read_csv(seed_of(root))), seed_of(root))


def put(column: str, value: Callable[[np.ndarray[Any, Any]], Any]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        values = value(table.column(column).to_numpy(zero_copy_only=False).copy())
        return table.set_column(table.column_names.index(column), column, pa.array(values))

    return change


def _at(row: int, value: float) -> Callable[[np.ndarray[Any, Any]], Any]:
    def change(values: np.ndarray[Any, Any]) -> Any:
        changed = values.astype(float)
        changed[row] = value
        return changed

    return change


def test_a_seed_of_its_own_physics_passes(seeded: Root) -> None:
    ran = check(seeded)
    assert (ran.code, ran.last["verdict"]) == (0, "pass")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("vibration", _at(3, np.nan)), "vibration: 1 of 1500 values are missing, NaN or infinite (first in row 4)"),
        (put("vibration", _at(3, np.inf)), "vibration: 1 of 1500 values are missing, NaN or infinite (first in row 4)"),
        (put("rul", _at(3, np.nan)), "rul: 1 of 1500 values"),
        (put("vibration", lambda v: v * 100), "Feature ranges: outside: vibration"),
        (put("rul", lambda v: v[::-1]), "RUL decreasing: 1.4%"),
        (put("rul", lambda v: v + 5), "RUL ends at 0: False"),
        (put("timestamp", lambda v: v[::-1]), "Timestamp sorted: False"),
        (lambda table: table.take(np.r_[1, 0, 2 : len(table)]), "Timestamp sorted: False"),
        (
            put("failure_mode", lambda v: np.array(["rust", *v[1:]])),
            "failure_mode: 'rust' in row 1 is not one of bearing_wear, seal_leak",
        ),
        (put("run_id", lambda v: np.where(v == 3, 1, v)), "the rows of a run do not stand together"),
        (put("run_id", lambda v: np.ones_like(v)), "Whole runs: 1"),
        (lambda table: table.slice(0, 3), "Rows: 3"),
        (lambda table: table.slice(0, 0), "has no rows"),
        (lambda table: table.drop_columns(["vibration"]), "columns are missing: vibration"),
    ],
)
def test_what_is_wrong_with_a_seed_is_named_and_it_is_not_trained_on(
    seeded: Root, change: Callable[[pa.Table], pa.Table], message: str
) -> None:
    edit(seeded, change)
    ran = check(seeded)
    assert ran.code == 4
    assert message in ran.last["message"]
    assert SEED in ran.last["hint"]
    trained = seeded.call(TRAIN, "--machine_id", MACHINE, "--epochs", "1")
    assert trained.code in (2, 3)
    assert not (seeded.path / f"models/{MACHINE}_tvae_temporal.pkl").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"", "is not a readable CSV"),
        (lambda data: data[:-30], "is not a readable CSV"),
        (lambda data: data.replace(b"bearing_wear", "Schädén".encode("latin-1")), "is not UTF-8"),
        (lambda data: data.replace(b'"temperature"', b'"vibration"', 1), "duplicate columns: vibration"),
        (lambda data: data.replace(b",", b";"), "columns are missing"),
        (lambda data: bytes(range(256)) * 20, "pump_a_temporal_seed.csv"),
    ],
    ids=["empty", "cut off", "not UTF-8", "columns twice", "wrong delimiter", "no text at all"],
)
def test_a_damaged_seed_file_is_refused_without_a_stack_trace(
    seeded: Root, change: Callable[[bytes], bytes], message: str
) -> None:
    seed_of(seeded).write_bytes(change(seed_of(seeded).read_bytes()))
    ran = check(seeded)
    assert (ran.code, ran.last["code"]) == (4, "SEED_INVALID")
    assert message in ran.last["message"]
    assert "Traceback" not in ran.stderr


def test_a_constant_sensor_is_a_warning_and_only_constant_ones_a_failure(seeded: Root) -> None:
    edit(seeded, put("vibration", lambda v: np.full_like(v, 2.0)))
    ran = check(seeded)
    assert (ran.code, ran.last["verdict"]) == (0, "warn")
    assert seeded.run(TRAIN, "--machine_id", MACHINE, "--epochs", "2").code == 0
    edit(seeded, put("temperature", lambda v: np.full_like(v, 50.0)))
    refused = check(seeded)
    assert refused.code == 4
    assert "Constant sensors: vibration, temperature" in refused.last["message"]


def test_a_check_that_fails_leaves_its_report(seeded: Root) -> None:
    edit(seeded, put("rul", lambda v: v + 5))
    check(seeded)
    assert '"RUL ends at 0"' in (seeded.path / f"seed_data/{MACHINE}_seed_report.json").read_text("utf-8")


def test_two_hundred_sensors_are_seeded_and_checked(root: Root) -> None:
    root.add(
        MACHINE,
        sensors=[sensor(f"s{at}", 2, 5, 8) for at in range(200)],
        failure_modes=[{"name": "wear", "effects": []}],
    )
    assert root.call(CREATE, "--machine_id", MACHINE).code == 0
    assert root.call(SEED, "--machine_id", MACHINE, "--num_samples", "1000").code == 0
    assert check(root).code == 0
    assert len(csv.read_csv(seed_of(root)).column_names) == 204


def test_rul_falls_as_fast_as_time_passes(seeded: Root) -> None:
    edit(seeded, put("rul", lambda v: v * 2))
    ran = check(seeded)
    assert ran.code == 4
    assert "RUL falls with time" in ran.last["message"]
