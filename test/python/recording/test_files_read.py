"""A file of recorded rows is read as what it is, whatever program wrote it, or refused with what helps."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gan.recording import source
from gan.recording.cmapss import NASA, cmapss_columns
from gan.recording.text_table import Layout, read_rows
from gan.runtime.errors import InvalidInput

CELLS = [["time", "unit", "vib"], *([f"2024-05-01T{hour:02d}:00", "1", f"{hour + 0.5}"] for hour in range(24))]


def text(delimiter: str = ",", end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in CELLS) + end


def read(path: Path, data: bytes, layout: Layout | None = None) -> tuple[pa.Table, str]:
    path.write_bytes(data)
    notes: list[str] = []
    return read_rows(path, layout, notes), " | ".join(notes)


WRITTEN: Mapping[str, bytes] = {
    "as it is": text().encode(),
    "with a mark of UTF-8": text().encode("utf-8-sig"),
    "by Excel as Unicode text": text("\t", "\r\n").encode("utf-16"),
    "as UTF-16 without a mark": text().encode("utf-16-le"),
    "packed with gzip": gzip.compress(text().encode()),
    "packed with gzip in two parts": gzip.compress(text().encode()[:40]) + gzip.compress(text().encode()[40:]),
    "with semicolons": text(";").encode(),
    "with bars": text("|").encode(),
    "with blanks": text("   ").encode(),
    "with blanks at the ends of lines": text(" ").replace("\n", "  \n").encode(),
    "with Excel's line sep=;": ("sep=;\r\n" + text(";", "\r\n")).encode(),
    "below comments": ("# site: hall 2\n# made by a recorder, at night\n" + text()).encode(),
    "below a report's lines": ("Trend export\nServer: a\n\n" + text(";")).encode(),
    "below a heading that is a comment": ("# " + text(" ")).encode(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_rows_are_the_same_however_they_were_written(tmp_path: Path, how: str) -> None:
    table, _ = read(tmp_path / "rows.csv", WRITTEN[how])
    assert table.column_names == CELLS[0]
    assert [list(row.values()) for row in table.to_pylist()] == CELLS[1:]


def test_a_parquet_file_is_known_by_its_content(tmp_path: Path) -> None:
    pq.write_table(pa.table({"vib": [1.5, 2.5]}), tmp_path / "rows.csv")
    assert read_rows(tmp_path / "rows.csv").column("vib").to_pylist() == [1.5, 2.5]


def test_a_line_of_units_below_the_heading_is_no_row(tmp_path: Path) -> None:
    lines = text().split("\n", 1)
    table, notes = read(tmp_path / "rows.csv", f"{lines[0]}\n,,mm/s\n{lines[1]}".encode())
    assert table.column_names == ["time", "unit", "vib [mm/s]"]
    assert table.num_rows == 24
    assert "units: mm/s" in notes


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    table, _ = read(tmp_path / "rows.csv", b",vib,\n0,1.5,\n1,2.5,\n")
    assert table.column_names == ["Unnamed: 0", "vib", "Unnamed: 2"]


BARE = b"1 1 -0.0007 641.82  \n1 2 0.0019 642.15  \n"


def test_a_file_without_a_heading_takes_its_names_from_who_imports_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path / "rows.txt", BARE)
    assert refused.value.hint is not None
    assert "--columns gives the names of its 4 columns" in refused.value.hint
    table, _ = read(tmp_path / "rows.txt", BARE, Layout(columns=("unit", "cycle", "a", "b")))
    assert table.column("b").to_pylist() == ["641.82", "642.15"]
    with pytest.raises(InvalidInput, match="3 names for 4 columns"):
        read(tmp_path / "rows.txt", BARE, Layout(columns=("unit", "cycle", "a")))


def test_names_that_are_given_take_the_place_of_a_heading(tmp_path: Path) -> None:
    table, notes = read(tmp_path / "rows.csv", text().encode(), Layout(columns=("when", "pump", "vibration")))
    assert (table.column_names, table.num_rows) == (["when", "pump", "vibration"], 24)
    assert "--columns takes its place" in notes


def test_a_file_in_the_manner_of_cmapss_has_nasas_columns_or_those_beside_it(tmp_path: Path) -> None:
    assert cmapss_columns(tmp_path / "train_FD001.txt") == NASA
    assert len(NASA) == 26
    (tmp_path / "columns.txt").write_text("unit\ncycle\nvib [mm/s]\n")
    assert cmapss_columns(tmp_path / "train.txt") == ("unit", "cycle", "vib [mm/s]")
    with pytest.raises(InvalidInput, match="cut off before they fail"):
        cmapss_columns(tmp_path / "test_FD003.txt")


OTHERS: Mapping[str, tuple[bytes, str]] = {
    "an Excel workbook": (b"PK\x03\x04" + b"\0" * 40, "Excel workbook (.xlsx)"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "Excel workbook (.xls)"),
    "a MATLAB file": (b"MATLAB 5.0 MAT-file", "MATLAB file"),
    "a pickle": (b"\x80\x04\x95", "never read"),
    "JSON": (b'{"a": 1}', "JSON"),
    "packed with xz": (b"\xfd7zXZ\x00", "packed with xz"),
    "bytes": (b"time,vib\n1,\0\0\0", "binary"),
    "Latin-1": ("time,Öl\n1,2\n".encode("latin-1"), "not UTF-8"),
    "Latin-1 far below": (b"time,vib\n" + b"1,2\n" * 300_000 + b"1,\xe4\n", "not UTF-8"),
    "half a gzip file": (gzip.compress(os.urandom(999))[:500], "cut off"),
    "empty": (b" \n", "it is empty"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_holds_no_rows_is_called_by_its_name(tmp_path: Path, what: str) -> None:
    data, said = OTHERS[what]
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path / "rows.csv", data)
    assert said in refused.value.message


@pytest.mark.parametrize("what", ["a FIFO", "a device", "a folder", "nothing"])
def test_only_a_regular_file_is_read(tmp_path: Path, what: str) -> None:
    path = {"a device": Path("/dev/zero"), "a folder": tmp_path}.get(what, tmp_path / "rows.csv")
    if what == "a FIFO":
        os.mkfifo(path)
    with pytest.raises(InvalidInput) as refused:
        read_rows(path)
    assert refused.value.field == "csv"


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_beyond_the_bound_is_refused_packed_or_not(
    tmp_path: Path, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    data = b"time,vib\n" + b"1,2\n" * 1000
    path = tmp_path / "rows.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(InvalidInput, match="larger than"):
        source.unpacked(source.read_regular(path, "csv", 1000), path)
