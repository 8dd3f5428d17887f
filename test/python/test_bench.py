"""The benchmark's own arithmetic: when ours counts as better, how a fleet is estimated, and how it is reported."""

from __future__ import annotations

import sys

import pytest

import parts
import timing
from gan.evaluation.assessment import RULES, Rule
from gan.evaluation.figures import Figure
from parts import is_as_good
from table import as_table

GAP = Rule("gap", "Gap", "", 0.05, 0.15)
SCORE = Rule("score", "Score", "", 0.04, 0.15, high_is_bad=False)
SHARE = Rule("share", "Share", "", 0.72, 0.85, relative=False)


@pytest.mark.parametrize(
    ("rule", "ours", "stock", "floor", "good"),
    [
        (GAP, 0.30, 0.40, 0.01, True),
        (GAP, 0.40, 0.30, 0.01, False),
        (GAP, 0.05, 0.04, 0.01, True),  # both as real runs by chance
        (GAP, 0.07, 0.04, 0.01, False),
        (SCORE, 0.80, 0.70, 0.95, True),
        (SCORE, 0.70, 0.80, 0.95, False),
        (SCORE, 0.92, 0.93, 0.95, True),
        (SHARE, 0.70, 0.50, None, True),
        (SHARE, 0.75, 0.50, None, False),
    ],
)
def test_ours_is_as_good_when_it_is_better_or_both_are_as_real_runs_by_chance(
    rule: Rule, ours: float, stock: float, floor: float | None, good: bool
) -> None:
    assert is_as_good(rule, Figure(ours, floor), Figure(stock, floor)) is good


def test_all_that_validation_judges_is_compared_but_what_clipping_makes_perfect() -> None:
    assert parts.NOT_COMPARED in {rule.figure for rule in RULES}
    assert len(RULES) > 15


def test_a_fleet_is_estimated_by_a_line_through_the_measured_machines() -> None:
    assert parts._line([7, 10, 14], [70.0, 100.0, 140.0], [8, 12]) == pytest.approx(200)
    assert parts._line([7], [70.0], [8, 12]) == pytest.approx(140)


def test_a_program_is_run_and_timed_and_its_failure_told() -> None:
    ran = timing.run([sys.executable, "-c", "print('{\"a\": 1}'); sum(range(3_000_000))"], 1)
    assert ran.last_json() == {"a": 1}
    assert 0 < ran.cpu_s <= ran.wall_s + 0.1
    with pytest.raises(timing.ProgramFailed, match="ended with 3:\nno"):
        timing.run([sys.executable, "-c", "print('no'); raise SystemExit(3)"], 1)


def test_what_was_measured_is_told_as_tables() -> None:
    where = {"cpu": "C", "cpus": 2, "loadAtStart": 0.1, "torch": "1", "sdv": "2", "ctgan": "3"}
    training = {
        "machineId": "m",
        "sensors": 7,
        "oursS": 2.0,
        "stockS": 20.0,
        "ratio": 10.0,
        "cpuRatio": 9.0,
        "oursStartS": 1.0,
        "stockStartS": 5.0,
    }
    fleet = {"machines": 26, "succeeded": 26, "oursS": 100.0, "stockEstimatedS": 2000.0, "ratio": 20.0}
    text = as_table(
        {"startedAt": "now", "epochs": 300, "batchSize": 500, "where": where, "train": [training], "fleet": fleet}
    )
    assert "| m | 7 | 2.00 s | 20.0 s | 10.0× | 9.0× | 1.00 s | 5.00 s |" in text
    assert "| 26 of 26 | 100.0 s | 2000.0 s | 20.0× |" in text
    assert "better" not in text
