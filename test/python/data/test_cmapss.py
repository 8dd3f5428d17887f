"""The C-MAPSS form of a data set."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan.data.cmapss import LEAST_ROWS, shown_rows
from support import MADE, SCRIPTS, Root

EXPORT = f"{SCRIPTS}/export_cmapss.py"


def test_the_cmapss_form_cuts_test_runs_off_and_keeps_what_was_cut_beside_them(made: Root) -> None:
    ran = made.call(EXPORT, "--machine_id", MADE)
    assert ran.code == 0, ran.stderr
    folder = made.path / "data" / "cmapss" / MADE
    test, hidden = np.loadtxt(folder / "test.txt"), np.loadtxt(folder / "RUL.txt", ndmin=1)
    whole = json.loads((made.path / "data/synthetic" / MADE / "manifest.json").read_text("utf-8"))["files"][
        "test.parquet"
    ]
    assert len(hidden) == len(np.unique(test[:, 0])) == whole["runs"]
    assert len(test) + hidden.sum() == whole["rows"]
    assert (hidden >= 1).all()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made.call(EXPORT, "--machine_id", MADE).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("length", [2, LEAST_ROWS, 1_000])
def test_a_cut_leaves_something_on_both_sides(length: int) -> None:
    shown = shown_rows(np.full(200, length), np.random.default_rng(0))
    assert (shown >= min(LEAST_ROWS, length - 1)).all()
    assert (shown < length).all()
