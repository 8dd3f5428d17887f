"""What lies beside a data set: its manifest, card and report; and the fleet's page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from conftest import Made
from gan.machine.profile import load_profile
from gan.reporting.data_card import data_card
from support import MADE, SCRIPTS, VALIDATE, Root

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


@pytest.mark.parametrize("maker", ['A "B" \\ C', "x: y # z", "{a: [b]}", '"\nlicense: evil', "- 日本"])
def test_the_card_keeps_what_a_maker_is_called_to_its_own_field(made_once: Made, maker: str) -> None:
    profile = replace(load_profile(made_once.root.store, MADE), manufacturer=maker, model="")
    manifest, report = (json.loads(published(made_once.root, f"{name}.json")) for name in ("manifest", "report"))
    front = data_card(profile, manifest, report).split("---\n")[1].splitlines()
    assert [line.split(":")[0] for line in front[:4]] == ["license", "pretty_name", "tags", "configs"]
    assert json.loads(front[1].removeprefix("pretty_name: ")) == maker


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


def test_validation_in_full_says_so(made: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.evaluation.figures.FULL_DRAWS", 1)  # As many draws as usual, to be quick.
    assert made.call(VALIDATE, "--machine_id", MADE, "--full").code == 0
    assert json.loads(published(made, "report.json"))["full"] is True


def test_the_fleet_page_has_every_machine_and_links_to_the_reports(made: Root) -> None:
    made.add("pump_never_made")
    assert made.call(FLEET_REPORT).code == 0
    page = (made.path / "data" / "fleet-report.html").read_text("utf-8")
    link = re.search(rf'<a href="([^"]+)">{MADE}</a>', page)
    assert link is not None
    assert (made.path / "data" / link[1]).is_file()
    assert page.index(MADE) < page.index("pump_never_made")
