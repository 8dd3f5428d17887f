"""A declared version stands for the code that was recorded with it; how that code is written does not matter."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

import step_versions
from code_meaning import Code, Meaning, contracts
from step_versions import meanings, read_lock, recorded, unrecorded, versions

SOURCES = {
    "work.py": '''
        """Makes data."""
        from toy.rows import SHARE, count as how_many

        def work(total: int) -> int:
            """Rows of the data set."""
            from toy import lazy  # when it is needed
            if total < 0:
                raise ValueError("total: too few")
            return _double(how_many(total)) + lazy.extra(SHARE)

        def _double(value: int) -> int:
            return 2 * value

        def by_the_way() -> int:
            return 5
    ''',
    "rows.py": """
        import numpy as np
        SHARE = 0.7
        SYNTHESIZER = "toy.sampler"

        def count(total: int) -> int:
            return int(np.round(total * SHARE)) + len(SYNTHESIZER)
    """,
    "lazy.py": "def extra(share):\n    return share + 1\n",
    "sampler.py": "def sample():\n    return 3\n",
    "kept.py": "def keep():\n    return 4\n",
}


def meaning(folder: Path, *changes: tuple[str, str, str], pins: str = "2.2.6", **files: str) -> Meaning:
    """Of `work` in a package of its own. changes: file, what is replaced, by what."""
    package = folder / "toy"
    package.mkdir()
    for name, text in {**SOURCES, **{f"{name}.py": text for name, text in files.items()}}.items():
        for _, before, after in (change for change in changes if change[0] == name):
            assert before in text
            text = text.replace(before, after)
        (package / name).write_text(textwrap.dedent(text), "utf-8")
    return Code(package, ("toy.kept",), {"numpy": pins}).meaning(["toy.work.work"])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two places for two states of the code."""
    places = tmp_path / "before", tmp_path / "after"
    for place in places:
        place.mkdir()
    return places


@pytest.mark.parametrize(
    "changes",
    [
        [("work.py", "# when it is needed", "# said otherwise")],
        [("work.py", '"""Rows of the data set."""', '"""So many rows."""')],
        [("work.py", "total: int", "total: object")],
        [("work.py", "2 * value", "(2\n                *  value)")],
        [("work.py", "_double", "_twice")],
        [
            ("work.py", "how_many", "number"),
            ("rows.py", "def count", "def counted"),
            ("work.py", "import SHARE, count ", "import SHARE, counted "),
        ],
        [("work.py", "too few", "more are needed")],
        [("work.py", "return 5", "return 6")],
    ],
    ids=[
        "comment",
        "docstring",
        "annotation",
        "format",
        "private name",
        "public name",
        "text of an error",
        "not called",
    ],
)
def test_how_code_is_written_means_nothing(folders: tuple[Path, Path], changes: list[tuple[str, str, str]]) -> None:
    assert meaning(folders[0]).digest == meaning(folders[1], *changes).digest


def test_a_moved_module_means_nothing(folders: tuple[Path, Path]) -> None:
    moved = meaning(folders[1], ("work.py", "toy.rows", "toy.numbers"), numbers=SOURCES["rows.py"])
    assert meaning(folders[0]).digest == moved.digest


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ([("work.py", "2 * value", "3 * value")], "toy.work"),
        ([("work.py", "total < 0", "total < 1")], "toy.work"),
        ([("rows.py", "0.7", "0.8")], "toy.rows"),
        ([("rows.py", "np.round", "np.floor")], "toy.rows"),
        ([("lazy.py", "share + 1", "share + 2")], "toy.lazy"),
        ([("sampler.py", "return 3", "return 4")], "toy.sampler"),
        ([("work.py", "_double(how_many(total))", "how_many(total)")], "toy.work"),
    ],
    ids=[
        "function",
        "condition",
        "constant",
        "call of a package",
        "lazy import",
        "imported by its name",
        "other callee",
    ],
)
def test_what_code_does_means_something_and_its_module_is_named(
    folders: tuple[Path, Path], changes: list[tuple[str, str, str]], where: str
) -> None:
    before, after = meaning(folders[0]), meaning(folders[1], *changes)
    assert before.digest != after.digest
    assert [name for name in before.modules if before.modules[name] != after.modules[name]] == [where]


def test_another_version_of_a_package_means_something(folders: tuple[Path, Path]) -> None:
    assert meaning(folders[0]).digest != meaning(folders[1], pins="2.3.0").digest


def test_a_contract_that_is_read_means_something_but_not_its_words(tmp_path: Path) -> None:
    def digests(**node: object) -> dict[str, str]:
        (tmp_path / "toy.json").write_text(json.dumps({"properties": {"description": {"type": "string", **node}}}))
        return contracts(tmp_path)

    before = digests(default="", description="what it is", allowed="text")
    assert before == digests(default="", description="what it may be", allowed="words")
    assert before != digests(default="none")
    assert set(meanings()["generateSeed"].packages) >= {"contract machine-types", "contract profile.schema"}


def test_what_is_left_out_is_not_looked_into(folders: tuple[Path, Path]) -> None:
    uses = ("work.py", "return _double", "from toy import kept\n            kept.keep()\n            return _double")
    assert meaning(folders[0], uses).digest == meaning(folders[1], uses, ("kept.py", "4", "5")).digest


BEFORE = Meaning("a" * 16, {"gan.data.splits": "1"}, {"numpy": "2.2.6"})
AFTER = Meaning("b" * 16, {"gan.data.splits": "2"}, {"numpy": "2.3.0"})
LOCK = recorded({}, {"generateDataset": "1"}, {"generateDataset": BEFORE}, None)


def test_changed_code_under_the_same_version_is_found_and_what_to_do_is_said() -> None:
    told = unrecorded(LOCK, {"generateDataset": "1"}, {"generateDataset": AFTER})["generateDataset"]
    assert "what generateDataset makes may have changed (in: gan.data.splits, numpy)" in told
    assert "raise its version in GAN/gan/pipeline/registry.py, then run `npm run versions`" in told
    with pytest.raises(ValueError, match="may have changed"):
        recorded(LOCK, {"generateDataset": "1"}, {"generateDataset": AFTER}, None)


def test_changed_code_that_makes_the_same_is_recorded_with_the_reason() -> None:
    same = recorded(LOCK, {"generateDataset": "1"}, {"generateDataset": AFTER}, "faster, same bytes")
    assert same["generateDataset"]["sameOutput"] == ["faster, same bytes"]
    again = recorded(same, {"generateDataset": "1"}, {"generateDataset": BEFORE}, "faster, same bytes")
    assert again["generateDataset"]["sameOutput"] == ["faster, same bytes"]
    assert unrecorded(same, {"generateDataset": "1"}, {"generateDataset": AFTER}) == {}


def test_a_raised_version_is_recorded_with_its_code_and_begins_anew() -> None:
    same = recorded(LOCK, {"generateDataset": "1"}, {"generateDataset": AFTER}, "faster, same bytes")
    assert "was changed" in unrecorded(same, {"generateDataset": "2"}, {"generateDataset": AFTER})["generateDataset"]
    raised = recorded(same, {"generateDataset": "2"}, {"generateDataset": AFTER}, None)["generateDataset"]
    assert (raised["version"], raised["sameOutput"]) == ("2", [])


def test_what_decides_data_belongs_to_its_step() -> None:
    found = {step: set(meaning.modules) for step, meaning in meanings().items()}
    assert "gan.data.splits" in found["generateDataset"]
    assert "gan.simulation.physics" in found["generateSeed"]
    assert {"gan.synthesis.temporal_tvae.trainer", "gan.synthesis.sdv_tvae"} <= found["trainTvae"]
    assert "gan.synthesis.temporal_tvae.sampler" in found["generateDataset"]
    assert "gan.evaluation.measures" in found["validateDataset"]
    assert "gan.reporting.style" in found["pages"]
    assert "gan.reporting.style" not in found["validateDataset"]


def test_the_code_behind_each_version_is_what_was_recorded_with_it() -> None:
    """Where this fails, it says what to do."""
    assert list(unrecorded(read_lock(), versions(), meanings()).values()) == []


def test_what_is_left_out_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(step_versions.NOT_DATA, "gan.no_such_module", "")
    with pytest.raises(LookupError, match="no_such_module"):
        meanings()
