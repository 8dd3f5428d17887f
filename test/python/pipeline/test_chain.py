"""The chain by hand: what each script makes and says, as events and for a person."""

from __future__ import annotations

import re

from conftest import Made
from support import CHAIN, CHECK_SEED, CREATE, MADE, SAMPLE, SEED, TRAIN, VALIDATE, Root


def test_every_step_prints_started_then_progress_then_one_result(made_once: Made) -> None:
    for ran in made_once.ran.values():
        kinds = [event["event"] for event in ran.events]
        assert kinds[0] == "started"
        assert kinds[-1] == "result"
        assert kinds.count("result") == 1
        assert {event["machineId"] for event in ran.events} == {MADE}
    assert not [path for path in made_once.root.files() if path.endswith(".tmp") or "checkpoint" in path]


def test_the_same_inputs_make_the_same_bytes(root: Root, made_once: Made) -> None:
    root.add(MADE)
    for script, args in CHAIN:
        assert root.call(script, "--machine_id", MADE, *args).code == 0
    again, before = root.files(), made_once.root.files()
    artifacts = [path for path in before if not path.startswith("manifests/")]
    assert len(artifacts) >= 8
    assert {path: again[path] for path in artifacts} == {path: before[path] for path in artifacts}


def test_for_a_person_the_messages_are_the_documents(root: Root) -> None:
    root.add("pump_a")
    said = {
        script: root.ask(script, "--machine_id", "pump_a", *args).stdout
        for script, args in (*CHAIN[:3], (TRAIN, ("--epochs", "2")), (SAMPLE, ()), (VALIDATE, ()))
    }
    assert "2 sensors" in said[CREATE]
    assert "✅ Seed data created: 1,500 rows" in said[SEED]
    assert "✅ Timestamp sorted: True" in said[CHECK_SEED]
    assert "✅ PASS" in said[CHECK_SEED]
    assert "CUDA not available" in said[TRAIN]
    assert re.search(r"^Epoch 1/2 - Loss: \d+\.\d{3}$", said[TRAIN], re.MULTILINE)
    for split, rows in (("train", "35,000"), ("val", "7,500"), ("test", "7,500")):
        assert f"{split}.parquet: ✅ {rows} rows" in said[SAMPLE]
    assert "Timestamp sorted: True" in said[VALIDATE]
    assert re.search(r"RUL decreasing \(\d+\.\d%\)", said[VALIDATE])
    assert re.search(r"^(✅ PASS|❌ FAIL)", said[VALIDATE], re.MULTILINE)
