"""One process at a time works on a machine, and what dead ones left is cleared by the next holder."""

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
from gan.store.files import Paths, remove_leftovers, switch_link, whole_folder, write_whole
from gan.store.locks import machine_lock


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def _hold(root: Path, held: multiprocessing.synchronize.Event, leave: multiprocessing.synchronize.Event) -> None:
    with machine_lock(Paths(root), "pump_a", "trainTvae"):
        held.set()
        leave.wait(30)


def test_the_second_is_told_who_holds_the_machine_and_since_when(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(lock, "NOTICE_SECONDS", 0.1)
    context = multiprocessing.get_context("spawn")
    held, leave = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(paths.root, held, leave))
    holder.start()
    assert held.wait(30)
    told: list[str] = []
    with pytest.raises(ResourceFailed) as refused, machine_lock(paths, "pump_a", "generateSeed", on_wait=told.append):
        pass
    assert refused.value.code == "MACHINE_LOCKED"
    assert f"held by trainTvae in process {holder.pid} on" in refused.value.message
    assert len(told) == 1
    with machine_lock(paths, "pump_b", "trainTvae"):
        pass
    leave.set()
    holder.join()
    with machine_lock(paths, "pump_a", "generateSeed"):
        pass


LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell when a process began")


def _hold_for(worker: str | None, deaf: bool, *rest: Any) -> None:
    processes.worker = worker
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _hold(*rest)


@pytest.fixture
def held_for(paths: Paths) -> Iterator[Callable[..., multiprocessing.process.BaseProcess]]:
    """Starts a process that holds the machine, as if a worker of this name had started it."""
    context = multiprocessing.get_context("spawn")
    holders = []

    def start(worker: str | None, *, deaf: bool = False) -> multiprocessing.process.BaseProcess:
        held, leave = context.Event(), context.Event()
        holder = context.Process(target=_hold_for, args=(worker, deaf, paths.root, held, leave))
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
    paths: Paths, held_for: Any, dead_worker: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 1.0)
    holder = held_for(dead_worker, deaf=state != "running")
    if state == "stopped":
        os.kill(holder.pid, signal.SIGSTOP)
    with machine_lock(paths, "pump_a", "trainTvae"):
        holder.join(5)
    assert holder.exitcode == -(signal.SIGTERM if state == "running" else signal.SIGKILL)


@LINUX
@pytest.mark.parametrize("worker", ["lives", "is stopped", "none: by hand", "another's id"])
def test_a_holder_that_somebody_waits_for_is_not_ended(
    paths: Paths, held_for: Any, worker: str, monkeypatch: pytest.MonkeyPatch
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
            written = json.loads(paths.lock("pump_a").read_text())
            paths.lock("pump_a").write_text(json.dumps({**written, "process": f"{holder.pid} 1", "worker": "1 1"}))
        with pytest.raises(ResourceFailed) as refused, machine_lock(paths, "pump_a", "trainTvae"):
            pass
        assert refused.value.code == "MACHINE_LOCKED"
        assert holder.is_alive()
    finally:
        other.kill()
        other.wait()


def test_a_holder_that_lost_its_lock_writes_nothing_more(paths: Paths) -> None:
    with machine_lock(paths, "pump_a", "trainTvae"):
        write_whole(paths.seed("pump_a"), b"mine")
        # As after a lapsed lease, or a deleted lock file, and another process that came.
        paths.lock("pump_a").write_text('{"token": "another", "step": "trainTvae", "pid": 7, "host": "h"}')
        late: list[Callable[[], None]] = [
            lambda: write_whole(paths.seed("pump_a"), b"too late"),
            lambda: switch_link(paths.published("pump_a"), paths.generations("pump_a")),
            lambda: _write_folder(paths.generations("pump_a") / "g"),
        ]
        for write in late:
            with pytest.raises(ResourceFailed) as refused:
                write()
            assert refused.value.code == "LOCK_LOST"
            assert "taken over by trainTvae in process 7 on h" in refused.value.message
    assert paths.seed("pump_a").read_bytes() == b"mine"
    assert not paths.published("pump_a").is_symlink()
    assert list(paths.root.rglob("*.tmp")) == []


def _write_folder(folder: Path) -> None:
    with whole_folder(folder) as temporary:
        (temporary / "file").write_bytes(b"x")


def test_leftovers_of_a_machine_are_removed_whoever_has_their_process_id_now(paths: Paths) -> None:
    mine = [
        paths.seed("pump_a").with_name(".pump_a_temporal_seed.csv.1.tmp"),
        paths.manifest("pump_a").with_name(".pump_a.json.1.tmp"),
        paths.checkpoints("pump_a") / ".checkpoint-0.pt.1.tmp",
        paths.generations("pump_a") / ".abc.1.tmp" / "train.parquet",
        paths.generations("pump_a") / "abc" / ".report.json.1.tmp",
    ]
    others = [
        paths.seed("pump_a_b").with_name(".pump_a_b_temporal_seed.csv.1.tmp"),
        paths.generations("pump_b") / ".abc.1.tmp" / "train.parquet",
        paths.generations("pump_a") / "abc" / "report.json",
    ]
    for path in (*mine, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    link = paths.published("pump_a").with_name(".pump_a.1.tmp")
    link.parent.mkdir(parents=True)
    link.symlink_to("nowhere")
    remove_leftovers(paths, "pump_a")
    assert set(paths.root.rglob("*.tmp")) == {others[0], others[1].parent}
    assert not link.is_symlink()
    assert all(path.exists() for path in others)
