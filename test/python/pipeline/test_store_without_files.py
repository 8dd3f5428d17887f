"""The chain runs on a store without files and makes the same bytes as on a disk: no step bypasses the store."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

import pytest

from conftest import Made
from gan.pipeline.chain import run
from gan.pipeline.health import check
from gan.pipeline.registry import STEPS
from gan.pipeline.runner import Context
from gan.pipeline.steps import roll_back
from gan.pipeline.tools import export_cmapss, fleet_report, ml_readiness, read_dataset
from gan.runtime.events import Reporter
from gan.runtime.stopping import StopRequest
from gan.store.generations import listing
from gan.store.layout import generation_key, key_of
from memory_store import MemoryStore
from support import MADE, machine_config

FLAGS: dict[str, Any] = {
    "seed": 0,
    "num_samples": 2000,
    "runs": 0,
    "failure_mode": "as-seen",
    "life_hours": "as-seen",
    "condition": "as-seen",
    "rul_cap": 0,
    "split_ratio": ["0.7,0.15,0.15"],
    "epochs": 3,
    "batch_size": 500,
    "patience": 0,
    "time_limit": 0,
    "synthesizer": "temporal-tvae",
    "stage": True,
    "skip_if_current": True,
    "fleet_run": None,
}


@pytest.fixture
def store() -> MemoryStore:
    """A store with the configuration of the machine that has been through its chain on a disk."""
    store = MemoryStore()
    store.write(key_of("configuration", MADE), json.dumps(machine_config(MADE)).encode())
    return store


def in_memory(store: MemoryStore, step: str, **flags: Any) -> Context:
    args = Namespace(machine_id=MADE, **{**FLAGS, **flags})
    return Context(args, store, Reporter(step, MADE, as_json=True), StopRequest(lambda: None))


def run_chain(store: MemoryStore, **flags: Any) -> None:
    for step in STEPS:
        rows = {"num_samples": 1500} if step == "generateSeed" else {}
        run(in_memory(store, step, **rows, **flags), step)


def test_the_chain_makes_the_same_bytes(store: MemoryStore, made_once: Made) -> None:
    run_chain(store)
    manifest = json.loads(made_once.root.store.read(key_of("manifest", MADE)))
    outputs = [output for step in manifest["steps"].values() for output in step["outputs"]]
    assert len(outputs) >= len(STEPS)
    assert {o["path"]: store.digest(o["path"]) for o in outputs} == {o["path"]: o["sha256"] for o in outputs}
    assert list(store.keys(key_of("checkpoints", MADE))) == []
    assert all(run(in_memory(store, step), step).skipped for step in STEPS if step != "generateSeed")


def test_what_is_published_is_read_exported_shown_and_rolled_back(store: MemoryStore) -> None:
    run_chain(store)
    first = store.published(MADE)
    assert first is not None
    assert (health := check(store, MADE)).metadata and health.model and health.data
    assert ml_readiness.work(in_memory(store, "mlReadiness")).verdict == "pass"
    assert read_dataset.work(in_memory(store, "readDataset", split="test", rows=5)).data
    assert export_cmapss.work(in_memory(store, "exportCmapss")).outputs
    assert fleet_report.work(in_memory(store, "fleetReport")).outputs
    assert generation_key(MADE, first).removeprefix("data/") in store.read(key_of("fleetReport")).decode()

    for step in STEPS[-3:]:
        run(in_memory(store, step, seed=7, force=True, keep=3), step)
    newest = store.published(MADE)
    assert newest != first
    assert len(listing(store, MADE)) == 2
    assert roll_back.work(in_memory(store, "rollBack", generation=None)).data == {"published": first, "before": newest}
    assert store.published(MADE) == first
