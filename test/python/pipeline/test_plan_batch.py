"""A plan of many machines reads each file once, and finds what changed since the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan.store.artifacts import sha256
from gan.store.layout import key_of
from gan.store.local import LocalStore
from gan.store.snapshot import Snapshot
from support import CHAIN, MADE, PLAN, Root

SEED = key_of("seed", "pump_a")
SMALL = ("--seed_samples", "1500", "--epochs", "3", "--num_samples", "2000")


def test_what_is_asked_for_many_times_is_read_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(SEED, b"rows")
    snapshot = Snapshot(store)
    assert snapshot.digest(SEED) == store.digest(SEED)
    assert snapshot.read(SEED) == b"rows"
    store.delete(SEED)
    assert snapshot.digest(SEED) == sha256(b"rows")
    assert snapshot.read(SEED) == b"rows"
    with pytest.raises(FileNotFoundError):
        Snapshot(store).digest(SEED)


def test_a_look_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        Snapshot(LocalStore(tmp_path)).write(SEED, b"rows")


def test_what_changed_since_the_last_look_is_due_and_what_current_steps_made_is_told(made: Root) -> None:
    def steps() -> list[dict[str, object]]:
        ran = made.call(PLAN, "--machine_ids", MADE, "--results", *SMALL)
        (machine,) = ran.last["data"]["machines"]
        return list(machine["steps"])

    before = steps()
    assert len(before) == len(CHAIN)
    assert all(step["action"] == "skip" and step["made"]["outputs"] for step in before)  # type: ignore[index]
    seed = next((made.path / "seed_data").glob("*_temporal_seed.csv"))
    content = seed.read_bytes()
    try:
        seed.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        changed = steps()
    finally:
        seed.write_bytes(content)
    assert [step["action"] for step in changed] == ["skip", *["run"] * 6]
    assert "made" not in changed[1]


def test_a_machine_as_it_was_made_is_up_to_date_whatever_the_parameters_of_the_plan(made: Root) -> None:
    def due(*flags: str) -> list[str]:
        (machine,) = made.call(PLAN, "--machine_ids", MADE, *flags).last["data"]["machines"]
        return [step["step"] for step in machine["steps"] if step["action"] == "run"]

    assert "trainTvae" in due("--epochs", "4")
    assert due("--epochs", "4", "--as_made") == []
    assert len(due("--as_made", "--force")) == len(CHAIN)
