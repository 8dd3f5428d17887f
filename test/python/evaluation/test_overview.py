"""The figures that the data tab draws, on runs whose properties are known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan.data.runs import Runs
from gan.evaluation.overview import overview, some_runs, trendability


def runs_of(lengths: list[int], first: int = 1, noise: float = 0.01, seed: int = 0) -> Runs:
    """Runs of hourly rows: one sensor rises with wear, one is noise, one never changes."""
    rng = np.random.default_rng(seed)
    n = np.array(lengths)
    position = np.concatenate([np.arange(k) for k in lengths])
    life = (position + 1) / np.repeat(n, n)
    values = np.column_stack(
        [life + rng.normal(0, noise, len(life)), rng.normal(0, 1, len(life)), np.full(len(life), 7)]
    )
    run_id = np.repeat(np.arange(first, first + len(n)), n)
    mode = np.repeat(np.arange(len(n)) % 2, n)
    return Runs(
        ("wears", "noise", "fixed"),
        values,
        run_id,
        np.arange(len(life), dtype=np.float64),
        (np.repeat(n, n) - position - 1).astype(np.float64),
        mode,
        ("a", "b"),
    )


@pytest.fixture(scope="module")
def figures() -> dict:  # type: ignore[type-arg]
    splits = {
        "train": runs_of([60, 90, 30, 80], 1, seed=1),
        "val": runs_of([50, 70], 5, seed=2),
        "test": runs_of([40, 100], 7, seed=3),
    }
    return overview(runs_of([40, 80, 60]), runs_of([50], 4, seed=4), splits)


def test_they_are_plain_json(figures: dict) -> None:  # type: ignore[type-arg]
    assert json.loads(json.dumps(figures, default=float)) is not None


def test_splits_name_their_shortest_median_and_longest_run(figures: dict) -> None:  # type: ignore[type-arg]
    train = next(split for split in figures["splits"] if split["name"] == "train")
    assert (train["rows"], train["runs"], train["modes"]) == (260, 4, {"a": 2, "b": 2})
    assert train["examples"] == {"shortest": 3, "median": 4, "longest": 2}
    assert train["hours"] == {"least": 29, "median": 69, "most": 89}


def test_what_wears_comes_first_and_noise_tells_nothing(figures: dict) -> None:  # type: ignore[type-arg]
    by_name = {row["sensor"]: row for row in figures["degradation"]}
    assert figures["degradation"][0]["sensor"] == "wears"
    for measure in ("rulCorrelation", "monotonicity", "trendability", "prognosability"):
        assert by_name["wears"][measure]["real"] > 0.9
        assert by_name["wears"][measure]["synthetic"] > 0.9
    assert by_name["noise"]["rulCorrelation"]["synthetic"] < 0.2


def test_a_constant_sensor_is_named(figures: dict) -> None:  # type: ignore[type-arg]
    assert figures["constant"] == ["fixed"]


def test_a_run_in_two_splits_is_told() -> None:
    splits = {"train": runs_of([60, 90]), "val": runs_of([50], 2), "test": runs_of([40], 9)}
    shared = overview(runs_of([40, 80]), runs_of([50], 4), splits)["leakage"]["shared"]
    assert [(pair["a"], pair["b"], pair["runs"]) for pair in shared if pair["runs"]] == [("train", "val", [2])]


def test_large_data_are_drawn_by_whole_runs() -> None:
    drawn = some_runs(runs_of([50] * 40), most_rows=500)
    assert len(drawn.starts()) == 10
    assert set(drawn.lengths().tolist()) == {50}


def test_trendability_is_low_where_runs_of_a_mode_go_opposite_ways() -> None:
    runs = runs_of([60, 60, 60, 60])
    values = runs.values.copy()
    values[runs.run_id > 2, 0] *= -1
    opposite = Runs(runs.sensors, values, runs.run_id, runs.time_h, runs.rul_h, runs.failure_mode, runs.modes)
    assert trendability(runs)[0] > 0.99
    assert trendability(opposite)[0] < 0.1
