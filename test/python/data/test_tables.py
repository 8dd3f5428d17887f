"""The files of a data set are read as what the profile says, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support import MADE, VALIDATE, Root


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
