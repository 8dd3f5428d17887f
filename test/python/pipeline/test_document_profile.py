"""A profile as the document gives it, of name, unit, type and description, goes through the whole chain."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from support import CHECK_SEED, CREATE, PUBLISH, SAMPLE, SCRIPTS, SEED, TRAIN, VALIDATE, Root

DOCUMENT: dict[str, Any] = {
    "machine_id": "pump_005",
    "machine_type": "pump",
    "manufacturer": "Atlas Copco",
    "model": "X",
    "sensors": [
        {"name": "vibration_rms", "unit": "mm/s", "type": "numerical", "description": "Vibration RMS"},
        {"name": "temperature", "unit": "C", "type": "numerical", "description": "Casing temperature"},
        {"name": "flow_rate", "unit": "gpm", "type": "numerical", "description": ""},
        {"name": "starts", "unit": "count", "type": "integer", "description": "starts in the last hour"},
        {"name": "mode", "type": "categorical", "categories": ["off", "eco", "full"]},
        {"name": "alarm", "type": "boolean", "description": "alarm of the condition monitoring"},
        {"name": "stages", "type": "integer", "constant": 3},
    ],
    "operational_parameters": {"rated_power_kw": 15, "rated_flow_m3_h": 100, "voltage": "400 V"},
    "failure_modes": [
        {"name": "bearing_wear", "description": "Wear of the drive-end bearing"},
        {"name": "seal_failure", "description": "The mechanical seal leaks"},
    ],
}
CHAIN = (
    (CREATE, ("--machine_type", "pump", "--config", json.dumps(DOCUMENT))),
    (SEED, ("--num_samples", "8000")),
    (CHECK_SEED, ()),
    (TRAIN, ("--epochs", "30")),
    (SAMPLE, ("--num_samples", "20000")),
    (VALIDATE, ()),
    (PUBLISH, ()),
)


def test_it_ends_in_good_data_of_the_types_that_it_names(root: Root) -> None:
    ran = {script: root.run(script, "--machine_id", "pump_005", *args) for script, args in CHAIN}
    assert all(done.code == 0 for done in ran.values()), ran
    assert ran[VALIDATE].last["verdict"] in ("pass", "warn")
    assert "values are assumed" in ran[CREATE].last["summary"]
    table = pq.read_table(root.path / "data/synthetic/pump_005/train.parquet")
    types = {field.name: field.type for field in table.schema}
    assert types["vibration_rms"] == pa.float64()
    assert (types["starts"], types["stages"]) == (pa.int64(), pa.int64())
    assert (types["mode"], types["alarm"]) == (pa.string(), pa.bool_())
    assert set(table["mode"].unique().to_pylist()) <= {"off", "eco", "full"}
    assert table["stages"].unique().to_pylist() == [3]
    seed = (root.path / "seed_data/pump_005_temporal_seed.csv").read_text("utf-8").splitlines()
    assert (
        seed[0].replace('"', "")
        == f"timestamp,rul,{','.join(s['name'] for s in DOCUMENT['sensors'])},failure_mode,run_id"
    )
    [report] = root.path.glob("data/generations/pump_005/*/report.json")
    checks = {check["name"]: check for check in json.loads(report.read_text("utf-8"))["checks"]}
    assert checks["Possible values"]["verdict"] == "pass"
    assert "constant: stages" in checks["Possible values"]["text"]
    exported = root.call(f"{SCRIPTS}/export_cmapss.py", "--machine_id", "pump_005")
    assert exported.code == 0, exported.stdout
    codes = (root.path / "data/cmapss/pump_005/codes.txt").read_text("utf-8").splitlines()
    assert codes == ["mode: 0 off, 1 eco, 2 full", "alarm: 0 false, 1 true"]
