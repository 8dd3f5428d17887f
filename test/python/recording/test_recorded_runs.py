"""Which rows are a run, in which order, and what ended it: as recorded, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gan.recording.columns import choose_columns
from gan.recording.known_rows import RunOptions
from gan.recording.labels import is_healthy, read_labels, rul_ends
from gan.recording.numbers import Reading
from gan.recording.recorded_runs import RecordedRuns, find_runs
from gan.runtime.errors import InvalidInput

RUNS, ROWS = 4, 12
AT = [at % ROWS for at in range(RUNS * ROWS)]
RUN = [at // ROWS for at in range(RUNS * ROWS)]


def recorded(**columns: list[Any] | None) -> dict[str, list[Any]]:
    """Hourly rows of runs with a week between them; None leaves a column out."""
    hours = [at + 200 * run for at, run in zip(AT, RUN, strict=True)]
    given = {
        "time": [str(np.datetime64("2024-05-01T00:00:00") + np.timedelta64(hour, "h")) for hour in hours],
        "unit": [str(run) for run in RUN],
        "vib": [2 + at**2 / 10 + run / 7 for at, run in zip(AT, RUN, strict=True)],
        **columns,
    }
    return {name: cells for name, cells in given.items() if cells is not None}


def turned(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: cells[::-1] for name, cells in rows.items()}


def found_runs(rows: dict[str, list[Any]], **how: Any) -> RecordedRuns:
    reading = Reading()
    table = pa.table(rows)
    return find_runs(table, choose_columns(table, None, {}, reading), RunOptions(**how), reading=reading)


def refusal(rows: dict[str, list[Any]], **how: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        found_runs(rows, **how)
    return refused.value


def course(found: RecordedRuns) -> list[list[float]]:
    """The sensor of each run, in the order of the runs' labels."""
    return [run.values[:, 0].tolist() for run in sorted(found.runs, key=lambda run: run.label)]


RIGHT = course(found_runs(recorded()))


@pytest.mark.parametrize(
    ("rows", "how"),
    [
        (turned(recorded()), {}),
        (turned(recorded()), {"interval_minutes": 60}),
        (turned(recorded(time=None, cycle=AT)), {"interval_minutes": 60}),
        (turned(recorded(time=None, rul=[ROWS - 1 - at for at in AT])), {"interval_minutes": 60}),
        (turned(recorded(time=None, unit=None, rul=[ROWS - 1 - at for at in AT])), {"interval_minutes": 60}),
        (turned(recorded(time=[1000 * run + at for at, run in zip(AT, RUN, strict=True)])), {"interval_minutes": 60}),
    ],
    ids=["times", "times, with an interval", "cycles", "RUL", "RUL that tells runs apart", "counts"],
)
def test_rows_with_the_newest_first_are_turned_round_and_that_is_told(rows: dict[str, list[Any]], how: Any) -> None:
    found = found_runs(rows, **how)
    assert sorted(course(found)) == sorted(RIGHT)
    assert "unit" not in rows or "newest first" in " ".join(found.notes)


@pytest.mark.parametrize(
    "rows",
    [
        recorded(time=None, unit=None, cycle=AT),
        recorded(time=None, unit=None, cycle=AT, rul=[ROWS - 1 - at for at in AT]),
        recorded(time=AT, unit=None, rul=[ROWS - 1 - at for at in AT]),
    ],
    ids=["cycles", "cycles and RUL", "counts called time, and RUL"],
)
def test_runs_are_told_apart_by_counts_that_begin_again(rows: dict[str, list[Any]]) -> None:
    assert course(found_runs(rows, interval_minutes=60)) == RIGHT


@pytest.mark.parametrize("heading", ["cell", "battery_id", "Bearing", "engine", "file"])
def test_cells_and_other_things_are_told_apart_by_their_names(heading: str) -> None:
    mixed = sorted(range(RUNS * ROWS), key=lambda at: (AT[at], RUN[at]))
    rows = recorded(time=None, unit=None, cycle=AT, **{heading: [f"B{run:04}" for run in RUN]})
    found = found_runs({name: [cells[at] for at in mixed] for name, cells in rows.items()})
    assert sorted(run.label for run in found.runs) == ["B0000", "B0001", "B0002", "B0003"]
    assert course(found) == RIGHT


def test_a_battery_or_a_bearing_that_is_measured_tells_no_runs_apart() -> None:
    found = found_runs(recorded(battery=[12.5 - at / 100 for at in AT], bearing=[str(40.5 + at) for at in AT]))
    assert {run.label for run in found.runs} == {"0", "1", "2", "3"}
    assert found.runs[0].values.shape[1] == 3


def test_runs_that_counts_tell_apart_have_the_names_of_a_column_beside_them() -> None:
    rows = recorded(time=None, unit=None, cycle=AT, speed=[1.5 + run for run in RUN], asset=[f"A{run}" for run in RUN])
    assert [run.label for run in found_runs(rows).runs] == ["A0", "A1", "A2", "A3"]


def test_a_name_whose_cycles_begin_again_is_as_many_runs() -> None:
    found = found_runs(recorded(time=None, cycle=AT, unit=[run % 2 for run in RUN]))
    assert sorted(run.label for run in found.runs) == ["0/1", "0/2", "1/1", "1/2"]
    assert "begins again within 2 of them" in " ".join(found.notes)


def test_cycles_count_as_hours_and_missing_ones_are_no_shorter_life() -> None:
    assert found_runs(recorded(time=None, cycle=AT)).interval_h == 1
    assert found_runs(recorded(time=None, cycle=[10 * at for at in AT])).interval_h == 10
    gaps = {name: [c for at, c in zip(AT, cells, strict=True) if at != 5] for name, cells in recorded(cycle=AT).items()}
    gaps.pop("time")
    assert "do not follow after 60 min" in refusal(gaps).message
    assert {len(run.time_h) for run in found_runs(gaps, resample_minutes=60).runs} == {ROWS}
    assert refusal({**gaps, "cycle": [None, *gaps["cycle"][1:]]}).field == "cycle"


def test_run_names_of_twenty_digits_are_as_many_runs() -> None:
    names = [str(20250113000000000000 + run) for run in RUN]
    assert {run.label for run in found_runs(recorded(unit=names)).runs} == set(names)


@pytest.mark.parametrize("names", [["2.0250113E+19"] * RUNS * ROWS, [2.0250113e19] * RUNS * ROWS])
def test_run_names_that_a_program_has_shortened_are_refused(names: list[Any]) -> None:
    assert refusal(recorded(unit=names)).field == "run_id"


@pytest.mark.parametrize(
    "word", ["No Failure", "none", "Normal", "HEALTHY", "ok", "no", "0", "0.0", "-", "n/a", "False", ""]
)
def test_a_word_of_health_is_no_failure_mode(word: str) -> None:
    assert is_healthy(word)
    found = found_runs(recorded(failure=[word if run == 2 else "Bearing wear" for run in RUN]))
    assert [run.mode for run in found.runs] == ["bearing_wear", "bearing_wear", None, "bearing_wear"]
    flags = found_runs(recorded(failed=[int(run != 2) for run in RUN]))
    assert [run.mode is None for run in flags.runs] == [False, False, True, False]
    assert found.own == {"bearing_wear": "Bearing wear"}


@pytest.mark.parametrize(
    ("bad", "good"),
    [("Yes", "No"), ("1", "0"), (1, 0), (1.0, 0.0), (True, False), ("TRUE", "FALSE"), ("bearing", "normal")],
)
def test_a_flag_in_the_last_row_tells_that_a_run_failed(bad: Any, good: Any) -> None:
    flags = [bad if at == ROWS - 1 and run != 1 else good for at, run in zip(AT, RUN, strict=True)]
    modes = [run.mode for run in found_runs(recorded(failure=flags)).runs]
    name = "bearing" if bad == "bearing" else "failure"
    assert modes == [name, None, name, name]


def test_codes_of_failures_are_as_many_modes() -> None:
    labels = read_labels(pa.table({"f": [0, 1, 2, 1]}), "f", "failure")
    assert labels.modes == ("failure_1", "failure_2")
    assert labels.codes.tolist() == [-1, 0, 1, 0]


MIDWAY = [int(at in (5, ROWS - 1)) for at in AT]


def test_a_failure_within_a_run_is_refused_until_runs_are_cut_there() -> None:
    refused = refusal(recorded(failure=MIDWAY))
    assert refused.field == "failure_mode"
    assert "row 6 of 12" in refused.message
    assert "--split_at_failures" in str(refused.hint)
    found = found_runs(recorded(failure=MIDWAY), split_at_failures=True)
    assert sorted(len(run.time_h) for run in found.runs) == [6] * 8
    assert all(run.mode == "failure" for run in found.runs)


def test_failures_tell_the_runs_of_a_single_machine_apart() -> None:
    flags = ["Seal leak" if at == ROWS - 1 else None for at in AT]
    assert "--split_at_failures" in str(refusal(recorded(unit=None, failure=flags)).hint)
    assert course(found_runs(recorded(unit=None, failure=flags), split_at_failures=True)) == RIGHT


def test_rows_of_a_machine_that_stands_after_its_failure_are_left_out() -> None:
    found = found_runs(recorded(failure=[int(at >= 9) for at in AT]), split_at_failures=True)
    assert {len(run.time_h) for run in found.runs} == {10}
    assert "8 rows after a failure left out" in " ".join(found.notes)
    kept = found_runs(recorded(failure=[int(at >= 9) for at in AT]))
    assert {len(run.time_h) for run in kept.runs} == {ROWS}
    assert "RUL counts to the last row" in " ".join(kept.notes)


def _rul(form: Any) -> list[tuple[str, Any]]:
    return [
        (str(run), np.array([form(rows - 1 - at) for at in range(rows)], float))
        for run, rows in enumerate((30, 60, 90))
    ]


@pytest.mark.parametrize(
    "form",
    [
        lambda left: left,
        lambda left: min(20, left + 1),
        lambda left: min(5, left + 1),
        lambda left: left + 7,
        lambda left: left / 89,
    ],
    ids=["to 0", "capped, to 1", "capped low", "to another number", "as a share"],
)
def test_rul_that_falls_to_its_least_in_each_run_ends_each_run(form: Any) -> None:
    assert rul_ends(_rul(form), []) == [0.0] * 3


def test_a_run_whose_rul_stays_above_the_others_did_not_end() -> None:
    runs = _rul(lambda left: left)
    assert rul_ends([*runs, ("9", np.arange(60.0, 20.0, -1))], [])[-1] == 21
    assert min(rul_ends([(label, rul + 10 + 30 * at) for at, (label, rul) in enumerate(runs)], [])) > 0


def test_what_no_run_shows_is_said() -> None:
    refused = refusal(recorded(rul=[40 + 30 * run - at for at, run in zip(AT, RUN, strict=True)]))
    assert "none of the 4 runs ends with a failure: their RUL ends at 29 to 119" in refused.message
    assert "--drop" in str(refused.hint)


def test_a_missing_value_is_refused_by_sensor_and_row_with_a_hint_that_works() -> None:
    rows = recorded()
    rows["vib"][17] = None
    refused = refusal(rows)
    assert refused.field == "vib"
    assert "first vib in row 18 of the file" in refused.message
    assert "--resample 60 " in str(refused.hint)
    assert found_runs(rows, resample_minutes=60).runs[1].values[5, 0] == pytest.approx(
        np.mean([rows["vib"][16], rows["vib"][18]])
    )
