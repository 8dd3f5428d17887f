"""The files of a data set are read as what the profile says, or refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gan.data import tables
from gan.data.runs import Runs, joined
from gan.machine.profile import Profile, parse_profile
from gan.runtime.errors import InvalidInput
from gan.simulation.physics import simulate
from gan.store.local import LocalStore
from support import MADE, VALIDATE, Root, machine_config


@pytest.fixture(scope="module")
def profile() -> Profile:
    return parse_profile(machine_config("pump_a"))


@pytest.fixture(scope="module")
def runs(profile: Profile) -> Runs:
    return simulate(profile, 700, 1)


def in_batches(runs: Runs, of: int) -> list[Runs]:
    ids = runs.ids()
    return [runs.select(ids[at : at + of]) for at in range(0, len(ids), of)]


def test_how_rows_are_divided_decides_no_byte_of_a_file(
    runs: Runs, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "GROUP_ROWS", 150)
    files = [b"".join(tables.parquet_chunks(in_batches(runs, of), profile)) for of in (1, 2, 100)]
    assert files[0] == files[1] == files[2]
    groups = pq.ParquetFile(io.BytesIO(files[0])).metadata
    assert [groups.row_group(at).num_rows for at in range(groups.num_row_groups)] == [150, 150, 150, 150, 100]


def test_a_file_of_one_row_group_is_written_as_a_table_is(runs: Runs, profile: Profile) -> None:
    whole = io.BytesIO()
    pq.write_table(tables.to_table(runs, profile), whole, compression="snappy", store_schema=True)
    assert b"".join(tables.parquet_chunks(in_batches(runs, 2), profile)) == whole.getvalue()


@pytest.fixture
def split(runs: Runs, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStore:
    """A store with a split of five row groups, whose runs begin and end anywhere."""
    monkeypatch.setattr(tables, "GROUP_ROWS", 150)
    store = LocalStore(tmp_path)
    store.write("split", b"".join(tables.parquet_chunks([runs], profile)))
    return store


def changed(store: LocalStore, row: int, column: str, value: float) -> None:
    table = pq.read_table(io.BytesIO(store.read("split")))
    at, values = table.schema.get_field_index(column), table.column(column).to_pylist()
    values[row] = value
    field = table.schema.field(at)
    file = io.BytesIO()
    pq.write_table(table.set_column(at, field, pa.array(values, field.type)), file, row_group_size=150)
    store.write("split", file.getvalue())


def test_a_split_is_read_in_whole_runs(split: LocalStore, runs: Runs, profile: Profile) -> None:
    batches = list(tables.parquet_batches(split, "split", profile))
    assert len(batches) > 2
    ids, lengths = tables.run_lengths(split, "split")
    assert np.concatenate([batch.ids() for batch in batches]).tolist() == ids.tolist() == runs.ids().tolist()
    assert np.concatenate([batch.lengths() for batch in batches]).tolist() == lengths.tolist()
    whole = tables.read_parquet(split, "split", profile)
    assert (joined(batches).values == whole.values).all() and (joined(batches).time_h == whole.time_h).all()


def test_a_bad_value_is_named_by_its_row_in_the_file(split: LocalStore, profile: Profile) -> None:
    changed(split, 640, "vibration", float("nan"))
    with pytest.raises(InvalidInput, match=r"split: vibration: 1 of .* \(first in row 641\)"):
        list(tables.parquet_batches(split, "split", profile))


def test_a_run_that_comes_back_later_is_refused(split: LocalStore, profile: Profile) -> None:
    changed(split, 690, "run_id", 1)
    with pytest.raises(InvalidInput, match="the rows of a run do not stand together"):
        list(tables.parquet_batches(split, "split", profile))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (lambda field: field.with_metadata({"unit": "other"}), "other"),
        (lambda field: field.with_type(pa.float32()), "(float"),
        (lambda field: field.with_name("other"), "other"),
    ],
    ids=["unit", "type", "column"],
)
def test_data_of_another_schema_are_refused(made: Root, changed: Callable[[pa.Field], pa.Field], told: str) -> None:
    path = made.path / "data" / "synthetic" / MADE / "val.parquet"
    table = pq.read_table(path)
    at = 2
    field = changed(table.schema.field(at))
    pq.write_table(table.set_column(at, field, table.column(at).cast(field.type)), path)
    ran = made.call(VALIDATE, "--machine_id", MADE)
    assert ran.code == 2
    assert "val.parquet has another schema than the profile" in ran.last["message"]
    assert told in ran.last["message"]
