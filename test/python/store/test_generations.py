"""Generations of a data set: published by one switch, rolled back by one command, never replaced by worse ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gan.evaluation.regression_gate import MORE_WARNINGS, QUALITY_MARGIN, clearly_worse
from gan.pipeline import registry
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store import generations
from gan.store.artifacts import ArtifactStore, sha256
from gan.store.layout import generation_key, key_of
from gan.store.local import LocalStore
from gan.store.manifest import Manifest
from support import MADE, PUBLISH, SAMPLE, VALIDATE, Root

ROLL_BACK = "GAN/scripts/rollback_dataset.py"
LIST = "GAN/scripts/list_generations.py"


@dataclass(frozen=True)
class Fake:
    """A machine's generations, made of small files instead of data."""

    store: ArtifactStore
    id: str = "pump_a"

    def make(self, name: str, *, quality: float = 0.9, verdict: str | None = "pass") -> str:
        files = {"train.parquet": name.encode()}
        if verdict is not None:
            digests = {file: sha256(data) for file, data in files.items()}
            report = {"quality": quality, "verdict": verdict, "files": digests, "checks": []}
            files["report.json"] = json.dumps(report).encode()
        self.store.write_group(generation_key(self.id, name), files.items())
        generations.note_made(self.store, self.id, name, fleetRun=f"run-{name}", randomSeed=1)
        return name

    def publish(self, name: str, keep: int | None = None) -> list[str]:
        self.make(name)
        generations.publish(self.store, self.id, name)
        return generations.retain(self.store, self.id, name, keep)

    def states(self) -> dict[str, str]:
        return {g.name: g.state for g in generations.listing(self.store, self.id)}

    @property
    def published(self) -> str | None:
        return self.store.published(self.id)


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(LocalStore(tmp_path))


class TestListing:
    def test_tells_which_run_made_each_and_how_good_it_is(self, fake: Fake) -> None:
        fake.publish("aaa")
        fake.make("bbb", quality=0.4, verdict="fail")
        first, second = generations.listing(fake.store, fake.id)
        assert (first.name, first.fleet_run, first.quality, first.verdict, first.state) == (
            "bbb",
            "run-bbb",
            0.4,
            "fail",
            "failed",
        )
        assert (second.name, second.fleet_run, second.published, second.random_seed) == ("aaa", "run-aaa", True, 1)

    def test_a_generation_whose_files_changed_counts_as_not_validated(self, fake: Fake) -> None:
        fake.store.write(generation_key(fake.id, fake.make("aaa"), "train.parquet"), b"other")
        assert fake.states() == {"aaa": "not validated"}

    def test_made_again_it_stays_the_work_of_the_run_that_made_it_first(self, fake: Fake) -> None:
        generations.note_made(fake.store, fake.id, fake.make("aaa"), fleetRun="a-later-run")
        assert generations.listing(fake.store, fake.id)[0].fleet_run == "run-aaa"

    def test_works_without_anything_in_the_manifest(self, fake: Fake) -> None:
        fake.publish("aaa")
        fake.store.delete(key_of("manifest", fake.id))
        assert fake.states() == {"aaa": "published"}


class TestRollBack:
    def test_goes_back_one_generation_at_a_time(self, fake: Fake) -> None:
        for name in ("aaa", "bbb", "ccc"):
            fake.publish(name)
        generations.roll_back(fake.store, fake.id, None)
        assert fake.states() == {"bbb": "published", "ccc": "rolled back", "aaa": "kept"}
        generations.roll_back(fake.store, fake.id, None)
        assert fake.published == "aaa"
        with pytest.raises(MissingPrerequisite, match="no published generation before"):
            generations.roll_back(fake.store, fake.id, None)
        assert fake.published == "aaa"

    def test_to_a_named_generation_also_forward_again(self, fake: Fake) -> None:
        fake.publish("aaa")
        fake.publish("bbb")
        generations.roll_back(fake.store, fake.id, "aaa")
        generations.roll_back(fake.store, fake.id, "b")
        assert fake.states() == {"bbb": "published", "aaa": "rolled back"}

    @pytest.mark.parametrize(
        ("wanted", "words"), [("zz", "no generation"), ("b", "more than one"), ("", "no gen"), ("../..", "no gen")]
    )
    def test_refuses_a_name_that_is_not_one_generation(self, fake: Fake, wanted: str, words: str) -> None:
        fake.publish("ba")
        fake.publish("bb")
        with pytest.raises(InvalidInput, match=words):
            generations.roll_back(fake.store, fake.id, wanted)
        assert fake.published == "bb"

    def test_refuses_what_did_not_pass(self, fake: Fake) -> None:
        fake.publish("aaa")
        fake.make("bbb", verdict="fail")
        fake.make("ccc", verdict=None)
        for name in ("bbb", "ccc"):
            with pytest.raises(InvalidInput, match="only what passed"):
                generations.roll_back(fake.store, fake.id, name)
        assert fake.published == "aaa"

    def test_the_next_generation_is_published_as_ever(self, fake: Fake) -> None:
        for name in ("aaa", "bbb"):
            fake.publish(name)
        generations.roll_back(fake.store, fake.id, None)
        fake.publish("ccc")
        generations.roll_back(fake.store, fake.id, None)
        assert fake.published == "aaa", "the one that was published before, not the one a person left"

    def test_a_damaged_generation_is_passed_over_and_named(self, fake: Fake) -> None:
        for name in ("aaa", "bbb", "ccc"):
            fake.publish(name)
        fake.store.write(generation_key(fake.id, "bbb", "train.parquet"), b"other")
        assert fake.states()["bbb"] == "damaged"
        skipped: list[generations.Generation] = []
        generations.roll_back(fake.store, fake.id, None, on_skip=skipped.append)
        assert [g.name for g in skipped] == ["bbb"]
        assert fake.published == "aaa"


class TestRetention:
    def test_keeps_the_newest_good_ones(self, fake: Fake, tmp_path: Path) -> None:
        for name in ("aaa", "bbb", "ccc"):
            fake.publish(name)
        assert fake.publish("ddd", keep=3) == ["aaa"]
        assert list(fake.states()) == ["ddd", "ccc", "bbb"]
        assert set(Manifest(fake.store, fake.id).generations()) == {"bbb", "ccc", "ddd"}
        assert list((tmp_path / key_of("generations", fake.id)).glob(".*")) == []

    def test_never_removes_the_published_one_or_the_one_before(self, fake: Fake) -> None:
        for name in ("aaa", "bbb", "ccc"):
            fake.publish(name)
        generations.roll_back(fake.store, fake.id, "aaa")
        fake.publish("ddd", keep=1)
        assert fake.published == "ddd"
        generations.roll_back(fake.store, fake.id, None)
        assert fake.published == "aaa"

    def test_keeps_a_bounded_number_of_those_that_did_not_pass(self, fake: Fake) -> None:
        fake.publish("aaa")
        for at in range(6):
            generations.retain(fake.store, fake.id, fake.make(f"bad{at}", verdict="fail"), None)
        assert list(fake.states()) == ["bad5", "bad4", "bad3", "aaa"]


class TestGate:
    @staticmethod
    def report(quality: float, warns: int = 0, floor: float = 0.9) -> dict[str, Any]:
        figures = {"quality": {"value": quality, "floor": floor}}
        checks = [{"name": f"c{n}", "text": "0.5", "verdict": "warn" if n < warns else "pass"} for n in range(8)]
        return {"figures": figures, "verdict": "warn" if warns else "pass", "checks": checks}

    def test_lets_through_what_is_as_good_or_worse_by_chance(self) -> None:
        old = self.report(0.9)
        for new in (self.report(0.95), self.report(0.9 - QUALITY_MARGIN / 2), self.report(0.9, MORE_WARNINGS - 1)):
            assert clearly_worse(new, old) is None

    def test_names_the_figures_of_what_is_clearly_worse(self) -> None:
        old = self.report(0.9)
        assert "quality is 0.300 below real runs'" in (clearly_worse(self.report(0.6), old) or "")
        assert "checks that passed now warn" in (clearly_worse(self.report(0.9, MORE_WARNINGS), old) or "")

    def test_lets_through_what_is_worse_because_the_held_out_runs_are_harder(self) -> None:
        assert clearly_worse(self.report(0.7, floor=0.7), self.report(0.9)) is None

    def test_does_not_count_what_warned_before(self) -> None:
        assert clearly_worse(self.report(0.9, 5), self.report(0.9, 4)) is None


def judge(root: Root, generation: str, quality: float) -> None:
    """Writes another quality into a generation's report, as if it had been measured so."""
    path = root.path / f"data/generations/{MADE}/{generation}/report.json"
    body = json.loads(path.read_text("utf-8"))
    body["figures"]["quality"] = {"value": quality, "floor": 0.9}
    path.write_text(json.dumps(body), "utf-8")


def published(root: Root) -> str:
    return (root.path / "data/synthetic" / MADE).resolve().name


@pytest.fixture
def regenerated(made: Root) -> tuple[Root, str, str]:
    """A machine with one generation published and a second one validated: the root and both names."""
    root, first = made, published(made)
    sampled = root.call(
        SAMPLE, "--machine_id", MADE, "--num_samples", "2000", "--seed", "1", "--stage", "--fleet_run", "r"
    )
    assert root.call(VALIDATE, "--machine_id", MADE).code == 0
    return root, first, Path(sampled.last["outputs"][0]["path"]).parent.name


class TestScripts:
    def test_publish_then_roll_back_then_run_again(self, regenerated: tuple[Root, str, str]) -> None:
        root, first, second = regenerated
        assert root.call(PUBLISH, "--machine_id", MADE).code == 0
        assert published(root) == second
        listed = root.call(LIST, "--machine_id", MADE).last["data"]["generations"]
        assert [(g["name"], g["state"], g["fleetRun"]) for g in listed] == [
            (second, "published", "r"),
            (first, "kept", None),
        ]

        assert root.call(ROLL_BACK, "--machine_id", MADE).last["data"] == {"published": first, "before": second}
        assert published(root) == first
        # A run finds the step up to date, and by hand it is refused as well.
        assert root.call(PUBLISH, "--machine_id", MADE, "--skip_if_current").last["skipped"]
        again = root.call(PUBLISH, "--machine_id", MADE)
        assert (again.code, again.of("warning")[0]["code"], published(root)) == (0, "ROLLED_BACK", first)
        assert root.call(PUBLISH, "--machine_id", MADE, "--force").code == 0
        assert published(root) == second

    def test_what_is_clearly_worse_is_quarantined_unless_forced(self, regenerated: tuple[Root, str, str]) -> None:
        root, first, second = regenerated
        judge(root, first, 0.9)
        judge(root, second, 0.5)
        for _ in range(2):  # tried again, the outcome is the same
            refused = root.call(PUBLISH, "--machine_id", MADE)
            assert (refused.code, refused.last["code"]) == (4, "CLEARLY_WORSE")
            assert "quality is 0.400 below real runs" in refused.last["message"]
            assert published(root) == first
        assert root.call(LIST, "--machine_id", MADE).last["data"]["generations"][0]["state"] == "quarantined"
        assert root.call(PUBLISH, "--machine_id", MADE, "--force").code == 0
        assert published(root) == second

    def test_reports_on_pages_of_another_version_are_compared(
        self, regenerated: tuple[Root, str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root, first, second = regenerated
        monkeypatch.setattr(registry, "PAGES", "2")
        assert root.call(VALIDATE, "--machine_id", MADE).code == 0
        judge(root, first, 0.9)
        judge(root, second, 0.5)
        assert root.call(PUBLISH, "--machine_id", MADE).last["code"] == "CLEARLY_WORSE"

    def test_reports_of_other_measures_are_not_compared(self, regenerated: tuple[Root, str, str]) -> None:
        root, first, second = regenerated
        judge(root, second, 0.1)
        manifest = Manifest(root.store, MADE)
        known = manifest.generations()
        known[first]["measuredWith"] = "0"
        manifest.note_generations(known)
        told = root.call(PUBLISH, "--machine_id", MADE)
        assert (told.code, told.of("warning")[0]["code"], published(root)) == (0, "NOT_COMPARED", second)

    def test_roll_back_without_a_generation_before_says_what_there_is(self, made: Root) -> None:
        refused = made.call(ROLL_BACK, "--machine_id", MADE)
        assert (refused.code, refused.last["code"]) == (3, "MISSING_PREREQUISITE")
        assert "machine generations" in refused.last["hint"]
