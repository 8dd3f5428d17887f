"""Files appear whole or not at all, and what was there before a failure stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan.runtime.errors import ResourceFailed
from gan.store.files import fenced, switch_link, whole_folder, write_whole
from gan.store.layout import key_of
from gan.store.local import LocalStore


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    write_whole(tmp_path / "a", b"old")
    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_folder_appears_with_all_its_files_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "g") as folder:
        (folder / "train").write_bytes(b"half")
        raise RuntimeError
    assert names(tmp_path) == []
    with whole_folder(tmp_path / "g") as folder:
        (folder / "train").write_bytes(b"whole")
        assert not (tmp_path / "g").exists()
    assert names(tmp_path) == ["g"]


def test_a_folder_that_is_made_again_stays_where_it_is_with_what_was_added(tmp_path: Path) -> None:
    for _ in range(2):
        with whole_folder(tmp_path / "g") as folder:
            (folder / "train").write_bytes(b"same")
        (tmp_path / "g" / "report").write_bytes(b"r")
        first = (tmp_path / "g").stat().st_ino
    assert (tmp_path / "g").stat().st_ino == first
    assert names(tmp_path / "g") == ["report", "train"]


def test_a_damaged_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "train").write_bytes(b"damaged")
    with whole_folder(tmp_path / "g") as folder:
        (folder / "train").write_bytes(b"whole")
    assert (tmp_path / "g" / "train").read_bytes() == b"whole"
    assert names(tmp_path) == ["g"]


def test_a_link_always_points_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / "generations" / name).mkdir(parents=True)
    link = tmp_path / "synthetic" / "pump_a"
    switch_link(link, tmp_path / "generations" / "one")
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full)
        with pytest.raises(OSError):
            switch_link(link, tmp_path / "generations" / "two")
    assert link.resolve().name == "one"
    switch_link(link, tmp_path / "generations" / "two")
    assert link.resolve().name == "two"
    assert not Path(os.readlink(link)).is_absolute()
    assert names(link.parent) == ["pump_a"]


def test_who_lost_its_lock_writes_nothing_more(tmp_path: Path) -> None:
    def lost() -> None:
        raise ResourceFailed("taken over")

    write_whole(tmp_path / "a", b"old")
    with fenced(lost), pytest.raises(ResourceFailed):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_leftovers_of_one_machine_go_and_those_of_another_stay(tmp_path: Path) -> None:
    model, model_2 = (tmp_path / key_of("model", machine_id) for machine_id in ("pump_a", "pump_a_2"))
    mine = [model.with_name(f".{model.name}.77.tmp")]
    mine += [tmp_path / key_of("generations", "pump_a") / ".abc.77.tmp" / "train.parquet"]
    others = [model_2.with_name(f".{model_2.name}.77.tmp")]
    others += [model, tmp_path / key_of("generations", "pump_a_2") / ".abc.77.tmp" / "train.parquet"]
    for path in (*mine, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    LocalStore(tmp_path).remove_leftovers("pump_a")
    assert not [path for path in mine if path.exists()]
    assert not [path for path in others if not path.exists()]
