"""Seed CSV and data set parquet: rows of runs on disk (contract 2)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from gan.data.columns import about, column_type, from_column, to_column
from gan.data.resolution import to_resolution
from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import Profile, Sensor
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of, name_of

T = TypeVar("T")

# Where the time axis begins. A data set has no calendar of its own; a fixed start keeps its bytes the same.
EPOCH = np.datetime64("2025-01-01T00:00:00", "ms")
MS_PER_HOUR = 3_600_000.0
# Sensors are written with this many significant digits: more than simulated ones resolve, in few bytes. Recorded rows
# keep the digits they came with, and so do the rows sampled from what was learned from them (`digits_of`).
DIGITS = 7
# Rows of a row group of a data set's files.
GROUP_ROWS = 2**18
MOST_DIGITS = 17


def data_schema(profile: Profile) -> pa.Schema:
    """Columns of a machine's seed and data set, with their types; units and the machine are metadata."""
    has_modes = bool(profile.failure_modes)
    sensors = [pa.field(s.name, column_type(s), metadata=about(s)) for s in profile.sensors]
    fields = [
        pa.field("timestamp", pa.timestamp("ms", tz="UTC")),
        *([pa.field("rul", pa.float64(), metadata={"unit": "h"})] if has_modes else []),
        *sensors,
        *([pa.field("failure_mode", pa.string())] if has_modes else []),
        pa.field("run_id", pa.int64()),
    ]
    return pa.schema(fields, metadata={"machine_id": profile.machine_id})


def to_table(runs: Runs, profile: Profile, digits: Sequence[int] | None = None, *, exact: bool = False) -> pa.Table:
    """Runs as a table by `data_schema`, without RUL and failure mode where they have none.

    digits (S,): significant digits of each sensor without a resolution, DIGITS where it is not given. exact: sensors as
    they are, not rounded.
    """
    digits = [DIGITS] * len(runs.sensors) if digits is None else digits
    stamps = EPOCH + np.round(runs.time_h * MS_PER_HOUR).astype("timedelta64[ms]")
    columns = {"timestamp": pa.array(stamps, pa.timestamp("ms", tz="UTC")), "run_id": pa.array(runs.run_id)}
    for at, sensor in enumerate(profile.sensors):
        values = np.ascontiguousarray(runs.values[:, at])
        columns[sensor.name] = to_column(values if exact else _rounded(values, sensor, digits[at]), sensor)
    if runs.rul_h is not None:
        columns["rul"] = pa.array(np.round(runs.rul_h, 6))
    if runs.failure_mode is not None:
        codes = pa.array(runs.failure_mode.astype(np.int32))
        columns["failure_mode"] = pa.DictionaryArray.from_arrays(codes, pa.array(runs.modes)).cast(pa.string())
    whole = data_schema(profile)
    schema = pa.schema([field for field in whole if field.name in columns], metadata=whole.metadata)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _rounded(values: Floats, sensor: Sensor, digits: int) -> Floats:
    if sensor.resolution is None:
        return significant(values, digits)
    return to_resolution(values, sensor.resolution, sensor.physical_min, sensor.physical_max)


def significant(values: Floats, digits: int = DIGITS) -> Floats:
    """Values rounded to so many significant digits; from MOST_DIGITS on, as they are."""
    if digits >= MOST_DIGITS:
        return np.ascontiguousarray(values)
    with np.errstate(divide="ignore"):
        magnitude = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = np.power(10.0, digits - 1 - magnitude)
    rounded: Floats = np.round(values * scale) / scale
    return rounded


def digits_of(values: Floats) -> list[int]:
    """How many significant digits each sensor's values (N, S) have, at least DIGITS."""
    return [_digits(values[:, at]) for at in range(values.shape[1])]


def _digits(column: Floats) -> int:
    for digits in range(DIGITS, MOST_DIGITS):
        if np.allclose(significant(column, digits), column, rtol=1e-15, atol=0):
            return digits
    return MOST_DIGITS


def csv_bytes(runs: Runs, profile: Profile, *, exact: bool = False) -> bytes:
    """The seed file's bytes; time stamps as ISO 8601 UTC. exact: sensors as they are, not rounded."""
    table = to_table(runs, profile, exact=exact)
    text = pc.strftime(table.column("timestamp"), format="%Y-%m-%dT%H:%M:%SZ")
    buffer = io.BytesIO()
    csv.write_csv(table.set_column(0, "timestamp", text), buffer)
    return buffer.getvalue()


def parquet_chunks(batches: Iterable[Runs], profile: Profile, digits: Sequence[int] | None = None) -> Iterator[bytes]:
    """The bytes of one split of a data set, a row group after another; how its rows are divided decides nothing."""
    written = _Written()
    writer: pq.ParquetWriter | None = None
    for table in _in_groups(to_table(runs, profile, digits) for runs in batches):
        writer = writer or pq.ParquetWriter(written, table.schema, compression="snappy", store_schema=True)
        # Pages begin anew with each chunk of a column.
        writer.write_table(table.combine_chunks(), row_group_size=GROUP_ROWS)
        yield written.taken()
    if writer is not None:
        writer.close()
        yield written.taken()


class _Written(io.RawIOBase):
    """A file that hands over what was written to it since it was last asked."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _in_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of GROUP_ROWS each, and the rest."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        while rows >= GROUP_ROWS:
            whole = pa.concat_tables(held)
            yield whole.slice(0, GROUP_ROWS)
            held, rows = [whole.slice(GROUP_ROWS)], rows - GROUP_ROWS
    if rows:
        yield pa.concat_tables(held)


def read_seed(store: ArtifactStore, machine_id: str, profile: Profile) -> Runs:
    """Reads a machine's seed.

    Raises MissingPrerequisite without the file, InvalidInput naming the column and row that are wrong.
    """
    seed = key_of("seed", machine_id)
    name = name_of(seed)
    if not store.exists(seed):
        command = f".venv/bin/python GAN/scripts/generate_seed_from_profile.py --machine_id {machine_id}"
        raise MissingPrerequisite(f"no seed of {machine_id} ({name})", hint=f"run: {command}")
    try:
        with store.open(seed) as file:
            table = csv.read_csv(file, convert_options=csv.ConvertOptions(null_values=["", "NaN", "nan", "NA", "null"]))
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"{name} is not a readable CSV: {error}", hint="make the seed again") from None
    garbled = [field.name for field in table.schema if pa.types.is_binary(field.type)]
    if garbled:
        raise InvalidInput(f"{name}: {garbled[0]} is not UTF-8 text", field=garbled[0])
    return from_table(table, profile, name)


def running_rows(store: ArtifactStore, machine_id: str) -> Floats:
    """How many rows each recorded run has that was still running when its record ended, (C,)."""
    censored = key_of("censored", machine_id)
    if not store.exists(censored):
        return np.zeros(0)
    with store.open(censored) as file:
        table = csv.read_csv(file, convert_options=csv.ConvertOptions(include_columns=["run_id"]))
    return np.unique(table.column("run_id").to_numpy(), return_counts=True)[1].astype(np.float64)


def parquet_table(store: ArtifactStore, key: str) -> pa.Table:
    """Reads one split of a data set as it is. Raises InvalidInput for a damaged or missing file."""
    try:
        with store.open(key) as file:
            return pq.read_table(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(
            f"{name_of(key)} is not a readable parquet file: {error}", hint="generate the data set again"
        ) from None


def read_parquet(store: ArtifactStore, key: str, profile: Profile) -> Runs:
    """Reads one split of a data set, whole.

    Raises InvalidInput for a damaged file, and where columns, types or units are not those of the profile.
    """
    table, name = parquet_table(store, key), name_of(key)
    _check_schema(table.schema, profile, name)
    return from_table(table, profile, name)


def parquet_batches(store: ArtifactStore, key: str, profile: Profile) -> Iterator[Runs]:
    """Reads one split of a data set in batches of whole runs, a row group or more at once. Raises as `read_parquet`."""
    name = name_of(key)
    seen: set[int] = set()
    for first_row, table in _whole_runs(_groups(store, key, profile)):
        runs = from_table(table, profile, name, first_row)
        again = seen.intersection(ids := runs.ids().tolist())
        if again:
            raise _scattered(name)
        seen.update(ids)
        yield runs


def run_lengths(store: ArtifactStore, key: str) -> tuple[Ints, Ints]:
    """Ids of the runs of a split, in order, and how many rows each has, (R,). Raises InvalidInput."""
    with _opened(store, key) as file:
        ids = _readable(key, lambda: file.read(["run_id"])).column("run_id").to_numpy()
    starts = np.flatnonzero(np.diff(ids, prepend=ids[:1] - 1))
    return ids[starts].astype(np.int64), np.diff(np.append(starts, len(ids))).astype(np.int64)


@contextmanager
def _opened(store: ArtifactStore, key: str) -> Iterator[pq.ParquetFile]:
    try:
        source = store.open(key)
    except OSError as error:
        raise _unreadable(key, error) from None
    with source:
        yield _readable(key, lambda: pq.ParquetFile(source))


def _readable(key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (pa.ArrowInvalid, pa.ArrowKeyError, KeyError, OSError) as error:
        raise _unreadable(key, error) from None


def _unreadable(key: str, error: Exception) -> InvalidInput:
    return InvalidInput(f"{name_of(key)} is not a readable parquet file: {error}", hint="generate the data set again")


def _groups(store: ArtifactStore, key: str, profile: Profile) -> Iterator[pa.Table]:
    with _opened(store, key) as file:
        _check_schema(file.schema_arrow, profile, name_of(key))
        if file.metadata.num_rows == 0:
            raise InvalidInput(f"{name_of(key)} has no rows")
        for at in range(file.num_row_groups):
            yield _readable(key, partial(file.read_row_group, at))


def _whole_runs(tables: Iterable[pa.Table]) -> Iterator[tuple[int, pa.Table]]:
    """The same rows in tables that end where a run does, each with the number of rows before it."""
    held: list[pa.Table] = []
    before = 0
    for table in tables:
        run = table.column("run_id").to_numpy(zero_copy_only=False)
        ended = bool(held) and held[-1].column("run_id")[-1].as_py() != run[0]
        begins = [*([0] if ended else []), *(np.flatnonzero(run[1:] != run[:-1]) + 1).tolist()]
        if held and not begins:
            held.append(table)
            continue
        # Whether the last run goes on in the next table is not known yet.
        last = begins[-1] if begins else 0
        whole = pa.concat_tables([*held, table.slice(0, last)])
        if whole.num_rows:
            yield before, whole
        before += whole.num_rows
        held = [table.slice(last)]
    yield before, pa.concat_tables(held)


def _check_schema(found: pa.Schema, profile: Profile, name: str) -> None:
    expected = data_schema(profile)
    if not found.equals(expected, check_metadata=True):
        raise InvalidInput(
            f"{name} has another schema than the profile: {_difference(found, expected)}",
            hint="generate the data set again",
        )


def _difference(found: pa.Schema, expected: pa.Schema) -> str:
    def told(schema: pa.Schema) -> list[str]:
        units = {f.name: (f.metadata or {}).get(b"unit", b"").decode() for f in schema}
        return [f"{f.name} ({f.type}{', ' if units[f.name] else ''}{units[f.name]})" for f in schema]

    for got, wanted in zip_longest(told(found), told(expected), fillvalue="nothing"):
        if got != wanted:
            return f"{got} where {wanted} belongs"
    return f"metadata {found.metadata} where {expected.metadata} belongs"


def from_table(table: pa.Table, profile: Profile, name: str, before: int = 0) -> Runs:
    """Checks a table against the profile's columns and returns its runs. before: rows of the file before these.

    Raises InvalidInput.
    """
    twins = sorted({column for column in table.column_names if table.column_names.count(column) > 1})
    if twins:
        raise InvalidInput(f"{name}: duplicate columns: {', '.join(twins)}", field=twins[0])
    has_modes = bool(profile.failure_modes)
    expected = [
        "timestamp",
        *(["rul"] if has_modes else []),
        *profile.sensor_names,
        *(["failure_mode"] if has_modes else []),
        "run_id",
    ]
    missing = [column for column in expected if column not in table.column_names]
    if missing:
        raise InvalidInput(f"{name}: columns are missing: {', '.join(missing)}", field=missing[0])
    if table.num_rows == 0:
        raise InvalidInput(f"{name} has no rows")
    values = np.column_stack(
        [_finite(from_column(table.column(s.name), s, name, before), s.name, name, before) for s in profile.sensors]
    )
    rul = _numbers(table, "rul", name, before) if has_modes else None
    modes = _modes(table, profile, name, before) if has_modes else None
    run_id = _numbers(table, "run_id", name, before).astype(np.int64)
    runs = Runs(profile.sensor_names, values, run_id, _hours(table, name), rul, modes, profile.mode_names)
    if len(set(runs.ids().tolist())) != len(runs.ids()):
        raise _scattered(name)
    return runs


def _scattered(name: str) -> InvalidInput:
    return InvalidInput(f"{name}: the rows of a run do not stand together", field="run_id")


def _numbers(table: pa.Table, column: str, name: str, before: int) -> Floats:
    try:
        values = table.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"{name}: {column}: not a number: {error}", field=column) from None
    return _finite(values, column, name, before)


def _finite(values: Floats, column: str, name: str, before: int) -> Floats:
    """The values. Raises InvalidInput for one that is missing or infinite."""
    bad = ~np.isfinite(values)
    if bad.any():
        row = before + int(np.flatnonzero(bad)[0]) + 1
        raise InvalidInput(
            f"{name}: {column}: {int(bad.sum())} of {len(values)} values are missing, NaN or infinite (first in "
            f"row {row}); "
            "only finite numbers are allowed",
            field=column,
        )
    return np.asarray(values, dtype=np.float64)


def _modes(table: pa.Table, profile: Profile, name: str, before: int) -> Ints:
    codes = pc.index_in(table.column("failure_mode").cast(pa.string()), pa.array(profile.mode_names))
    if codes.null_count:
        row = int(np.flatnonzero(codes.is_null().to_numpy(zero_copy_only=False))[0])
        value = table.column("failure_mode")[row].as_py()
        raise InvalidInput(
            f"{name}: failure_mode: {value!r} in row {before + row + 1} is not one of {', '.join(profile.mode_names)}",
            field="failure_mode",
        )
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)


def _hours(table: pa.Table, name: str) -> Floats:
    column = table.column("timestamp")
    try:
        stamps = column.cast(pa.timestamp("ms")) if not pa.types.is_timestamp(column.type) else column
        ms = stamps.cast(pa.timestamp("ms", tz=getattr(stamps.type, "tz", None))).cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"{name}: timestamp: not a time: {error}", field="timestamp") from None
    if ms.null_count:
        raise InvalidInput(f"{name}: timestamp: {ms.null_count} values are missing", field="timestamp")
    values = ms.to_numpy().astype(np.float64)
    return np.asarray((values - EPOCH.astype(np.int64)) / MS_PER_HOUR)
