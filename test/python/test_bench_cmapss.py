"""The C-MAPSS benchmark's own arithmetic: what is measured and what is kept, and how peers' sequences become runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from cmapss.__main__ import _read
from cmapss.contestants import in_place_of
from cmapss.experiment import LABELS, Key, Plan, run
from cmapss.nasa import Subset
from gan.data.runs import Runs

REAL = Runs(
    sensors=("a", "b"),
    values=np.arange(8.0).reshape(4, 2),
    run_id=np.array([1, 1, 2, 2]),
    time_h=np.array([0.0, 2.0, 30.0, 32.0]),
    rul_h=np.array([2.0, 0.0, 2.0, 0.0]),
    failure_mode=np.zeros(4, dtype=np.int64),
    modes=("failure",),
)


def plan(folder: Path) -> Plan:
    rows = np.zeros((28, 26))
    rows[:, 0] = np.repeat(np.arange(1, 15), 2)
    return Plan(Subset("FD001", rows, rows, np.zeros(14)), 10, 0, 2, 1, folder)


def test_the_real_units_are_measured_once_and_everything_else_at_each_draw(tmp_path: Path) -> None:
    keys = plan(tmp_path).keys(LABELS)
    assert [key for key in keys if key.label == "real"] == [Key("FD001", 10, 0, 0, "real")]
    assert len(set(keys)) == len(keys) == 2 * len(LABELS) - 1


def test_what_is_done_is_not_measured_again_and_trains_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    assert list(run(plan(folder), LABELS, set(plan(folder).keys(LABELS)), print)) == []
    assert not folder.exists()


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    whole = json.dumps({"label": "real", "seed": 0})
    path.write_text(f"\n{whole}\n{whole[:12]}", "utf-8")
    assert _read(path) == [{"label": "real", "seed": 0}]
    assert _read(tmp_path / "none.jsonl") == []


def test_a_peers_sequence_counts_as_a_run_to_failure() -> None:
    made = in_place_of(REAL, np.ones((5, 2)), np.array([0, 0, 0, 1, 1]))
    assert made.rul_h is not None
    assert made.rul_h.tolist() == [4.0, 2.0, 0.0, 2.0, 0.0]
    assert made.run_id.tolist() == [1, 1, 1, 2, 2]
    assert (np.diff(made.time_h) > 0).all()
