"""One process at a time works on a machine, and the next holder clears what dead ones left."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gan.runtime import processes
from gan.runtime.errors import ResourceFailed
from gan.store import locks as lock
from gan.store.layout import generation_key, key_of
from gan.store.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def _hold(root: str, held: multiprocessing.synchronize.Event, leave: multiprocessing.synchronize.Event) -> None:
    with LocalStore(root).lock("pump_a", "trainTvae"):
        held.set()
        leave.wait(30)


def test_the_second_is_told_who_holds_the_machine_and_since_when(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(lock, "NOTICE_SECONDS", 0.1)
    context = multiprocessing.get_context("spawn")
    held, leave = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(store.where(), held, leave))
    holder.start()
    assert held.wait(30)
    told: list[str] = []
    with pytest.raises(ResourceFailed) as refused, store.lock("pump_a", "generateSeed", on_wait=told.append):
        pass
    assert refused.value.code == "MACHINE_LOCKED"
    assert f"held by trainTvae in process {holder.pid} on" in refused.value.message
    assert len(told) == 1
    with store.lock("pump_b", "trainTvae"):
        pass
    leave.set()
    holder.join()
    with store.lock("pump_a", "generateSeed"):
        pass


LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell when a process began")


def _hold_for(worker: str | None, deaf: bool, *rest: Any) -> None:
    processes.worker = worker
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _hold(*rest)


@pytest.fixture
def held_for(store: LocalStore) -> Iterator[Callable[..., multiprocessing.process.BaseProcess]]:
    """Starts a process that holds the machine, as if a worker of this name had started it."""
    context = multiprocessing.get_context("spawn")
    holders = []

    def start(worker: str | None, *, deaf: bool = False) -> multiprocessing.process.BaseProcess:
        held, leave = context.Event(), context.Event()
        holder = context.Process(target=_hold_for, args=(worker, deaf, store.where(), held, leave))
        holder.start()
        holders.append((holder, leave))
        assert held.wait(30)
        return holder

    yield start
    for holder, _ in holders:
        holder.kill()
        holder.join()


@pytest.fixture
def dead_worker() -> str:
    worker = subprocess.Popen(["sleep", "60"])
    name = processes.name_of(worker.pid)
    worker.kill()
    worker.wait()
    assert name is not None
    return name


@LINUX
@pytest.mark.parametrize("state", ["running", "stopped", "deaf"])
def test_a_holder_whose_worker_is_gone_is_ended(
    store: LocalStore, held_for: Any, dead_worker: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 1.0)
    holder = held_for(dead_worker, deaf=state != "running")
    if state == "stopped":
        os.kill(holder.pid, signal.SIGSTOP)
    with store.lock("pump_a", "trainTvae"):
        holder.join(5)
    assert holder.exitcode == -(signal.SIGTERM if state == "running" else signal.SIGKILL)


@LINUX
@pytest.mark.parametrize("worker", ["lives", "is stopped", "none: by hand", "another's id"])
def test_a_holder_that_somebody_waits_for_is_not_ended(
    store: LocalStore, tmp_path: Path, held_for: Any, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.3)
    other = subprocess.Popen(["sleep", "60"])
    try:
        name = None if worker.startswith("none") else processes.name_of(other.pid)
        if worker == "is stopped":
            other.send_signal(signal.SIGSTOP)
        holder = held_for(name)
        if worker == "another's id":
            # The holder has ended, its worker too, and its id is a process's that has nothing to do with it.
            file = tmp_path / key_of("lock", "pump_a")
            written = json.loads(file.read_text())
            file.write_text(json.dumps({**written, "process": f"{holder.pid} 1", "worker": "1 1"}))
        with pytest.raises(ResourceFailed) as refused, store.lock("pump_a", "trainTvae"):
            pass
        assert refused.value.code == "MACHINE_LOCKED"
        assert holder.is_alive()
    finally:
        other.kill()
        other.wait()


def test_a_holder_that_lost_its_lock_writes_nothing_more(store: LocalStore, tmp_path: Path) -> None:
    seed = key_of("seed", "pump_a")
    with store.lock("pump_a", "trainTvae"):
        store.write(seed, b"mine")
        # As after a lapsed lease, or a deleted lock file, and another process that came.
        (tmp_path / key_of("lock", "pump_a")).write_text(
            '{"token": "another", "step": "trainTvae", "pid": 7, "host": "h"}'
        )
        late: list[Callable[[], None]] = [
            lambda: store.write(seed, b"too late"),
            lambda: store.publish("pump_a", "g"),
            lambda: store.write_group(generation_key("pump_a", "g"), [("file", b"x")]),
            lambda: store.delete(seed),
            lambda: store.delete(key_of("checkpoints", "pump_a")),
        ]
        for write in late:
            with pytest.raises(ResourceFailed) as refused:
                write()
            assert refused.value.code == "LOCK_LOST"
            assert "taken over by trainTvae in process 7 on h" in refused.value.message
    assert store.read(seed) == b"mine"
    assert not (tmp_path / key_of("publication", "pump_a")).is_symlink()
    assert list(tmp_path.rglob("*.tmp")) == []


def test_leftovers_of_a_machine_are_removed_whoever_has_their_process_id_now(store: LocalStore, tmp_path: Path) -> None:
    generations = tmp_path / key_of("generations", "pump_a")
    mine = [
        tmp_path / "seed_data" / ".pump_a_temporal_seed.csv.1.tmp",
        tmp_path / "manifests" / ".pump_a.json.1.tmp",
        tmp_path / key_of("checkpoints", "pump_a") / ".checkpoint-0.pt.1.tmp",
        generations / ".abc.1.tmp" / "train.parquet",
        generations / "abc" / ".report.json.1.tmp",
    ]
    others = [
        tmp_path / "seed_data" / ".pump_a_b_temporal_seed.csv.1.tmp",
        tmp_path / key_of("generations", "pump_b") / ".abc.1.tmp" / "train.parquet",
        generations / "abc" / "report.json",
    ]
    for path in (*mine, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    link = tmp_path / "data" / "synthetic" / ".pump_a.1.tmp"
    link.parent.mkdir(parents=True)
    link.symlink_to("nowhere")
    store.remove_leftovers("pump_a")
    assert set(tmp_path.rglob("*.tmp")) == {others[0], others[1].parent}
    assert not link.is_symlink()
    assert all(path.exists() for path in others)
