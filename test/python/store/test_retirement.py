"""A machine that leaves the fleet takes all that is its own with it, and comes back as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan.runtime.errors import InvalidInput
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import machine_ids
from gan.store.layout import generation_key, key_of
from gan.store.local import LocalStore
from gan.store.retirement import restore, retire
from memory_store import MemoryStore


class Killed(Exception):
    pass


class Fragile(LocalStore):
    """A store whose process is killed at its n-th change."""

    left = -1

    def move(self, key: str, to: str) -> None:
        self._count()
        super().move(key, to)

    def delete(self, key: str) -> None:
        self._count()
        super().delete(key)

    def write(self, key: str, data: bytes) -> None:
        self._count()
        super().write(key, data)

    def _count(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


def fill(store: ArtifactStore, machine_id: str = "pump_x") -> None:
    for kind in ("configuration", "profile", "seed", "recorded", "model", "manifest"):
        store.write(key_of(kind, machine_id), f"{kind} of {machine_id}".encode())
    store.write(key_of("runs", machine_id) + "run.jsonl", b"{}")
    store.write_group(generation_key(machine_id, "aaa"), [("train.parquet", b"rows")])
    store.publish(machine_id, "aaa")


def contents(store: ArtifactStore) -> dict[str, str]:
    kept = [key for key in store.keys("") if not key.startswith("locks/")] if isinstance(store, MemoryStore) else []
    if isinstance(store, LocalStore):
        root = Path(store.where())
        files = (path for path in root.rglob("*") if path.is_file())
        kept = [key for path in files if not (key := path.relative_to(root).as_posix()).startswith("locks/")]
    return {key: hashlib.sha256(store.read(key)).hexdigest() for key in kept}


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArtifactStore]:
    yield LocalStore(tmp_path) if request.param == "local" else MemoryStore()


def test_it_leaves_with_all_that_is_its_own_and_nothing_of_another(store: ArtifactStore) -> None:
    fill(store)
    fill(store, "pump_y")
    files = retire(store, "pump_x")
    assert {key_of("configuration", "pump_x"), generation_key("pump_x", "aaa", "train.parquet")} <= set(files)
    assert store.published("pump_x") is None
    assert [key for key in contents(store) if "pump_x" in key and not key.startswith("retired/pump_x/")] == []
    assert "pump_x" not in machine_ids(store)
    assert store.published("pump_y") == "aaa"


def test_it_comes_back_byte_for_byte(store: ArtifactStore) -> None:
    fill(store)
    before = contents(store)
    retire(store, "pump_x")
    restore(store, "pump_x")
    assert contents(store) == before
    assert store.published("pump_x") == "aaa"


@pytest.mark.parametrize("again", [retire, restore], ids=["retired", "restored"])
@pytest.mark.parametrize("killed", [retire, restore], ids=["retiring", "restoring"])
def test_whatever_moment_it_is_killed_at_either_can_go_on(tmp_path: Path, killed: object, again: object) -> None:
    for moment in range(1, 40):
        store = Fragile(tmp_path / str(moment))
        fill(store)
        before = contents(store)
        if killed is restore:
            retire(store, "pump_x")
        store.left = moment
        try:
            (retire if killed is retire else restore)(store, "pump_x")
            break
        except Killed:
            store.left = -1
        assert set(before.values()) <= set(contents(store).values())
        if again is retire:
            retire(store, "pump_x")
        if store.exists("retired/pump_x/retired.json"):
            restore(store, "pump_x")
        assert contents(store) == before
        assert store.published("pump_x") == "aaa"
    assert moment > 5


def test_one_that_is_unknown_is_refused(store: ArtifactStore) -> None:
    with pytest.raises(InvalidInput, match="no machine pump_x in the fleet"):
        retire(store, "pump_x")
    with pytest.raises(InvalidInput, match="no machine pump_x is retired"):
        restore(store, "pump_x")


def test_one_of_the_project_is_refused_since_every_data_root_has_it(store: ArtifactStore) -> None:
    with pytest.raises(InvalidInput, match="belongs to the project"):
        retire(store, "pump_ksb_etanorm_006")


def test_its_place_is_never_taken_from_another(store: ArtifactStore) -> None:
    fill(store)
    retire(store, "pump_x")
    store.write(key_of("configuration", "pump_x"), b"another machine")
    before = contents(store)
    with pytest.raises(InvalidInput, match="another machine pump_x has its place"):
        restore(store, "pump_x")
    with pytest.raises(InvalidInput, match="an earlier machine pump_x is retired"):
        retire(store, "pump_x")
    assert contents(store) == before
