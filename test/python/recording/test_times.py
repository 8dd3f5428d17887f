"""Time stamps: recognised correctly, with a note, or refused with a hint that works."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gan.recording.columns import choose_columns
from gan.recording.known_rows import RunOptions
from gan.recording.numbers import Reading
from gan.recording.recorded_runs import RecordedRuns, as_runs, find_runs
from gan.recording.times import Clock, Times, heading_unit, iso, joined, read_times
from gan.runtime.errors import InvalidInput

# 2024-05-11 and each hour after it.
UNIX = [1_715_385_600 + 3600 * at for at in range(30)]
PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}


def read(
    *cells: object, unit: str | None = None, order: str | None = None, zone: str | None = None
) -> tuple[Times, str]:
    reading = Reading()
    times = read_times(pa.table({"time": list(cells)}), "time", Clock(unit, order, zone), reading)
    return times, " | ".join(reading.notes)


def refusal(*cells: object, unit: str | None = None) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        read(*cells, unit=unit)
    return refused.value


@pytest.mark.parametrize("form", [int, float, str], ids=["integers", "floats", "text"])
@pytest.mark.parametrize("unit", PER_SECOND)
def test_unix_times_of_each_unit_are_recognised_and_the_unit_is_told(unit: str, form: type) -> None:
    times, notes = read(*(form(at * PER_SECOND[unit]) for at in UNIX))
    assert times.dated
    assert np.allclose(times.hours, np.array(UNIX) / 3600, atol=1e-6)
    assert f"taken for {unit} since 1970: 2024-05-11T00:00:00" in notes


@pytest.mark.parametrize("unit", ["ms", "s", "min", "h", "d"])
def test_times_that_count_from_the_beginning_are_refused_until_their_unit_is_given(unit: str) -> None:
    per_hour = {"ms": 3_600_000, "s": 3600, "min": 60, "h": 1, "d": 1 / 24}[unit]
    cells = [at * per_hour for at in range(80)]
    refused = refusal(*cells)
    assert refused.field == "time_unit"
    assert f"{unit}" in str(refused.hint).split(" if they count from the beginning")[0].replace(",", "").split()
    assert np.allclose(read(*cells, unit=unit)[0].hours, np.arange(80))


@pytest.mark.parametrize(
    ("cell", "unit", "hint"),
    [
        (1e30, None, "--interval_minutes"),
        (1e30, "s", "--interval_minutes"),
        (1_715_385_600_000, "h", "--time_unit ms"),
        (45413.5, None, "--time_unit excel"),
        (739373.5, None, "--time_unit matlab"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_what_it_may_be(cell: float, unit: str | None, hint: str) -> None:
    assert hint in str(refusal(cell, cell * (1 + 1e-9), unit=unit).hint)


@pytest.mark.parametrize(
    "cell", ["9999-12-31 23:00:00", "1700-01-01 00:00:00", "30.02.2024 10:00", "2024-13-01", "yesterday"]
)
def test_a_date_that_cannot_be_is_refused(cell: str) -> None:
    assert refusal(cell).field == "timestamp"


@pytest.mark.parametrize(
    ("cell", "iso_time"),
    [
        ("31.1.2024 13:00", "2024-01-31 13:00:00"),
        ("1/31/2024 1:05 PM", "2024-01-31 13:05:00"),
        ("31/1/2024 12:00 AM", "2024-01-31 00:00:00"),
        ("01-May-24 13:00:00", "2024-05-01 13:00:00"),
        ("2024/05/01 13:00", "2024-05-01 13:00:00"),
        ("20240501130000", "2024-05-01 13:00:00"),
        ("2024-05-01T13:00:00.250+02:00", "2024-05-01 11:00:00"),
    ],
)
def test_dates_are_read_as_programs_write_them(cell: str, iso_time: str) -> None:
    assert iso(float(read(cell)[0].hours[0])) == iso_time


def test_a_date_whose_day_may_be_its_month_is_asked_about() -> None:
    assert refusal("1/2/2024 10:00").field == "date_order"
    assert iso(float(read("1/2/2024 10:00", order="dmy")[0].hours[0])) == "2024-02-01 10:00:00"
    assert iso(float(read("1/2/2024 10:00", order="mdy")[0].hours[0])) == "2024-01-02 10:00:00"


def test_dates_and_clock_times_in_two_columns_are_one_time_stamp() -> None:
    table = joined(pa.table({"Date": ["31.01.2024"], "Time": ["13:00:00"], "vib": ["1"]}), [])
    assert table.to_pylist() == [{"timestamp": "31.01.2024 13:00:00", "vib": "1"}]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("time_s", "s"), ("Time [min]", "min"), ("Elapsed time (h)", "h"), ("time", None), ("timer", None)],
)
def test_a_heading_tells_the_unit_of_its_numbers(heading: str, unit: str | None) -> None:
    assert heading_unit(heading) == unit


# Rows each half hour through the night in which clocks go back from 3 to 2 h.
NIGHT = [
    "2024-10-27 01:30",
    "2024-10-27 02:00",
    "2024-10-27 02:30",
    "2024-10-27 02:00",
    "2024-10-27 02:30",
    "2024-10-27 03:00",
    "2024-10-27 03:30",
]


def rows(times: list[object], **columns: list[object]) -> pa.Table:
    return pa.table({"time": times, "vib": [2.0 + (at % 9) ** 2 for at in range(len(times))], **columns})


def found_runs(table: pa.Table, **how: object) -> RecordedRuns:
    reading = Reading()
    columns = choose_columns(table, None, {}, reading)
    return find_runs(table, columns, RunOptions(**how), reading=reading)  # type: ignore[arg-type]


def test_times_that_repeat_as_clocks_go_back_are_called_that_and_a_zone_tells_them_apart() -> None:
    table = rows([f"{at}:00" for at in NIGHT], unit=["a"] * 7)
    with pytest.raises(
        InvalidInput, match="run a: times repeat at the clock change: they go back by an hour in row 4"
    ) as refused:
        found_runs(table)
    assert "--time_zone" in str(refused.value.hint)
    [run] = found_runs(table, clock=Clock(zone="Europe/Berlin")).runs
    assert np.allclose(np.diff(run.time_h), 0.5)


def test_rows_of_one_time_are_double_only_if_they_hold_the_same() -> None:
    times: list[object] = [f"2024-05-01T{at:02d}:00:00" for at in (0, 0, 1, 2, 3, 4, 5)]
    with pytest.raises(InvalidInput) as refused:
        found_runs(rows(times, unit=["a"] * 7))
    assert "--run_column" in str(refused.value.hint)
    same = pa.concat_tables([rows(times[1:], unit=["a"] * 6).slice(0, 1), rows(times[1:], unit=["a"] * 6)])
    with pytest.raises(InvalidInput) as refused:
        found_runs(same)
    assert "delete the duplicate rows" in str(refused.value.hint)


def test_an_interval_between_whole_seconds_is_kept() -> None:
    stamps: list[object] = [
        (np.datetime64("2024-05-01T00:00:00.000") + np.timedelta64(2500 * at, "ms")).item() for at in range(9)
    ]
    assert found_runs(rows(stamps, unit=["a"] * 9)).interval_h * 3600 == pytest.approx(2.5)


def test_runs_too_long_for_a_calendar_are_refused() -> None:
    found = found_runs(
        rows([0.0, 3.5e5, 7e5, 1.05e6, 1.4e6] * 60, unit=[str(at // 5) for at in range(300)]), clock=Clock("h")
    )
    with pytest.raises(InvalidInput, match="beyond the year 9998"):
        as_runs(found.runs, ("vib",), ("failure",), found.interval_h, found.dated)
