"""A file that is too large to be read at once: whole runs of it are read block by block, and it is said how many."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from gan.recording import large_file
from gan.recording.large_file import is_large, look_into, some_runs
from gan.recording.text_table import BLANKS, Layout, read_rows
from gan.runtime.errors import InvalidInput

RUNS, ROWS = 40, 50


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_file, "LARGE_BYTES", 1000)
    monkeypatch.setattr(large_file, "LARGE_PACKED_BYTES", 1000)
    monkeypatch.setattr(large_file, "BLOCK_BYTES", 999)
    monkeypatch.setattr(large_file, "IMPORTED_CELLS", RUNS * ROWS * 3 // 4)


@pytest.fixture
def table() -> pa.Table:
    values = np.random.default_rng(0).normal(50, 5, RUNS * ROWS).round(3)
    run = np.repeat(np.arange(RUNS), ROWS)
    hour = np.tile(np.arange(ROWS), RUNS)
    return pa.table({"unit": [f"engine {r}" for r in run], "hour": hour, "flow": values})


def written(table: pa.Table, path: Path, above: str = "", blanks: bool = False) -> Path:
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink)
    text = above + sink.getvalue().to_pybytes().decode().replace('"', "")
    if blanks:
        text = "\n".join(text.replace(" ", "_").replace(",", "  ").splitlines()[1:]) + "\n"
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(path: Path, layout: Layout | None = None) -> tuple[pa.Table, list[str]]:
    notes: list[str] = []
    assert is_large(path)
    file = look_into(path, layout or Layout(), notes)
    return some_runs(file, "unit", notes), notes


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.parquet"])
def test_whole_runs_are_spread_evenly_over_the_file(tmp_path: Path, table: pa.Table, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(table, path, row_group_size=333)
    else:
        written(table, path)
    some, notes = read(path)
    wanted = [f"engine {run}" for run in range(2, RUNS, 4)]
    assert pc.unique(some.column("unit")).to_pylist() == wanted
    whole = read_rows(path)
    kept = whole.filter(pc.is_in(whole.column("unit"), value_set=pa.array(wanted)))
    assert some.equals(kept.cast(some.schema)), "the same rows as of the file read at once"
    assert notes[-1].startswith("10 of 40 runs are imported, spread evenly over the file: 500 of its 2,000 rows")


def test_every_run_is_read_where_all_fit(tmp_path: Path, table: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_file, "IMPORTED_CELLS", 10**9)
    path = written(table, tmp_path / "rows.csv")
    some, notes = read(path)
    assert some.equals(read_rows(path)) and notes == []


def test_lines_above_the_heading_and_units_below_it_are_understood(tmp_path: Path, table: pa.Table) -> None:
    lines = written(table, tmp_path / "plain.csv").read_text().splitlines()
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["# export of hall 2", "", lines[0], ",h,m3/h", *lines[1:]]) + "\n")
    some, _ = read(path)
    assert some.column_names == read_rows(path).column_names == ["unit", "hour [h]", "flow [m3/h]"]
    assert some.num_rows == 500


def test_columns_separated_by_blanks_and_named_by_flag(tmp_path: Path, table: pa.Table) -> None:
    path = written(table, tmp_path / "rows.txt", blanks=True)
    some, _ = read(path, Layout(BLANKS, ("unit", "hour", "flow")))
    assert some.num_rows == 500
    assert some.column("flow").to_pylist()[:3] == [f"{v:g}" for v in table.column("flow").to_pylist()[100:103]]


def test_utf_16_is_refused_with_what_to_do(tmp_path: Path, table: pa.Table) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(written(table, tmp_path / "plain.csv").read_text().encode("utf-16"))
    with pytest.raises(InvalidInput, match="too large to be read in this encoding"):
        read(path)
