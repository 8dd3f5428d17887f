"""What is checked in all rows of a data set is the same however it is read; the rest is judged by an even selection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from gan.data.runs import Runs
from gan.data.selection import evenly_chosen
from gan.evaluation.structure import Structure
from gan.machine.profile import Profile, parse_profile
from gan.pipeline.steps import validate_dataset
from gan.simulation.physics import simulate
from support import MADE, VALIDATE, Root, machine_config


@pytest.fixture(scope="module")
def profile() -> Profile:
    return parse_profile(machine_config("pump_a"))


@pytest.fixture(scope="module")
def splits(profile: Profile) -> Mapping[str, Runs]:
    other = simulate(profile, 400, 2)
    return {"train": simulate(profile, 900, 1), "val": replace(other, run_id=other.run_id + 100)}


def by_run(splits: Mapping[str, Runs], profile: Profile) -> Structure:
    structure = Structure(profile)
    for split, runs in splits.items():
        for run in runs.ids():
            structure.add(split, runs.select([run]))
    return structure


def spoiled(runs: Runs, what: str) -> Runs:
    values, time_h, rul_h = runs.values.copy(), runs.time_h.copy(), np.array(runs.rul_h)
    last = runs.starts()[-1]
    if what == "order":
        time_h[last:] -= 500.0
    if what == "limits":
        values[-1, 0] = -1e6
    if what == "rul":
        rul_h[last + 1] = rul_h[last] + 1
    if what == "copy":
        values[last] = values[0]
    return replace(runs, values=values, time_h=time_h, rul_h=rul_h)


@pytest.mark.parametrize(
    ("what", "failed"),
    [
        ("nothing", set()),
        ("order", {"Timestamp sorted"}),
        ("limits", {"Feature ranges"}),
        ("rul", {"RUL decreasing", "RUL falls with time"}),
        ("copy", set()),
    ],
)
def test_run_by_run_is_judged_as_all_at_once(
    splits: Mapping[str, Runs], profile: Profile, what: str, failed: set[str]
) -> None:
    data = {**splits, "train": spoiled(splits["train"], what)}
    rows = {split: len(runs) for split, runs in data.items()}
    whole, parts = Structure.of(data, profile), by_run(data, profile)
    checks = [*parts.checks(rows), parts.ranges_check()]
    assert checks == [*whole.checks(rows), whole.ranges_check()]
    assert {check.name for check in checks if check.verdict == "fail"} == failed
    copied = 2 if what == "copy" else 0
    assert parts.copied_rows(splits["val"].rows(slice(0, 0))) == copied  # type: ignore[arg-type]
    assert parts.runs_of("train").lengths().tolist() == data["train"].lengths().tolist()


def test_runs_are_chosen_evenly_from_each_split() -> None:
    lengths = {"train": np.full(100, 50), "val": np.full(10, 50), "test": np.full(1, 50)}
    assert {split: len(runs) for split, runs in evenly_chosen(lengths, 10_000).items()} == {
        "train": 100, "val": 10, "test": 1,
    }  # fmt: skip
    few = evenly_chosen(lengths, 1111)
    assert {split: len(runs) for split, runs in few.items()} == {"train": 20, "val": 2, "test": 1}
    assert np.diff(few["train"]).tolist() == [5] * 19


def test_a_report_on_a_selection_says_so_and_still_checks_every_row(
    made: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate_dataset, "MEASURED_ROWS", 900)
    ran = made.ask(VALIDATE, "--machine_id", MADE)
    assert "were checked in all 2,000 rows; everything else" in ran.stdout
    report = json.loads(next(made.path.glob("data/generations/*/*/report.json")).read_text("utf-8"))
    assert sum(report["rows"].values()) == 2000
    assert 400 < sum(report["measured"]["rows"].values()) < 1300
    assert next(check for check in report["checks"] if check["name"] == "Row counts")["text"] == "1,400/300/300"
    listed = report["certificate"]["runs"]
    assert 0 < sum(run["likest_other_run"] > -1 for run in listed) < len(listed), "all are listed, some were compared"
