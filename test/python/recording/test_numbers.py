"""Cells as numbers: understood with a note, or refused by column, row and value; never lost silently."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from gan.recording.columns import choose_columns, without
from gan.recording.numbers import Reading, parse_missing
from gan.runtime.errors import InvalidInput


def read(*cells: object, reading: Reading | None = None, **others: list[str]) -> tuple[list[float], str]:
    reading = Reading() if reading is None else reading
    values = reading.numbers(pa.table({"x": list(cells), **others}), "x")
    return values.tolist(), " | ".join(reading.notes)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("1.5", " -2 ", "+3e2"), [1.5, -2, 300]),
        (("1,480.0", "980.5"), [1480, 980.5]),
        (("1.480,0", "980,5"), [1480, 980.5]),
        (("12,5", "13"), [12.5, 13]),
        (("1'480.5", "980"), [1480.5, 980]),
        (("1 480,5", "980,5"), [1480.5, 980.5]),
        (("1,480,000", "2,000,000"), [1480000, 2000000]),
        (("50 C", "51.5 C"), [50, 51.5]),
        (("2.1 mm/s", "2.2 mm/s"), [2.1, 2.2]),
        (("50%", "51%"), [50, 51]),
        (("true", "False"), [1, 0]),
        (("ON", "off"), [1, 0]),
        ((True, False), [1, 0]),
        (("45000000.37", "45000000.74"), [45000000.37, 45000000.74]),
        (("\u22125", "6"), [-5, 6]),
    ],
)
def test_numbers_are_understood_as_people_write_them(cells: tuple[object, ...], numbers: list[float]) -> None:
    assert read(*cells)[0] == numbers


@pytest.mark.parametrize("word", ["No Data", "?", "n/a", "Bad Input", "-", "#DIV/0!", "I/O Timeout", ""])
def test_a_word_for_nothing_is_a_missing_value_and_told(word: str) -> None:
    values, notes = read(word, "50.1")
    assert math.isnan(values[0])
    assert values[1] == 50.1
    assert (word in notes and "first in row 1" in notes) if word else notes == ""


@pytest.mark.parametrize(
    ("cells", "row", "value"),
    [(("50.1", "5O.2"), 2, "5O.2"), (("50 C", "122 F"), 1, "50 C"), (("50.1", "see log"), 2, "see log")],
)
def test_what_is_no_number_is_refused_by_column_row_and_value(cells: tuple[str, ...], row: int, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(*cells)
    assert f"x: {value!r} in row {row}" in refused.value.message
    assert "--drop 'x'" in str(refused.value.hint)


def test_a_comma_that_may_mark_thousands_or_decimals_is_asked_about() -> None:
    with pytest.raises(InvalidInput) as refused:
        read("1,480", "2,125")
    assert refused.value.field == "decimal"
    assert read("1,480", reading=Reading(decimal="."))[0] == [1480]
    assert read("1,480", reading=Reading(decimal=","))[0] == [1.48]
    assert read("1,480", other=["12,5"])[0] == [1.48]
    assert read("1.480", other=["12,5"])[0] == [1480]


LEVELS = [20 + at % 10 for at in range(60)]


@pytest.mark.parametrize("mark", [-9999, -999.0, 9999, 1e30, -3.4e38])
def test_a_number_that_recorders_write_for_nothing_is_missing_where_it_stands_far_from_all_others(mark: float) -> None:
    values, notes = read(*(float(x) for x in LEVELS), mark, mark)
    assert math.isnan(values[-1])
    assert f"{mark:.10g} occurs 2 times, first in row 61" in notes


@pytest.mark.parametrize(
    "values", [[*LEVELS, 0.0], [900.0, 950.0, 999.0, 1010.0], [0.0] * 30 + [12.0] * 30, [-999, -1000]]
)
def test_a_number_among_its_like_is_a_value(values: list[float]) -> None:
    assert read(*(float(x) for x in values)) == (values, "")


def test_which_numbers_are_missing_may_be_said() -> None:
    assert read(-9999.0, 2.0, 3.0, reading=Reading(missing=parse_missing("none")))[0] == [-9999, 2, 3]
    assert math.isnan(read(-1.0, 2.0, 3.0, reading=Reading(missing=parse_missing("-1,7")))[0][0])


def rows(**columns: list[object]) -> pa.Table:
    return pa.table({"time": [str(at) for at in range(30)], "vib": [float(at % 7) for at in range(30)], **columns})


COUNT: list[object] = list(range(30))


@pytest.mark.parametrize("name", ["Unnamed: 0", "id", "index", "__index_level_0__", "anything"])
def test_a_column_that_numbers_the_rows_is_no_sensor(name: str) -> None:
    columns = choose_columns(rows(**{name: COUNT}), None, {})
    assert list(columns.sensors) == ["vib"]
    assert f"{name!r} is left out" in columns.notes[0]


def test_a_cycle_is_no_sensor_and_who_maps_a_column_has_it_as_one() -> None:
    cycle: list[object] = [at % 10 for at in range(30)]
    columns = choose_columns(rows(cycle=cycle), None, {})
    assert (list(columns.sensors), columns.roles["cycle"]) == (["vib"], "cycle")
    assert list(choose_columns(rows(id=COUNT), None, {"wear_index": "id"}).sensors) == ["wear_index", "vib"]


def test_columns_are_left_out_on_request_and_a_wrong_name_is_refused() -> None:
    table = rows(**{"Oil [C]": COUNT})
    assert without(table, ["Oil [C]"]).column_names == without(table, ["oil"]).column_names == ["time", "vib"]
    with pytest.raises(InvalidInput, match="drop: no column oli"):
        without(table, ["oli"])


def test_words_are_no_sensor_but_a_number_among_them_is_not_lost() -> None:
    columns = choose_columns(rows(operator=["A"] * 30), None, {})
    assert "it is of words" in columns.notes[0]
    with pytest.raises(InvalidInput, match="note: 'ok' in row 1"):
        reading = Reading()
        table = rows(note=["ok", "7"] * 15)
        reading.numbers(table, choose_columns(table, None, {}, reading).sensors["note"])


def test_rows_of_one_value_each_are_refused_with_how_to_turn_them() -> None:
    with pytest.raises(InvalidInput) as refused:
        choose_columns(pa.table({"time": ["1"], "tag": ["vib"], "value": ["2.5"]}), None, {})
    assert "pivot_table" in str(refused.value.hint)
