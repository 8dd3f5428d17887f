"""What lies beside a data set: its manifest, card and report; making it again; the C-MAPSS form; the fleet's page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import Made
from gan.data.cmapss import LEAST_ROWS, cut
from support import MADE, SCRIPTS, VALIDATE, Root

VERIFY = f"{SCRIPTS}/verify_dataset.py"
EXPORT = f"{SCRIPTS}/export_cmapss.py"
FLEET_REPORT = f"{SCRIPTS}/fleet_report.py"


def published(root: Root, name: str) -> str:
    return (root.path / "data" / "synthetic" / MADE / name).read_text("utf-8")


def test_the_manifest_has_the_digests_of_all_that_the_data_are_made_from(made_once: Made) -> None:
    manifest = json.loads(published(made_once.root, "manifest.json"))
    steps = json.loads((made_once.root.path / "manifests" / f"{MADE}.json").read_text("utf-8"))["steps"]
    assert manifest["inputs"]["model"] == steps["trainTvae"]["outputs"][0]["sha256"]
    assert manifest["before"]["generateSeed"]["parameters"] == steps["generateSeed"]["parameters"]
    made = {output["path"].rsplit("/", 1)[-1]: output["sha256"] for output in steps["generateDataset"]["outputs"]}
    assert {name: entry["sha256"] for name, entry in manifest["files"].items()} == made


def test_the_card_says_what_from_what_how_good_and_how_to_load(made_once: Made) -> None:
    card = published(made_once.root, "README.md")
    headings = ["## What", "## From what, and how made", "## How good", "## How to load"]
    assert [card.count(heading) for heading in headings] == [1, 1, 1, 1]
    assert re.search(r"^license: \S+$", card, re.MULTILINE)
    assert "simulated from the profile" in card


def test_the_report_page_needs_no_network_and_has_every_check_the_worst_first(made_once: Made) -> None:
    page, report = published(made_once.root, "report.html"), json.loads(published(made_once.root, "report.json"))
    assert not re.search(r"https?://|<script|<link|src=", page)
    for check in report["checks"]:
        assert f"<th scope=row>{check['name']}</th>" in page
    verdicts = re.findall(r'<tr><td><span class="badge (\w+)">', page)
    assert verdicts == sorted(verdicts, key=["fail", "warn", "pass"].index)
    assert page.count("<svg") == page.count('role="img" aria-label=')
    assert report["real"].startswith("the seed’s held-out runs")


def test_the_certificate_has_every_run_once(made_once: Made) -> None:
    report = json.loads(published(made_once.root, "report.json"))
    runs = report["certificate"]["runs"]
    counts = json.loads(published(made_once.root, "manifest.json"))["files"]
    assert len(runs) == sum(entry["runs"] for entry in counts.values())
    assert len({run["run"] for run in runs}) == len({run["sha256"] for run in runs}) == len(runs)


def test_verify_makes_the_same_bytes_again(made: Root) -> None:
    ran = made.call(VERIFY, "--machine_id", MADE, "--full")
    assert ran.code == 0, ran.stderr
    names = [check["name"] for check in ran.events[-1]["data"]["checks"]]
    assert {"seed made again", "model made again", "test.parquet made again"} <= set(names)


def test_verify_tells_a_changed_file(made: Root) -> None:
    path = made.path / "data" / "synthetic" / MADE / "test.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    ran = made.call(VERIFY, "--machine_id", MADE)
    assert ran.code == 4
    assert "test.parquet as made" in ran.events[-1]["message"]


def test_verify_without_the_model_says_what_is_missing(made: Root) -> None:
    (made.path / "models" / f"{MADE}_tvae_temporal.pkl").unlink()
    assert made.call(VERIFY, "--machine_id", MADE).code == 3


def test_validation_in_full_says_so(made: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.evaluation.figures.FULL_DRAWS", 1)  # As many draws as usual, to be quick.
    assert made.call(VALIDATE, "--machine_id", MADE, "--full").code == 0
    assert json.loads(published(made, "report.json"))["full"] is True


def test_the_cmapss_form_cuts_test_runs_off_and_keeps_what_was_cut_beside_them(made: Root) -> None:
    ran = made.call(EXPORT, "--machine_id", MADE)
    assert ran.code == 0, ran.stderr
    folder = made.path / "data" / "cmapss" / MADE
    test, hidden = np.loadtxt(folder / "test.txt"), np.loadtxt(folder / "RUL.txt", ndmin=1)
    whole = json.loads(published(made, "manifest.json"))["files"]["test.parquet"]
    assert len(hidden) == len(np.unique(test[:, 0])) == whole["runs"]
    assert len(test) + hidden.sum() == whole["rows"]
    assert (hidden >= 1).all()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made.call(EXPORT, "--machine_id", MADE).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("length", [2, LEAST_ROWS, 1_000])
def test_a_cut_leaves_something_on_both_sides(length: int) -> None:
    shown = cut(np.full(200, length), np.random.default_rng(0))
    assert (shown >= min(LEAST_ROWS, length - 1)).all()
    assert (shown < length).all()


def test_the_fleet_page_has_every_machine_and_links_to_the_reports(made: Root) -> None:
    made.add("pump_never_made")
    assert made.call(FLEET_REPORT).code == 0
    page = (made.path / "data" / "fleet-report.html").read_text("utf-8")
    link = re.search(rf'<a href="([^"]+)">{MADE}</a>', page)
    assert link is not None
    assert (made.path / "data" / link[1]).is_file()
    assert page.index(MADE) < page.index("pump_never_made")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (lambda field: field.with_metadata({"unit": "other"}), "other"),
        (lambda field: field.with_type(pa.float32()), "(float"),
        (lambda field: field.with_name("other"), "other"),
    ],
    ids=["unit", "type", "column"],
)
def test_data_of_another_schema_are_refused(made: Root, changed: Callable[[pa.Field], pa.Field], told: str) -> None:
    path = made.path / "data" / "synthetic" / MADE / "val.parquet"
    table = pq.read_table(path)
    at = 2
    field = changed(table.schema.field(at))
    pq.write_table(table.set_column(at, field, table.column(at).cast(field.type)), path)
    ran = made.call(VALIDATE, "--machine_id", MADE)
    assert ran.code == 2
    assert "val.parquet has another schema than the profile" in ran.last["message"]
    assert told in ran.last["message"]
