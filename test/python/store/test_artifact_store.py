"""What every ArtifactStore guarantees, checked on the local one and on one without files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gan.runtime.errors import InvalidInput, ResourceFailed
from gan.store import generations, locks
from gan.store.artifacts import ArtifactStore, sha256
from gan.store.layout import KINDS, generation_key, key_of, machine_of, published_key
from gan.store.local import LocalStore
from gan.store.manifest import Manifest
from gan.store.publication import is_published
from memory_store import MemoryStore
from support import PROJECT

SEED, MODEL = key_of("seed", "pump_a"), key_of("model", "pump_a")
FILES = {"train.parquet": b"rows", "manifest.json": b"{}"}


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    return LocalStore(tmp_path / "root") if request.param == "local" else MemoryStore()


@pytest.fixture
def take_over(store: ArtifactStore, tmp_path: Path) -> Callable[[], None]:
    """Another process takes pump_a over while this one believes that it holds it."""
    if isinstance(store, MemoryStore):
        return lambda: store.take_over("pump_a")
    lock = tmp_path / "root" / key_of("lock", "pump_a")

    def write_another_token() -> None:
        lock.write_text('{"token": "another"}')

    return write_another_token


def generation(name: str) -> str:
    return generation_key("pump_a", name)


class TestOneArtifact:
    def test_is_read_as_it_was_written_last(self, store: ArtifactStore) -> None:
        for data in (b"old", b"newer"):
            store.write(SEED, data)
        assert store.read(SEED) == b"newer"
        assert store.exists(SEED)
        output = store.output(SEED, rows=3)
        assert (output.path, output.sha256, output.bytes, output.rows) == (SEED, sha256(b"newer"), 5, 3)

    def test_that_is_not_there_is_missing(self, store: ArtifactStore) -> None:
        assert store.stat(SEED) is None
        for look in (store.read, store.digest, store.output):
            with pytest.raises(FileNotFoundError):
                look(SEED)

    def test_is_removed_once_and_for_all(self, store: ArtifactStore) -> None:
        store.write(SEED, b"rows")
        for _ in range(2):
            store.delete(SEED)
            assert not store.exists(SEED)

    def test_knows_when_it_appeared(self, store: ArtifactStore) -> None:
        store.write(SEED, b"one")
        first = store.stat(SEED)
        store.write(SEED, b"two")
        second = store.stat(SEED)
        assert first is not None
        assert second is not None
        assert first.modified <= second.modified

    def test_can_be_read_from_its_middle_as_parquet_and_zip_are(self, store: ArtifactStore, tmp_path: Path) -> None:
        pq.write_table(pa.table({"rul": [2.0, 1.0, 0.0]}), tmp_path / "table")
        store.write(SEED, (tmp_path / "table").read_bytes())
        with store.open(SEED) as file:
            assert pq.read_table(file).num_rows == 3
        with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
            archive.writestr("header.json", "{}")
        store.write(MODEL, (tmp_path / "zip").read_bytes())
        with store.open(MODEL) as file, zipfile.ZipFile(file) as archive:
            assert archive.namelist() == ["header.json"]

    @pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "models/../../outside", "", "models//x", "./x"])
    def test_never_lies_outside_the_store(self, store: ArtifactStore, key: str) -> None:
        for use in (store.stat, store.read, lambda k: store.write(k, b"x")):
            with pytest.raises(InvalidInput):
                use(key)


class TestKeys:
    def test_are_those_below_the_prefix(self, store: ArtifactStore) -> None:
        for key in (SEED, generation("aaa") + "train.parquet", generation("bbb") + "train.parquet"):
            store.write(key, b"x")
        store.write(generation_key("pump_a_b", "aaa", "train.parquet"), b"another machine's")
        assert list(store.keys(key_of("generations", "pump_a"))) == [
            generation("aaa") + "train.parquet",
            generation("bbb") + "train.parquet",
        ]
        assert list(store.keys("manifests/")) == []


class TestAGroup:
    def test_appears_with_all_its_files_when_the_last_one_is_given(self, store: ArtifactStore) -> None:
        def files() -> Iterator[tuple[str, bytes]]:
            for name, data in FILES.items():
                assert list(store.keys(generation("aaa"))) == []
                yield name, data

        store.write_group(generation("aaa"), files())
        assert {key: store.read(key) for key in store.keys(generation("aaa"))} == {
            generation("aaa") + name: data for name, data in FILES.items()
        }

    def test_of_which_the_making_fails_does_not_appear(self, store: ArtifactStore) -> None:
        def files() -> Iterator[tuple[str, bytes]]:
            yield "train.parquet", b"rows"
            raise RuntimeError

        with pytest.raises(RuntimeError):
            store.write_group(generation("aaa"), files())
        assert list(store.keys(key_of("generations", "pump_a"))) == []

    def test_that_is_made_again_keeps_what_was_added_to_it(self, store: ArtifactStore) -> None:
        for _ in range(2):
            store.write_group(generation("aaa"), FILES.items())
            store.write(generation("aaa") + "report.json", b"verdict")
        assert len(store.keys(generation("aaa"))) == len(FILES) + 1

    def test_that_is_damaged_is_replaced_with_all_that_was_added_to_it(self, store: ArtifactStore) -> None:
        store.write_group(generation("aaa"), {**FILES, "train.parquet": b"damaged"}.items())
        store.write(generation("aaa") + "report.json", b"of the damaged one")
        store.write_group(generation("aaa"), FILES.items())
        assert store.read(generation("aaa") + "train.parquet") == b"rows"
        assert not store.exists(generation("aaa") + "report.json")

    def test_is_removed_as_a_whole_and_no_other(self, store: ArtifactStore) -> None:
        for name in ("aaa", "aaab"):
            store.write_group(generation(name), FILES.items())
        for _ in range(2):
            store.delete(generation("aaa"))
        assert {key.split("/")[-2] for key in store.keys(key_of("generations", "pump_a"))} == {"aaab"}


class TestPublication:
    def test_shows_the_files_of_the_generation_that_was_published_last(self, store: ArtifactStore) -> None:
        assert store.published("pump_a") is None
        assert not store.exists(published_key("pump_a", "train.parquet"))
        for name in ("aaa", "bbb"):
            store.write_group(generation(name), [("train.parquet", name.encode())])
            store.publish("pump_a", name)
            assert store.published("pump_a") == name
            assert store.read(published_key("pump_a", "train.parquet")) == name.encode()

    def test_ends_with_its_generation(self, store: ArtifactStore) -> None:
        store.write_group(generation("aaa"), FILES.items())
        store.publish("pump_a", "aaa")
        store.delete(generation("aaa"))
        assert store.published("pump_a") is None

    def test_is_rolled_back_without_a_path(self, store: ArtifactStore) -> None:
        for name in ("aaa", "bbb"):
            report = {"verdict": "pass", "quality": 0.9, "files": {"train.parquet": sha256(name.encode())}}
            files = {"train.parquet": name.encode(), "report.json": json.dumps(report).encode()}
            store.write_group(generation(name), files.items())
            generations.note_made(store, "pump_a", name)
            generations.publish(store, "pump_a", name)
        generations.roll_back(store, "pump_a", None)
        assert store.published("pump_a") == "aaa"
        assert is_published(store, "pump_a")
        assert {g.name: g.state for g in generations.listing(store, "pump_a")} == {
            "aaa": "published",
            "bbb": "rolled back",
        }
        assert Manifest(store, "pump_a").generations()["bbb"]["rolledBackAt"]


class TestTheLock:
    def test_is_one_holder_s_at_a_time_and_each_machine_has_its_own(
        self, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(locks, "WAIT_SECONDS", 0.0)
        with store.lock("pump_a", "trainTvae"), store.lock("pump_b", "trainTvae"):
            with (
                pytest.raises(ResourceFailed, match="held by trainTvae") as refused,
                store.lock("pump_a", "generateSeed"),
            ):
                pass
            assert refused.value.code == "MACHINE_LOCKED"
        with store.lock("pump_a", "generateSeed"):
            store.remove_leftovers("pump_a")

    def test_that_was_lost_lets_nothing_more_appear_or_go(
        self, store: ArtifactStore, take_over: Callable[[], None]
    ) -> None:
        store.write_group(generation("aaa"), FILES.items())
        with store.lock("pump_a", "trainTvae"):
            store.write(SEED, b"mine")
            take_over()
            late: list[Callable[[], None]] = [
                lambda: store.write(SEED, b"too late"),
                lambda: store.write_group(generation("bbb"), FILES.items()),
                lambda: store.delete(SEED),
                lambda: store.delete(generation("aaa")),
                lambda: store.move(SEED, "retired/pump_a/seed.csv"),
                lambda: store.publish("pump_a", "aaa"),
            ]
            for change in late:
                with pytest.raises(ResourceFailed) as refused:
                    change()
                assert refused.value.code == "LOCK_LOST"
        assert store.read(SEED) == b"mine"
        assert len(store.keys(key_of("generations", "pump_a"))) == len(FILES)
        assert store.published("pump_a") is None


class TestTheLayout:
    def test_is_the_table_that_typescript_has(self) -> None:
        table = json.loads((PROJECT / "contracts/generated/artifacts.json").read_text("utf-8"))
        assert tuple(table) == KINDS
        assert {kind: key_of(kind, "{id}") for kind in KINDS} == table

    def test_tells_whose_artifact_a_key_is(self) -> None:
        assert machine_of("profile", key_of("profile", "pump_a")) == "pump_a"
        for key in ("metadata/pump_a.json", "metadata/sub/pump_a_metadata.json", "metadata/Pump_metadata.json"):
            assert machine_of("profile", key) is None
