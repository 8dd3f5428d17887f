"""Your own data: recorded rows become a machine's seed, and everything downstream works as with a simulated one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

import progpy_data
from gan.data.limits import limit_widths, soft_limit
from gan.data.runs import Runs
from gan.data.tables import digits_of, read_seed, running_rows, significant
from gan.machine.profile import Profile, load_profile
from gan.store.layout import key_of
from gan.synthesis.model import load_model
from support import CHECK_SEED, CREATE, PLAN, SAMPLE, SEED, TRAIN, VALIDATE, Ran, Root, sensor

IMPORT = "GAN/scripts/import_seed.py"
RUNS, ROWS = 4, 30
Columns = dict[str, list[Any]]


def recorded(runs: int = RUNS, rows: int = ROWS) -> Columns:
    """Hourly rows of runs that end in wear: vibration rises, temperature stays. A week lies between runs."""
    rng = np.random.default_rng(0)
    life = np.tile(np.linspace(0, 1, rows), runs)
    hour = np.tile(np.arange(rows), runs) + np.repeat(np.arange(runs) * (rows + 168), rows)
    stamps = np.datetime64("2024-05-01T00:00:00") + hour.astype("timedelta64[h]")
    return {
        "time": [stamp.isoformat() for stamp in stamps.tolist()],
        "unit": np.repeat(np.arange(1, runs + 1), rows).tolist(),
        "vibration": (2 + 5 * life**3 + rng.normal(0, 0.05, runs * rows)).tolist(),
        "temperature": (50 + rng.normal(0, 1, runs * rows)).tolist(),
    }


def without(columns: Columns, *names: str) -> Columns:
    return {name: values for name, values in columns.items() if name not in names}


def text_of(columns: Columns, delimiter: str = ",") -> str:
    lines = [
        delimiter.join(columns),
        *(delimiter.join("" if v is None else str(v) for v in row) for row in zip(*columns.values(), strict=True)),
    ]
    return "\n".join(lines) + "\n"


class Plant:
    """A data root, and a file of recorded rows to import into it."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self.file = root.path.parent / "recorded.csv"
        self.file.parent.mkdir(parents=True, exist_ok=True)

    def imports(self, rows: Columns | str | bytes | Path, *args: str, machine_id: str = "pump_own") -> Ran:
        if isinstance(rows, dict):
            rows = text_of(rows)
        if isinstance(rows, str):
            rows = rows.encode()
        if isinstance(rows, bytes):
            self.file.write_bytes(rows)
        file = rows if isinstance(rows, Path) else self.file
        return self.root.call(IMPORT, "--machine_id", machine_id, "--csv", str(file), *args)

    @property
    def profile(self) -> Profile:
        return load_profile(self.root.store, "pump_own")

    @property
    def seed(self) -> Runs:
        return read_seed(self.root.store, "pump_own", self.profile)

    @property
    def configuration(self) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(self.root.file("configuration", "pump_own").read_text("utf-8"))
        return given


@pytest.fixture
def plant(root: Root) -> Plant:
    return Plant(root)


@pytest.fixture(scope="session")
def pumps() -> bytes:
    return progpy_data.pump_csv()


def said(ran: Ran) -> str:
    return " | ".join(str(event["message"]) for event in ran.of("warning"))


def test_pumps_that_nasas_progpy_ran_to_failure_go_through_the_whole_chain(plant: Plant, pumps: bytes) -> None:
    ran = plant.imports(pumps, "--map", progpy_data.map_flag(), "--machine_type", "pump")
    assert ran.code == 0, ran.stdout
    truth = progpy_data.simulate_pump()
    runs = plant.seed
    assert runs.lengths().tolist() == truth.lengths
    assert runs.modes == ("impeller_wear_failure", "radial_bearing_overheat", "thrust_bearing_overheat")
    assert runs.rul_h is not None
    assert runs.rul_h[0] == pytest.approx((truth.lengths[0] - 1) / 60)
    assert np.allclose(runs.values[: truth.lengths[0]], truth.values[: truth.lengths[0], 0], rtol=1e-5)
    for script, args in ((CHECK_SEED, ()), (TRAIN, ("--epochs", "3")), (SAMPLE, ("--num_samples", "2000"))):
        done = plant.root.run(script, "--machine_id", "pump_own", *args)
        assert done.code == 0, done.stdout
    # Three epochs make no good data; that they are measured is what counts.
    assert plant.root.run(VALIDATE, "--machine_id", "pump_own").code in (0, 4)


def test_the_profile_is_made_from_what_was_seen(plant: Plant, pumps: bytes) -> None:
    given = (
        "--machine_type",
        "pump",
        "--manufacturer",
        "Müller & Söhne",
        "--model",
        "Größe 3 – 泵",
        "--description",
        "aus Halle 2",
    )
    assert plant.imports(pumps, "--map", progpy_data.map_flag(), *given).code == 0
    profile = plant.profile
    assert (profile.manufacturer, profile.model, profile.machine_type) == ("Müller & Söhne", "Größe 3 – 泵", "pump")
    assert profile.sampling_interval_minutes == pytest.approx(1)
    assert profile.sensor_names == tuple(progpy_data.SENSORS.values())
    sensors = {s.name: s for s in profile.sensors}
    thrust = sensors["thrust_bearing_temperature"]
    assert (thrust.unit, thrust.warning, thrust.trip) == ("K", None, None)
    assert 293 < thrust.normal < 325
    assert thrust.physical_min < 290 < 371 < thrust.physical_max
    assert thrust.noise_std == pytest.approx(0.2, rel=0.5)
    assert profile.wear.max_rul_hours == pytest.approx(max(progpy_data.simulate_pump().lengths) / 60, rel=1e-3)
    effects = {mode.name: {e.sensor: e.direction for e in mode.effects} for mode in profile.failure_modes}
    assert effects["thrust_bearing_overheat"]["thrust_bearing_temperature"] == "up"
    assert effects["radial_bearing_overheat"]["radial_bearing_temperature"] == "up"
    assert "ambient_temperature" not in effects["impeller_wear_failure"]
    assert sum(mode.probability for mode in profile.failure_modes) == pytest.approx(1)


def test_no_later_step_replaces_imported_rows(plant: Plant) -> None:
    assert plant.imports(recorded()).code == 0
    seed = plant.root.file("seed", "pump_own")
    before = seed.read_bytes()
    for args in ((), ("--num_samples", "500"), ("--seed", "9"), ("--skip_if_current",)):
        ran = plant.root.call(SEED, "--machine_id", "pump_own", *args)
        assert (ran.last["skipped"], ran.last["reason"]) == (True, "imported seed")
        assert seed.read_bytes() == before
    seed.unlink()
    assert plant.root.call(SEED, "--machine_id", "pump_own").code == 0
    assert seed.read_bytes() == before
    plant.root.file("manifest", "pump_own").unlink()
    assert plant.root.call(SEED, "--machine_id", "pump_own", "--skip_if_current").code == 0
    assert seed.read_bytes() == before


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_plan_skips_the_seed_of_an_imported_machine_forced_or_not(plant: Plant, force: Sequence[str]) -> None:
    plant.imports(recorded())
    [machine] = plant.root.call(PLAN, "--machine_ids", "pump_own", *force).last["data"]["machines"]
    steps = {step["step"]: (step["action"], step["reason"]) for step in machine["steps"]}
    assert steps["generateSeed"] == ("skip", "imported seed")
    assert steps["trainTvae"][0] == "run"


def test_the_manifest_says_what_was_imported_and_a_changed_import_makes_what_follows_stale(plant: Plant) -> None:
    plant.imports(recorded())
    plant.root.call(CHECK_SEED, "--machine_id", "pump_own")
    steps = json.loads(plant.root.file("manifest", "pump_own").read_text("utf-8"))["steps"]
    outputs = {output["path"]: output for output in steps["importSeed"]["outputs"]}
    assert outputs["recorded/pump_own.csv"]["rows"] == RUNS * ROWS
    assert steps["generateSeed"]["inputs"]["files"] == {"recorded": outputs["recorded/pump_own.csv"]["sha256"]}
    assert steps["importSeed"]["parameters"]["source"]
    rows = recorded(runs=5)
    refused = plant.imports(rows)
    assert (refused.code, refused.last["field"]) == (2, "replace")
    assert plant.imports(rows, "--replace", "--new_profile").code == 0
    [machine] = plant.root.call(PLAN, "--machine_ids", "pump_own").last["data"]["machines"]
    assert {step["step"]: step["action"] for step in machine["steps"]}["validateSeed"] == "run"
    assert len(plant.seed.ids()) == 5


def test_the_same_import_again_changes_nothing(plant: Plant) -> None:
    plant.imports(recorded())
    before = {path: data for path, data in plant.root.files().items() if "manifest" not in path}
    assert plant.imports(recorded()).code == 0
    assert {path: data for path, data in plant.root.files().items() if "manifest" not in path} == before


def _with_rul(columns: Columns, falls_by: float) -> Columns:
    return {**columns, "RUL": [falls_by * (ROWS - 1 - at % ROWS) for at in range(RUNS * ROWS)]}


@pytest.mark.parametrize(
    ("columns", "args"),
    [
        (recorded(), ()),
        (without({**recorded(), "Engine": recorded()["unit"]}, "unit"), ("--run_column", "Engine")),
        (without(recorded(), "unit"), ("--gap_hours", "24")),
        (without(_with_rul(recorded(), 1.0), "unit"), ()),
        (without(_with_rul(recorded(), 5.0), "unit"), ()),
    ],
    ids=["run column by its name", "run column named", "gaps in time", "jumps of RUL", "jumps of RUL in another unit"],
)
def test_runs_are_told_apart_and_rul_is_the_time_that_was_left(
    plant: Plant, columns: Columns, args: Sequence[str]
) -> None:
    assert plant.imports(columns, *args).code == 0
    runs = plant.seed
    assert runs.lengths().tolist() == [ROWS] * RUNS
    assert runs.rul_h is not None
    assert runs.rul_h.tolist() == [ROWS - 1 - at % ROWS for at in range(RUNS * ROWS)]
    assert runs.modes == ("failure",)


def _stamps(form: Callable[[np.datetime64], Any]) -> Columns:
    columns = recorded()
    return {**columns, "time": [form(np.datetime64(stamp)) for stamp in columns["time"]]}


@pytest.mark.parametrize(
    ("columns", "args"),
    [
        (_stamps(lambda t: str(t)), ()),
        (_stamps(lambda t: f"{t}+02:00"), ()),
        (_stamps(lambda t: f"{t}Z".replace("T", " ")), ()),
        (_stamps(lambda t: f"{t}.250"), ()),
        (_stamps(lambda t: int(t.astype("datetime64[s]").astype(int))), ()),
        (_stamps(lambda t: int(t.astype("datetime64[ms]").astype(int))), ()),
        (_stamps(lambda t: (t - np.datetime64("2024-05-01")) / np.timedelta64(1, "m")), ("--time_unit", "min")),
        (without(recorded(), "time"), ("--interval_minutes", "60")),
    ],
    ids=[
        "ISO",
        "ISO with offset",
        "ISO with space and Z",
        "with milliseconds",
        "Unix seconds",
        "Unix milliseconds",
        "minutes",
        "none",
    ],
)
def test_time_stamps_of_any_form_give_the_interval(plant: Plant, columns: Columns, args: Sequence[str]) -> None:
    ran = plant.imports(columns, *args)
    assert ran.code == 0, ran.last
    assert plant.profile.sampling_interval_minutes == 60
    assert (np.diff(plant.seed.time_h) > 0).all()
    assert plant.root.call(CHECK_SEED, "--machine_id", "pump_own").code == 0


def test_parquet_is_read_as_csv_is(plant: Plant) -> None:
    plant.imports(recorded())
    from_csv = plant.root.file("seed", "pump_own").read_bytes()
    file = plant.file.with_suffix(".parquet")
    pq.write_table(pa.table(recorded()), file)
    assert plant.imports(file).code == 0
    assert plant.root.file("seed", "pump_own").read_bytes() == from_csv


@pytest.mark.parametrize(
    ("columns", "args"),
    [
        ({**recorded(), "failure": ["wear" if at // ROWS != 2 else None for at in range(RUNS * ROWS)]}, ()),
        ({**recorded(), "failure": [int(at % ROWS == ROWS - 1 and at // ROWS != 2) for at in range(RUNS * ROWS)]}, ()),
        (recorded(), ("--censored", "3")),
        ({**recorded(), "rul": [ROWS - 1 - at % ROWS + 40 * (at // ROWS == 2) for at in range(RUNS * ROWS)]}, ()),
    ],
    ids=["no failure mode", "no failure flag", "named", "RUL does not end"],
)
def test_runs_without_a_failure_are_kept_apart(plant: Plant, columns: Columns, args: Sequence[str]) -> None:
    ran = plant.imports(columns, *args)
    assert ran.code == 0, ran.last
    assert "1 runs without a failure kept apart" in ran.last["summary"]
    assert len(plant.seed.ids()) == RUNS - 1
    apart = csv.read_csv(plant.root.file("censored", "pump_own"))
    assert apart.num_rows == ROWS
    assert apart.column_names == ["timestamp", "vibration", "temperature", "run_id"]
    assert apart.column("vibration")[0].as_py() == pytest.approx(columns["vibration"][2 * ROWS])


def test_a_run_that_was_still_running_makes_lives_longer(plant: Plant) -> None:
    sizes = [20, 22, 25, 27, 30, 33, 38, 45]
    rows = {**recorded(runs=8), "unit": np.repeat(np.arange(len(sizes)), sizes).tolist()}
    assert plant.imports(rows, "--censored", "7", "--drop", "time", "--interval_minutes", "60").code == 0
    assert running_rows(plant.root.store, "pump_own").tolist() == [45]
    for script, args in ((CHECK_SEED, ()), (TRAIN, ("--epochs", "1"))):
        assert plant.root.run(script, "--machine_id", "pump_own", *args).code == 0
    arrays = load_model(plant.root.store, "pump_own", plant.profile).arrays
    longest = arrays["unit_lengths"].argmax()
    assert arrays["unit_weights"].argmax() == longest and arrays["unit_weights"][longest] > 1.2 / len(arrays["units"])
    record = json.loads(plant.root.store.read(key_of("manifest", "pump_own")))["steps"]["trainTvae"]
    assert "censored" in record["inputs"]["files"], "other runs still running make another model"


def test_units_recorded_side_by_side_are_laid_one_after_another(plant: Plant) -> None:
    columns = recorded()
    ran = plant.imports({**columns, "time": columns["time"][:ROWS] * RUNS})
    assert "laid one after another" in said(ran)
    assert plant.seed.lengths().tolist() == [ROWS] * RUNS
    assert (np.diff(plant.seed.time_h) > 0).all()


def test_rows_out_of_order_are_sorted_within_their_run_and_that_is_said(plant: Plant) -> None:
    plant.imports(recorded())
    before = plant.root.file("seed", "pump_own").read_bytes()
    columns = recorded()
    order = [1, 0, *range(2, RUNS * ROWS)]
    ran = plant.imports({name: [values[at] for at in order] for name, values in columns.items()})
    assert "not in the order of time" in said(ran)
    assert plant.root.file("seed", "pump_own").read_bytes() == before


def test_time_stamps_a_little_off_are_put_on_the_grid_and_gaps_are_refused_until_resampling_is_asked_for(
    plant: Plant,
) -> None:
    columns = recorded()
    jittered = [
        str(np.datetime64(stamp) + np.timedelta64(90 * (at % 3), "s")) for at, stamp in enumerate(columns["time"])
    ]
    assert "put back onto the grid" in said(plant.imports({**columns, "time": jittered}))
    assert np.allclose(np.diff(plant.seed.time_h)[: ROWS - 1], 1)
    gappy = {name: [value for at, value in enumerate(values) if at not in (10, 11)] for name, values in columns.items()}
    refused = plant.imports(gappy, "--replace")
    assert (refused.code, refused.last["field"]) == (2, "timestamp")
    assert "longest gap 3 h" in refused.last["message"]
    assert "--resample" in refused.last["hint"]
    ran = plant.imports(gappy, "--replace", "--resample", "60")
    assert "interpolated" in said(ran)
    values = plant.seed.values[:, 0]
    assert plant.seed.lengths().tolist() == [ROWS] * RUNS
    assert values[10] == pytest.approx(values[9] + (values[12] - values[9]) / 3, rel=1e-4)


def test_values_that_are_missing_are_refused_or_interpolated_on_request(plant: Plant) -> None:
    columns = recorded()
    columns["vibration"][5], columns["vibration"][6] = None, float("inf")
    refused = plant.imports(columns)
    assert refused.code == 2
    assert "run 1: values are missing, NaN or infinite in 2 of 30 rows" in refused.last["message"]
    assert plant.imports(columns, "--resample", "60").code == 0
    assert np.isfinite(plant.seed.values).all()


def test_an_existing_profile_is_kept_and_its_sensors_are_found_by_name_or_map(plant: Plant) -> None:
    modes = [
        {
            "name": "wear",
            "probability": 1,
            "effects": [{"sensor": "vibration", "direction": "up", "strength": 1, "onset": 0}],
        }
    ]
    plant.root.add("pump_own", failure_modes=modes)
    configuration = plant.configuration
    missing = plant.imports({("Vib X" if name == "vibration" else name): values for name, values in recorded().items()})
    assert (missing.code, missing.last["field"]) == (2, "map")
    assert "no column for vibration" in missing.last["message"]
    extra = {("Vib X" if name == "vibration" else name): values for name, values in recorded().items()} | {
        "operator": ["A"] * RUNS * ROWS
    }
    ran = plant.imports(extra, "--map", "vibration=Vib X")
    assert ran.code == 0, ran.last
    assert "'operator' is left out" in said(ran)
    assert plant.configuration == configuration
    assert plant.seed.modes == ("wear",)


def _fahrenheit(columns: Columns) -> Columns:
    return {**columns, "temperature": [v * 1.8 + 32 for v in columns["temperature"]]}


def test_fahrenheit_for_celsius_is_seen_by_the_values_and_declared_units_are_compared(plant: Plant) -> None:
    def profile(physical_max: float) -> None:
        celsius = sensor("temperature", 50, 70, 90, unit="C", physical_max=physical_max)
        plant.root.add(
            "pump_own", sensors=[sensor("vibration", 2, 5, 8), celsius], failure_modes=[{"name": "wear", "effects": []}]
        )

    profile(110)
    refused = plant.imports(_fahrenheit(recorded()))
    assert (refused.code, refused.last["code"], refused.last["field"]) == (2, "UNIT_MISMATCH", "temperature")
    assert "they seem to be in °F" in refused.last["message"]
    profile(360)
    assert "is it in °F?" in said(plant.imports(_fahrenheit(recorded())))
    declared = plant.imports(recorded(), "--units", "temperature=°F", "--replace")
    assert (declared.code, declared.last["field"]) == (2, "units")
    heading = {("temperature [F]" if name == "temperature" else name): values for name, values in recorded().items()}
    assert plant.imports(heading, "--replace").last["field"] == "units"
    assert plant.imports(recorded(), "--units", "temperature=°C", "--replace").code == 0


def test_data_that_do_not_fit_an_existing_profile_are_refused(plant: Plant) -> None:
    plant.root.add("pump_own", sampling_interval_minutes=30)
    refused = plant.imports(recorded())
    assert (refused.code, refused.last["field"]) == (2, "sampling_interval_minutes")
    plant.root.add("pump_own")
    assert plant.imports(recorded(), "--no_failures").last["field"] == "no_failures"
    refused = plant.imports(recorded())
    assert (refused.code, refused.last["field"]) == (2, "failure_mode")
    assert "bearing_wear, seal_leak" in refused.last["message"]
    assert plant.imports(recorded(), "--failure_mode", "seal_leak").code == 0
    glitch = recorded()
    glitch["vibration"][7] = -4000
    refused = plant.imports(glitch, "--failure_mode", "seal_leak", "--replace")
    assert (refused.code, refused.last["field"]) == (2, "vibration")
    assert "first -4000 in row 8" in refused.last["message"]
    ran = plant.imports(glitch, "--failure_mode", "seal_leak", "--replace", "--resample", "60")
    assert "1 impossible values are taken as missing" in said(ran)


def test_a_machine_without_failures_is_imported_without_rul_and_says_so(plant: Plant) -> None:
    ran = plant.root.ask(IMPORT, "--machine_id", "pump_own", "--csv", str(_written(plant, recorded())), "--no_failures")
    assert "none: no RUL" in ran.stdout
    assert plant.seed.rul_h is None
    assert plant.root.call(CHECK_SEED, "--machine_id", "pump_own").code == 0


def _written(plant: Plant, columns: Columns) -> Path:
    plant.file.write_text(text_of(columns), "utf-8")
    return plant.file


def test_constant_sensors_stay_in_the_data_and_are_not_modelled(plant: Plant) -> None:
    ran = plant.imports({**recorded(), "Supply Voltage (V)": [400] * RUNS * ROWS, "spare": [None] * RUNS * ROWS})
    assert "column 'spare' is left out: it has no values" in said(ran)
    assert "constant: supply_voltage 400: in the data as they are, and not modelled" in said(ran)
    [kept] = [sensor for sensor in plant.profile.sensors if sensor.constant is not None]
    assert (kept.name, kept.unit, kept.constant) == ("supply_voltage", "V", 400)
    assert plant.root.call(CHECK_SEED, "--machine_id", "pump_own").code == 0
    for script, args in ((TRAIN, ("--epochs", "2")), (SAMPLE, ("--num_samples", "500"))):
        assert plant.root.run(script, "--machine_id", "pump_own", *args).code == 0
    assert plant.root.run(VALIDATE, "--machine_id", "pump_own").code in (0, 4)
    made = generated(plant)
    assert made["supply_voltage"].unique().to_pylist() == [400]
    [report] = plant.root.path.glob("data/generations/pump_own/*/report.html")
    assert "Constant sensors" in report.read_text("utf-8")


def generated(plant: Plant) -> pa.Table:
    """The only generation's training rows: whether so few runs are good enough to be shown is not the question."""
    [train] = plant.root.path.glob("data/generations/pump_own/*/train.parquet")
    return pq.read_table(train)


def test_a_constant_that_changes_in_other_rows_is_refused_by_the_profile_that_has_it(plant: Plant) -> None:
    still = {**recorded(), "supply": [400] * RUNS * ROWS}
    assert plant.imports(still).code == 0
    ran = plant.imports({**still, "supply": [400] * (RUNS * ROWS - 1) + [401]}, "--replace")
    assert (ran.code, ran.last["field"]) == (2, "supply")
    assert "400 is its constant value" in ran.last["message"]


def with_states() -> Columns:
    """A pump that runs or idles in turn, and whose alarm is on late in its runs."""
    columns = recorded()
    life = np.tile(np.linspace(0, 1, ROWS), RUNS)
    return {
        **columns,
        "mode": [("run", "idle", "eco")[at // 4 % 3] for at in range(RUNS * ROWS)],
        "alarm": ["on" if late else "off" for late in (life > 0.7)],
        "operator": np.repeat(["Kim", "Ada", "Kim", "Bo"], ROWS).tolist(),
    }


def test_words_that_change_are_states_and_those_that_name_runs_are_left_out(plant: Plant) -> None:
    ran = plant.imports(with_states())
    assert ran.code == 0, ran.stdout
    assert "states: mode (eco, idle, run)" in said(ran)
    assert "the same all through each run: 'operator'" in said(ran)
    kinds = {sensor.name: (sensor.type, sensor.categories) for sensor in plant.profile.sensors}
    assert kinds["mode"] == ("categorical", ("eco", "idle", "run"))
    assert kinds["alarm"] == ("boolean", ())
    [mode] = plant.profile.failure_modes
    assert {(e.sensor, e.direction) for e in mode.effects} >= {("alarm", "up"), ("vibration", "up")}
    seed = (plant.root.path / "seed_data/pump_own_temporal_seed.csv").read_text("utf-8").splitlines()
    assert '"run",false,' in seed[1]


def test_a_word_that_is_none_of_the_states_in_the_profile_is_refused_by_its_row(plant: Plant) -> None:
    assert plant.imports(with_states()).code == 0
    other = with_states()
    other["mode"][6] = "turbo"
    ran = plant.imports(other, "--replace")
    assert (ran.code, ran.last["field"]) == (2, "mode")
    assert "'turbo' in row 7 is not one of eco, idle, run" in ran.last["message"]


def test_states_hold_until_the_next_one_where_rows_are_interpolated(plant: Plant) -> None:
    assert plant.imports(with_states(), "--resample", "30").code == 0
    at = plant.profile.sensor_names.index("mode")
    assert set(plant.seed.values[:, at].tolist()) == {0.0, 1.0, 2.0}


def test_runs_keep_their_own_numbers_and_other_names_stand_beside_the_rows(plant: Plant) -> None:
    columns = {**recorded(), "failure": ["ImpellerWear"] * RUNS * ROWS}
    numbered = {**columns, "unit": np.repeat([0, 17, 4, 9], ROWS).tolist()}
    assert plant.imports(numbered).code == 0
    assert plant.seed.ids().tolist() == [0, 17, 4, 9]
    named = {**columns, "unit": np.repeat(["P-1", "P-2", "P-3", "P-4"], ROWS).tolist()}
    assert plant.imports(named, "--replace").code == 0
    assert plant.seed.ids().tolist() == [1, 2, 3, 4]
    names = json.loads(plant.root.file("ownNames", "pump_own").read_text("utf-8"))
    assert names["runs"] == {"1": "P-1", "2": "P-2", "3": "P-3", "4": "P-4"}
    assert names["failure_modes"] == {"impeller_wear": "ImpellerWear"}
    for script, args in ((TRAIN, ("--epochs", "2")), (SAMPLE, ("--num_samples", "500"))):
        assert plant.root.run(script, "--machine_id", "pump_own", *args).code == 0
    assert plant.root.call("GAN/scripts/export_cmapss.py", "--machine_id", "pump_own").code == 0
    beside = plant.root.path / "data/cmapss/pump_own/names.json"
    assert json.loads(beside.read_text("utf-8")) == names
    assert plant.root.run(VALIDATE, "--machine_id", "pump_own").code in (0, 4)
    [card] = plant.root.path.glob("data/generations/pump_own/*/README.md")
    assert "impeller_wear (recorded as “ImpellerWear”)" in card.read_text("utf-8")


def test_two_hundred_sensors_are_imported_and_more_are_refused(plant: Plant) -> None:
    def wide(sensors: int) -> Columns:
        columns = recorded()
        return {
            "time": columns["time"],
            "unit": columns["unit"],
            **{f"s{at}": columns["vibration"] for at in range(sensors)},
        }

    assert plant.imports(wide(200)).code == 0
    assert plant.root.call(CHECK_SEED, "--machine_id", "pump_own").code == 0
    refused = plant.imports(wide(201), "--new_profile", "--replace")
    assert refused.code == 2
    assert "1 to 200 sensors are allowed" in refused.last["message"]


def test_a_single_run_is_imported_but_does_not_pass_as_a_seed(plant: Plant) -> None:
    assert plant.imports(recorded(runs=1)).code == 0
    ran = plant.root.call(CHECK_SEED, "--machine_id", "pump_own")
    assert ran.code == 4
    assert "Whole runs: 1" in ran.last["message"]
    assert "import them again" in plant.root.call(CHECK_SEED, "--machine_id", "pump_own").last["hint"]


GOOD = text_of(recorded())
BAD: Mapping[str, tuple[str | bytes, tuple[str, ...], str]] = {
    "empty file": ("", (), "is not readable"),
    "header only": (GOOD.splitlines()[0] + "\n", (), "has no rows"),
    "cut off": (GOOD[:-25], (), "Expected 4 columns"),
    "not UTF-8": (GOOD.replace("vibration", "Schwingstärke").encode("latin-1"), (), "not UTF-8"),
    "not UTF-8 in a value": (
        text_of({**recorded(), "event": ["Lagerschädén"] * RUNS * ROWS}).encode("latin-1"),
        (),
        "UTF-8",
    ),
    "wrong delimiter": (text_of(recorded(), ";"), ("--delimiter", "|"), "separated by ';'"),
    "decimal commas and points": (
        text_of({**recorded(), "temperature": ["50,1", "50.25"] * (RUNS * ROWS // 2)}, ";"),
        (),
        "some values have decimal commas",
    ),
    "columns twice": (GOOD.replace("temperature", "vibration", 1), (), "duplicate columns: vibration"),
    "3 rows": ("\n".join(GOOD.splitlines()[:4]), (), "run 1 has 3 rows"),
    "one row": ("\n".join(GOOD.splitlines()[:2]), (), "one row"),
    "no runs": (text_of(without(recorded(), "unit")), (), "which rows are one run?"),
    "no time": (text_of(without(recorded(), "time")), (), "no column of time stamps"),
    "not a time": (text_of({**recorded(), "time": ["yesterday"] * RUNS * ROWS}), (), "'yesterday' is not a time"),
    "cycles for time": (text_of({**recorded(), "time": list(range(RUNS * ROWS))}), (), "no time since 1970"),
    "time stamps missing": (
        text_of({**recorded(), "time": [None, *recorded()["time"][1:]]}),
        (),
        "1 time stamps are missing",
    ),
    "time stamps twice": (
        text_of({**recorded(), "time": [recorded()["time"][0]] * 2 + recorded()["time"][2:]}),
        (),
        "duplicate time stamps",
    ),
    "time goes back": (
        text_of({**without(recorded(), "unit"), "time": recorded()["time"][::-1]}),
        ("--gap_hours", "24"),
        "time goes back in row 2",
    ),
    "RUL rises in a run": (
        text_of({**recorded(), "rul": [at % ROWS for at in range(RUNS * ROWS)]}),
        (),
        "RUL rises in its row 2",
    ),
    "only constant sensors": (
        text_of({**recorded(), "vibration": [1] * RUNS * ROWS, "temperature": [2] * RUNS * ROWS}),
        (),
        "every sensor is constant",
    ),
    "a word among numbers": (
        text_of({**recorded(), "temperature": ["50.1", "5O.2", *recorded()["temperature"][2:]]}),
        (),
        "is not a number",
    ),
    "no sensors": (text_of(without(recorded(), "vibration", "temperature")), (), "0 columns of numbers"),
    "unicode sensor": (
        text_of({**recorded(), "Öldruck [bar]": recorded()["vibration"]}),
        (),
        "'Öldruck [bar]' gives no name",
    ),
    "two modes in a run": (
        text_of({**recorded(), "failure": ["a", *["b"] * (RUNS * ROWS - 1)]}),
        (),
        "several failure modes: a, b",
    ),
    "unicode mode": (
        text_of({**recorded(), "failure": ["故障"] * RUNS * ROWS}),
        (),
        "failure mode '故障' gives no name",
    ),
    "no failure at all": (
        text_of({**recorded(), "failure": [0] * RUNS * ROWS}),
        (),
        "none of the 4 runs ends with a failure",
    ),
    "unknown censored run": (GOOD, ("--censored", "9"), "no run 9"),
    "unknown column in map": (GOOD, ("--map", "vibration=vib"), "no column vib"),
    "map that is none": (GOOD, ("--map", "vibration"), "not understood"),
    "map to a reserved name": (GOOD, ("--map", "Rul2=vibration"), "'Rul2' is no name"),
    "negative gap": (GOOD, ("--gap_hours", "-1"), "'-1' is not allowed"),
    "unknown sensor in units": (GOOD, ("--units", "flow=m3/h"), "units: no sensor flow"),
    "long delimiter": (GOOD, ("--delimiter", "::"), "not one character"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows_are_refused_with_what_is_wrong_and_nothing_is_written(plant: Plant, case: str) -> None:
    rows, args, message = BAD[case]
    ran = plant.imports(rows, *args)
    assert ran.code == 2, ran.stdout
    assert message in ran.last["message"]
    assert "Traceback" not in ran.stderr
    assert plant.root.files() == {}


def test_a_name_in_another_script_is_imported_by_a_map(plant: Plant) -> None:
    rows = {**recorded(), "Öldruck [bar]": recorded()["vibration"]}
    mapped = json.dumps({"oil_pressure": "Öldruck [bar]"}, ensure_ascii=False)
    assert plant.imports(rows, "--map", mapped).code == 0
    assert {s.name: s.unit for s in plant.profile.sensors}["oil_pressure"] == "bar"


def test_a_file_that_is_missing_is_invalid_input(plant: Plant) -> None:
    ran = plant.imports(plant.file)
    assert (ran.code, ran.last["field"]) == (2, "csv")
    assert plant.root.files() == {}


def test_a_refused_import_leaves_an_earlier_one_as_it_was(plant: Plant) -> None:
    plant.imports(recorded())
    before = plant.root.files()
    assert plant.imports(BAD["cut off"][0], "--replace").code == 2
    assert plant.root.files() == before


def test_a_machine_of_the_fleet_whose_seed_was_simulated_takes_recorded_rows(plant: Plant) -> None:
    plant.root.add("pump_own", failure_modes=[{"name": "wear", "effects": []}])
    plant.root.call(CREATE, "--machine_id", "pump_own")
    plant.root.call(SEED, "--machine_id", "pump_own", "--num_samples", "500")
    assert plant.imports(recorded()).code == 0
    assert len(plant.seed) == RUNS * ROWS


def _named(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.last
    return dict(ran.last)


OFFSETS = {"pressure": 101_325.0, "speed": 2388.06, "counter": 45_000_000.0, "share": 1.2e-7}


def test_limits_enclose_what_was_seen_and_numbers_keep_what_was_recorded(plant: Plant) -> None:
    columns = recorded()
    for name, offset in OFFSETS.items():
        columns[name] = [offset * (1 + 1e-7 * v) for v in columns["vibration"]]
    _named(plant.imports(columns))
    for at, made in enumerate(plant.profile.sensors):
        assert made.physical_min < min(columns[made.name]) <= made.normal <= max(columns[made.name])
        assert max(columns[made.name]) < made.physical_max
        assert plant.seed.values[:, at].tolist() == columns[made.name]
    assert plant.root.call(CHECK_SEED, "--machine_id", "pump_own").code == 0


def test_what_is_learnt_from_recorded_rows_is_written_with_as_many_digits() -> None:
    rows = np.array([[45_000_000.37, 2.5, 1 / 3], [45_000_001.74, -1.25, 0.1]])
    digits = digits_of(rows)
    assert digits == [10, 7, 15]
    assert np.allclose(
        np.column_stack([significant(rows[:, at], n) for at, n in enumerate(digits)]), rows, rtol=1e-14, atol=0
    )
    simulated = significant(np.random.default_rng(0).normal(50, 9, (500, 3)))
    assert digits_of(simulated) == [7, 7, 7]


@pytest.mark.parametrize("levels", [(0.0, 1.0), (0.0, 12.0), (0.02, 3.0)])
def test_a_limit_bends_no_value_away_that_was_seen(plant: Plant, levels: tuple[float, float]) -> None:
    valve = [levels[at // 6 % 2] for at in range(RUNS * ROWS)]
    ran = plant.imports({**recorded(), "valve": valve})
    assert f"resolution: valve {levels[1] if levels[0] == 0 else 0.01:g}" in said(ran)
    assert "valve has" not in said(ran), "a switch comes onto its values"
    seen = np.array([[3.0, 50.0, level] for level in levels])
    assert soft_limit(seen, *limit_widths(plant.profile))[:, 2] == pytest.approx(levels, abs=0.03 * levels[1])


def test_the_users_own_names_lie_beside_the_rows(plant: Plant) -> None:
    columns = {**without(recorded(), "unit", "vibration"), "Unit": [f"P-{at // ROWS}" for at in range(RUNS * ROWS)]}
    columns |= {"Vib. X [mm/s]": recorded()["vibration"], "Failure": ["BearingWear"] * RUNS * ROWS}
    _named(plant.imports(columns))
    own = json.loads(plant.root.file("ownNames", "pump_own").read_text("utf-8"))
    assert own["runs"] == {"1": "P-0", "2": "P-1", "3": "P-2", "4": "P-3"}
    assert own["failure_modes"] == {"bearing_wear": "BearingWear"}
    assert own["sensors"] == {"temperature": "temperature", "vib_x": "Vib. X [mm/s]"}
    assert "'BearingWear'" in plant.profile.failure_modes[0].description


def _as_cmapss(columns: Columns) -> str:
    rows = zip(*(columns[name] for name in ("unit", "vibration", "temperature")), strict=True)
    return "".join(f"{unit} {at % ROWS + 1} {vib:.4f} {temp:.2f}  \n" for at, (unit, vib, temp) in enumerate(rows))


def test_files_in_the_manner_of_cmapss_are_imported_by_one_command(plant: Plant) -> None:
    nasa = "".join(f"{line.rstrip()}{' 100.0' * 22}  \n" for line in _as_cmapss(recorded()).splitlines())
    ran = plant.imports(nasa, "--format", "cmapss")
    assert "a cycle counts as 60 min" in said(ran)
    assert plant.profile.sensor_names[:4] == ("setting_1", "setting_2", "setting_3", "s_1")
    assert [s.name for s in plant.profile.sensors if s.constant is None] == ["setting_1", "setting_2"]
    assert plant.seed.lengths().tolist() == [ROWS] * RUNS
    plant.file.with_name("columns.txt").write_text("unit\ncycle\nvibration [mm/s]\ntemperature [C]\n")
    _named(plant.imports(_as_cmapss(recorded()), "--format", "cmapss", "--new_profile", "--replace"))
    assert {s.name: s.unit for s in plant.profile.sensors} == {"vibration": "mm/s", "temperature": "C"}


def test_a_file_without_a_heading_is_imported_by_following_its_hints(plant: Plant) -> None:
    first = plant.imports(_as_cmapss(recorded()))
    assert "--columns" in first.last["hint"]
    second = plant.imports(_as_cmapss(recorded()), "--columns", "unit,cycle,vibration,temperature")
    assert "a cycle counts as 60 min" in said(second)
    _named(second)
    assert plant.profile.sensor_names == ("vibration", "temperature")


def _cells(names: Sequence[str]) -> dict[str, str]:
    """A file for each cell of a battery set: cycles, capacity that fades, resistance that rises."""
    rng = np.random.default_rng(1)
    files = {}
    for at, name in enumerate(names):
        cycles = np.arange(1, 30 + 5 * at)
        capacity = 2 - 0.6 * cycles / len(cycles) + rng.normal(0, 0.01, len(cycles))
        files[name] = "cycle,capacity,resistance\n" + "".join(
            f"{n},{c:.4f},{0.1 - c / 30:.5f}\n" for n, c in zip(cycles.tolist(), capacity.tolist(), strict=True)
        )
    return files


CELLS = ("B0005", "B0006", "B0007", "B0018")


def test_a_folder_of_files_is_one_run_a_file_named_as_the_file(plant: Plant) -> None:
    folder = plant.file.parent / "cells"
    folder.mkdir()
    for name, text in _cells(CELLS).items():
        (folder / f"{name}.csv").write_text(text)
    (folder / ".DS_Store").write_bytes(b"\0")
    ran = plant.imports(folder)
    assert ran.code == 0, ran.last
    assert "4 files: B0005.csv" in said(ran)
    own = json.loads(plant.root.file("ownNames", "pump_own").read_text("utf-8"))
    assert own["runs"] == {str(at + 1): name for at, name in enumerate(CELLS)}
    assert plant.seed.lengths().tolist() == [29, 34, 39, 44]


def test_a_folder_whose_files_do_not_go_together_is_refused(plant: Plant) -> None:
    folder = plant.file.parent / "cells"
    folder.mkdir()
    assert "has no files" in plant.imports(folder).last["message"]
    (folder / "a.csv").write_text("cycle,capacity\n1,2\n")
    (folder / "b.csv").write_text("cycle,voltage\n1,2\n")
    assert "b.csv and a.csv have other columns: capacity, voltage" in plant.imports(folder).last["message"]
    assert plant.root.files() == {}


def test_files_laid_one_below_the_other_with_their_headings_are_read(plant: Plant) -> None:
    ran = plant.imports("".join(_cells(CELLS).values()))
    assert ran.code == 0, ran.last
    assert plant.seed.lengths().tolist() == [29, 34, 39, 44]


def test_a_column_that_counts_the_rows_of_each_run_is_no_sensor(plant: Plant) -> None:
    ran = plant.imports({**recorded(), "age": [at % ROWS for at in range(RUNS * ROWS)]})
    assert "'age'" in said(ran)
    assert plant.profile.sensor_names == ("vibration", "temperature")


def test_columns_that_are_dropped_are_left_out(plant: Plant) -> None:
    _named(plant.imports({**recorded(), "note": ["ok", "7"] * (RUNS * ROWS // 2)}, "--drop", "note,temperature"))
    assert plant.profile.sensor_names == ("vibration",)


def test_how_refused_rows_were_understood_is_told_as_well(plant: Plant) -> None:
    columns = recorded()
    columns["temperature"][3] = "Bad Input"
    ran = plant.imports(columns)
    assert ran.code == 2
    assert "'Bad Input'; first in row 4" in said(ran)


def test_long_runs_are_imported_with_the_rows_that_a_data_set_of_them_needs(plant: Plant) -> None:
    ran = plant.imports(recorded(runs=2, rows=5000), "--map", "timestamp=time")
    assert "100,000 rows give each 3" in said(ran)
    assert "--samples 100000" in said(ran)


def test_a_data_set_of_recorded_runs_is_refused_where_a_split_would_be_a_part_of_a_run(plant: Plant) -> None:
    assert plant.imports(recorded(runs=8)).code == 0
    for script, args in ((CHECK_SEED, ()), (TRAIN, ("--epochs", "1"))):
        assert plant.root.run(script, "--machine_id", "pump_own", *args).code == 0
    refused = plant.root.call(SAMPLE, "--machine_id", "pump_own", "--num_samples", "150")
    assert (refused.code, refused.last["field"]) == (2, "num_samples")
    assert "--num_samples 620" in refused.last["hint"]
    plan = plant.root.call(PLAN, "--machine_ids", "pump_own", "--num_samples", "150", "--epochs", "1")
    planned = plan.last["data"]["machines"][0]["refused"]
    assert planned == {"field": "num_samples", "message": refused.last["message"], "hint": refused.last["hint"]}
    few = plant.root.call(SAMPLE, "--machine_id", "pump_own", "--num_samples", "400")
    assert [event["code"] for event in few.of("warning")] == ["FEW_RUNS"]
    enough = plant.root.call(SAMPLE, "--machine_id", "pump_own", "--num_samples", "620")
    assert (enough.code, enough.of("warning")) == (0, [])


def test_sensors_beside_a_column_that_counts_rows_keep_their_own_values(plant: Plant) -> None:
    """The counter comes first, so that leaving it out moves every sensor's column."""
    columns = recorded()
    counted = {"unit": columns.pop("unit"), "ticks": [at % ROWS for at in range(RUNS * ROWS)], **columns}
    assert plant.imports(columns | {"unit": counted["unit"]}).code == 0
    without_counter = {sensor.name: sensor for sensor in plant.profile.sensors}
    assert plant.imports(counted, "--replace", "--new_profile").code == 0
    assert {sensor.name: sensor for sensor in plant.profile.sensors} == without_counter
