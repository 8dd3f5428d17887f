"""A data set of what is rare: sampled as asked, marked as such, and judged by what was asked."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from gan.store.layout import generation_key, generation_of
from support import MADE, PLAN, SAMPLE, VALIDATE, Root

ASKED = ("--runs", "24", "--failure_mode", "bearing_wear=0.25,seal_leak=0.75", "--life_hours", "60..110")


@pytest.fixture
def generation(made: Root) -> str:
    ran = made.run(SAMPLE, "--machine_id", MADE, "--stage", *ASKED)
    assert ran.code == 0, ran
    return generation_of(ran.last["outputs"][0]["path"])


def read(root: Root, generation: str, name: str) -> bytes:
    return root.store.read(generation_key(MADE, generation, name))


def test_runs_are_as_asked(made: Root, generation: str) -> None:
    files = [made.path / generation_key(MADE, generation, f"{split}.parquet") for split in ("train", "val", "test")]
    runs = [pq.read_table(file).to_pandas().groupby("run_id") for file in files]
    assert [len(of) for of in runs] == [17, 4, 3]
    leaks = [(of["failure_mode"].first() == "seal_leak").sum() for of in runs]
    assert leaks == [pytest.approx(0.75 * len(of), abs=1) for of in runs]
    for of in runs:
        assert of["rul"].first().between(60, 110).all() and (of["rul"].last() == 0).all()


def test_manifest_data_card_and_report_say_so(made: Root, generation: str) -> None:
    made.run(VALIDATE, "--machine_id", MADE)
    wanted = {"failureModes": {"bearing_wear": 0.25, "seal_leak": 0.75}, "lifeHours": [60, 110], "inRuns": True}
    for name in ("manifest.json", "report.json"):
        assert json.loads(read(made, generation, name))["conditions"] == wanted
    for name in ("README.md", "report.html"):
        assert (
            "failure modes bearing_wear 25%, seal_leak 75%; runs of 60 to 110 h was asked for"
            in read(made, generation, name).decode()
        )


def test_proportions_are_checked_against_what_was_asked(made: Root, generation: str) -> None:
    made.run(VALIDATE, "--machine_id", MADE)
    checks = {check["name"]: check for check in json.loads(read(made, generation, "report.json"))["checks"]}
    assert checks["Failure modes as asked"]["verdict"] == checks["Lives as asked"]["verdict"] == "pass"
    assert not checks.keys() & {"Run lengths", "Run length spread", "Failure modes"}
    assert checks["Every failure mode occurs"]["verdict"] == "pass"


def test_a_single_failure_mode_is_no_missing_one(made: Root) -> None:
    made.run(SAMPLE, "--machine_id", MADE, "--stage", "--failure_mode", "seal_leak")
    made.run(VALIDATE, "--machine_id", MADE)
    report = next(made.path.glob("data/generations/*/*/report.json"))
    reports = [json.loads(file.read_text()) for file in report.parent.parent.glob("*/report.json")]
    asked = next(body for body in reports if "conditions" in body)
    checks = {check["name"]: check["verdict"] for check in asked["checks"]}
    assert checks["Every failure mode occurs"] == checks["Failure modes as asked"] == "pass"


@pytest.mark.parametrize(
    ("flags", "field", "said"),
    [
        (("--failure_mode", "rust"), "failure_mode", "no such failure mode"),
        (("--failure_mode", "seal_leak=0.6"), "failure_mode", "sum to 0.6"),
        (("--failure_mode", "a=,b"), "failure_mode", "balanced, a mode’s name"),
        (("--life_hours", "5000..6000"), "life_hours", "learned from last"),
        (("--condition", "speed=1500"), "condition", "no such setting"),
        (("--life_hours", "many"), "life_hours", "as 200..800"),
        (("--runs", "2"), "split_ratio", "2 leave a split empty"),
    ],
)
def test_what_the_data_cannot_support_is_refused(
    made_root: Root, flags: tuple[str, ...], field: str, said: str
) -> None:
    ran = made_root.call(SAMPLE, "--machine_id", MADE, "--stage", *flags)
    assert ran.code == 2
    assert ran.last["field"] == field
    assert said in ran.last["message"]


def test_what_is_not_asked_for_makes_nothing_stale(made_root: Root) -> None:
    def due(*flags: str) -> list[str]:
        ran = made_root.call(
            PLAN, "--machine_ids", MADE, "--seed_samples", "1500", "--epochs", "3", "--num_samples", "2000", *flags
        )
        return [step["step"] for step in ran.last["data"]["machines"][0]["steps"] if step["action"] == "run"]

    assert due() == []
    assert due("--runs", "24") == ["generateDataset", "validateDataset", "publishDataset"]
    assert due("--failure_mode", "balanced")[0] == "generateDataset"
