"""A sensor's values as a column of a table, by its type: numbers, whole numbers, true and false, or words."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gan.data.resolution import to_resolution
from gan.data.runs import Floats
from gan.machine.profile import Sensor
from gan.runtime.errors import InvalidInput

_TYPES = {"numerical": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "categorical": pa.string()}


def column_type(sensor: Sensor) -> pa.DataType:
    """The type of a sensor's column."""
    return _TYPES[sensor.type]


def about(sensor: Sensor) -> dict[str, str]:
    """What a column's metadata say of its sensor."""
    step = (
        {} if sensor.resolution is None or sensor.type != "numerical" else {"resolution": f"{sensor.resolution:.15g}"}
    )
    constant = {} if sensor.constant is None else {"constant": "true"}
    role = {} if sensor.role is None else {"role": sensor.role}
    return {"unit": sensor.unit, **step, **role, **constant}


def to_column(values: Floats, sensor: Sensor) -> pa.Array:
    """Values (N,) in the sensor's type; numbers as they are."""
    if sensor.type == "numerical":
        return pa.array(np.ascontiguousarray(values))
    whole = to_resolution(values, sensor.resolution or 1.0, sensor.physical_min, sensor.physical_max).astype(np.int64)
    if sensor.type == "categorical":
        codes = pa.array(whole.astype(np.int32))
        return pa.DictionaryArray.from_arrays(codes, pa.array(sensor.categories)).cast(pa.string())
    return pa.array(whole) if sensor.type == "integer" else pa.array(whole == 1)


def from_column(column: pa.ChunkedArray, sensor: Sensor, name: str, before: int) -> Floats:
    """A column's values as numbers, (N,); words and switches as their codes.

    name: the file's. before: its rows before these. Raises InvalidInput.
    """
    if sensor.type == "categorical":
        return _codes(column.cast(pa.string()), sensor, name, before)
    try:
        numbers = column.cast(pa.bool_()).cast(pa.int8()) if sensor.type == "boolean" else column
        values = numbers.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(f"{name}: {sensor.name}: not a number: {error}", field=sensor.name) from None
    return np.asarray(values, dtype=np.float64)


def _codes(words: pa.ChunkedArray, sensor: Sensor, name: str, before: int) -> Floats:
    codes = pc.index_in(words, pa.array(sensor.categories))
    if codes.null_count:
        row = int(np.flatnonzero(codes.is_null().to_numpy(zero_copy_only=False))[0])
        raise InvalidInput(
            f"{name}: {sensor.name}: {str(words[row].as_py())[:60]!r} in row {before + row + 1} is not one of "
            f"{', '.join(sensor.categories)}",
            field=sensor.name,
        )
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.float64)
