"""A data set that failed validation: it is kept and can be looked at, is not shown as the data set, and what can help
is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gan.evaluation import assessment
from gan.store.layout import generation_of
from gan.store.manifest import Manifest
from support import MADE, PUBLISH, SAMPLE, SCRIPTS, VALIDATE, Ran, Root

EXPORT, READ = (f"{SCRIPTS}/{name}.py" for name in ("export_cmapss", "read_synthetic_data"))


@pytest.fixture
def unpublished(made: Root) -> Root:
    """A machine with a model, and nothing published."""
    made.store.withdraw(MADE)
    return made


def nothing_passes(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this check one that no data pass."""
    strict = replace(next(rule for rule in assessment.RULES if rule.name == check), warn=-9.0, fail=-9.0)
    monkeypatch.setattr(assessment, "RULES", (strict,))


def sampled(root: Root, *args: str) -> str:
    """The name of a generation that is made."""
    ran = root.call(SAMPLE, "--machine_id", MADE, "--num_samples", "2000", "--seed", "1", *args)
    assert ran.code == 0, ran.stderr
    return generation_of(str(ran.last["outputs"][0]["path"]))


def failed(root: Root) -> Ran:
    ran = root.call(VALIDATE, "--machine_id", MADE)
    assert (ran.code, ran.last["event"]) == (4, "error"), ran.stdout
    return ran


def shown(root: Root) -> str | None:
    return root.store.published(MADE)


def test_shown_before_it_was_validated_it_is_shown_no_longer(
    unpublished: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = sampled(unpublished)
    assert shown(unpublished) == name
    nothing_passes("Run lengths", monkeypatch)
    ran = failed(unpublished)
    assert [warning["code"] for warning in ran.of("warning")] == ["WITHDRAWN"]
    assert shown(unpublished) is None
    assert not (unpublished.path / "data/synthetic" / MADE).exists()
    kept = {path.name for path in (unpublished.path / "data/generations" / MADE / name).iterdir()}
    assert {"train.parquet", "val.parquet", "test.parquet", "report.json", "report.html"} <= kept


@pytest.mark.parametrize("script", [EXPORT, READ])
def test_who_needs_a_data_set_is_told_that_the_newest_failed(
    unpublished: Root, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    name = sampled(unpublished)
    nothing_passes("Run lengths", monkeypatch)
    failed(unpublished)
    ran = unpublished.call(script, "--machine_id", MADE)
    assert ran.code == 3
    assert f"the newest, {name}, did not pass validation" in ran.last["message"]
    assert f"{name}/report.json" in ran.last["hint"]


@pytest.mark.parametrize("before", [False, True])
def test_publishing_it_is_refused_and_says_what_is_published_then(
    made: Root, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    if not before:
        made.store.withdraw(MADE)
    published = shown(made)
    name = sampled(made, "--stage")
    nothing_passes("Run lengths", monkeypatch)
    failed(made)
    ran = made.call(PUBLISH, "--machine_id", MADE)
    stays = "the one before stays published" if before else "nothing is published"
    assert (ran.code, ran.last["message"]) == (4, f"generation {name} of {MADE} did not pass validation; {stays}")
    assert shown(made) == published


@pytest.mark.parametrize(
    ("check", "helps"),
    [
        ("Run lengths", f"other runs, by another random seed (npm run gan -- machine run {MADE} --seed 1)"),
        ("Cross-sensor gap", "training longer or from another start"),
    ],
)
def test_the_hint_says_what_can_help_this_check(
    made: Root, monkeypatch: pytest.MonkeyPatch, check: str, helps: str
) -> None:
    nothing_passes(check, monkeypatch)
    hint = failed(made).last["hint"]
    assert hint.startswith("the same model gives the same data again; ")
    assert helps in hint and "more seed rows (--seed-samples)" in hint


def test_the_hint_to_train_longer_names_a_command_with_twice_the_epochs_and_another_seed(
    made: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_passes("Cross-sensor gap", monkeypatch)
    trained = Manifest(made.store, MADE).step("trainTvae")
    assert trained is not None
    epochs = trained["parameters"]["epochs"]
    hint = failed(made).last["hint"]
    assert f"(npm run gan -- machine run {MADE} --epochs {2 * epochs} --seed 1)" in hint
