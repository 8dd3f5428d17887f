"""A file of recorded rows: which of its columns are time, run, RUL, failure mode, and sensors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from gan.data.runs import Floats
from gan.machine.profile import MAX_SENSORS, NAME, RESERVED, Profile
from gan.runtime.errors import InvalidInput

NULLS = ["", "NaN", "nan", "NA", "N/A", "n/a", "null", "NULL", "None"]
# What such a column is often called, in lower case.
ALIASES = {
    "timestamp": ("timestamp", "time", "datetime", "date_time", "date", "ts"),
    "run_id": ("run_id", "run", "unit", "unit_id", "unit_nr", "unit_number", "engine_id"),
    "rul": ("rul", "rul_hours", "remaining_useful_life"),
    "failure_mode": ("failure_mode", "failure", "fault", "event"),
}
_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]$")
NOT_UTF8 = "convert it, e.g. iconv -f latin1 -t utf-8"
MS_PER_HOUR = 3_600_000.0
TIME_UNITS_H = {"ms": 1 / MS_PER_HOUR, "s": 1 / 3600, "min": 1 / 60, "h": 1.0}


@dataclass(frozen=True)
class Columns:
    """Which column is what. roles: of timestamp, run_id, rul, failure_mode those there are; sensors: name → column."""

    roles: Mapping[str, str]
    sensors: Mapping[str, str]
    units: Mapping[str, str]
    notes: tuple[str, ...]


def read_rows(path: Path, delimiter: str = ",") -> pa.Table:
    """Reads a CSV, or a parquet file (by its name's end). Raises InvalidInput that says what is wrong with it."""
    try:
        table = _read(path, delimiter)
    except FileNotFoundError:
        raise InvalidInput(f"csv: no file {path}", field="csv") from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} is not readable: {_why(error)}", field="csv", hint=_help(error)) from None
    names = table.column_names
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise InvalidInput(
            f"{path.name}: columns stand twice: {', '.join(twins)}", field="csv", hint="rename one of each"
        )
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|,") and names[0].count(delimiter) == 0:
        mark = max(";\t|,", key=names[0].count)
        raise InvalidInput(
            f"{path.name} has one column, {names[0][:60]!r}: it seems to be separated by {mark!r}",
            field="delimiter",
            hint=f"--delimiter '{mark}'",
        )
    if table.num_rows == 0:
        raise InvalidInput(f"{path.name} has no rows", field="csv")
    garbled = [name for name in names if pa.types.is_binary(table.column(name).type)]
    if garbled:
        raise InvalidInput(f"{path.name} is not readable: {garbled[0]} is not UTF-8 text", field="csv", hint=NOT_UTF8)
    return table


def _read(path: Path, delimiter: str) -> pa.Table:
    if path.suffix.lower() in (".parquet", ".pq"):
        return pq.read_table(path)
    with path.open("rb") as file:
        file.readline().decode("utf-8-sig")
    return csv.read_csv(
        path,
        parse_options=csv.ParseOptions(delimiter=delimiter),
        convert_options=csv.ConvertOptions(null_values=NULLS, strings_can_be_null=True),
    )


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
        return "it is not UTF-8 text"
    return str(error).removeprefix("CSV parse error: ")


def _help(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
        return NOT_UTF8
    return "a row that is too short is often the last one of a file that was cut off"


def parse_pairs(flag: str, text: str | None) -> dict[str, str]:
    """A flag of names: `a=x,b=y`, JSON, or the path of a file of JSON. Raises InvalidInput."""
    if text is None:
        return {}
    try:
        if not text.lstrip().startswith("{") and not text.endswith(".json"):
            return dict(_pair(part) for part in text.split(","))
        source = text if text.lstrip().startswith("{") else Path(text).read_text("utf-8")
        pairs = json.loads(source)
        if isinstance(pairs, dict) and all(isinstance(value, str) for value in pairs.values()):
            return pairs
    except (ValueError, OSError):
        pass
    raise InvalidInput(
        f"{flag}: {text[:80]!r} is not understood",
        field=flag,
        hint=f"--{flag} name=value,name=value or a file of a JSON object",
    )


def _pair(part: str) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise ValueError
    return name.strip(), value.strip()


def choose_columns(table: pa.Table, profile: Profile | None, given: Mapping[str, str]) -> Columns:
    """Finds each column's role: by `given` (sensor or role → column), else by name. Raises InvalidInput.

    With a profile its sensors are looked for, and other columns left out. Without, every other column of numbers is
    a sensor; its unit is what stands in brackets behind the name.
    """
    missing = [column for column in given.values() if column not in table.column_names]
    if missing:
        raise InvalidInput(
            f"map: no column {', '.join(missing)}", field="map", hint=f"there are: {', '.join(table.column_names)}"
        )
    roles = {role: column for role in ALIASES if (column := given.get(role) or _alias(table, role, given)) is not None}
    taken = {*roles.values(), *given.values()}
    wanted = {name: column for name, column in given.items() if name not in ALIASES}
    if profile is not None:
        return _known_sensors(table, profile, roles, wanted)
    units = {name: _split(column)[1] for name, column in wanted.items()}
    notes: list[str] = []
    for column in table.column_names:
        if column in taken:
            continue
        if not _is_of_numbers(table, column):
            what = "it is not of numbers" if table.column(column).null_count < table.num_rows else "it has no values"
            notes.append(f"column {column!r} is left out: {what}")
            continue
        name, unit = _sensor_name(column)
        if name in wanted:
            raise InvalidInput(f"map: two columns would be {name}: {wanted[name]} and {column}", field="map")
        if name != column:
            notes.append(f"column {column!r} is sensor {name}")
        wanted[name], units[name] = column, unit
    _check_names(wanted)
    return Columns(roles, wanted, units, tuple(notes))


def _check_names(sensors: Mapping[str, str]) -> None:
    wrong = [name for name in sensors if NAME.fullmatch(name) is None or name in RESERVED]
    if wrong:
        raise InvalidInput(
            f"map: {wrong[0]!r} is no name for a sensor: lower-case letters, digits and underscores", field="map"
        )
    if not 1 <= len(sensors) <= MAX_SENSORS:
        raise InvalidInput(
            f"{len(sensors)} columns of numbers: 1 to {MAX_SENSORS} sensors are allowed",
            field="csv",
            hint="leave out the others",
        )


def _alias(table: pa.Table, role: str, given: Mapping[str, str]) -> str | None:
    for alias in ALIASES[role]:
        for column in table.column_names:
            if _split(column)[0].lower() == alias and column not in given.values():
                return str(column)
    return None


def _known_sensors(table: pa.Table, profile: Profile, roles: Mapping[str, str], wanted: Mapping[str, str]) -> Columns:
    by_name = {_slug(_split(column)[0]): column for column in table.column_names}
    strange = [name for name in wanted if name not in profile.sensor_names]
    if strange:
        raise InvalidInput(
            f"map: {', '.join(strange)}: no such sensor in the profile",
            field="map",
            hint=f"its sensors: {', '.join(profile.sensor_names)}",
        )
    found = {name: wanted.get(name) or by_name.get(name) for name in profile.sensor_names}
    missing = [name for name, column in found.items() if column is None]
    if missing:
        raise InvalidInput(
            f"no column for {', '.join(missing)} of the profile of {profile.machine_id}; columns: {', '.join(table.column_names)}",
            field="map",
            hint=f"--map {missing[0]}=<column>,…; or --new_profile to make the profile from these data",
        )
    sensors = {name: column for name, column in found.items() if column is not None}
    used = {*sensors.values(), *roles.values()}
    notes = [
        f"column {column!r} is left out: it is not in the profile"
        for column in table.column_names
        if column not in used
    ]
    units = {name: unit for name, column in sensors.items() if (unit := _split(column)[1])}
    return Columns(roles, sensors, units, tuple(notes))


def _split(column: str) -> tuple[str, str]:
    """Name and unit of a heading like `Oil temperature [C]`."""
    found = _BRACKETS.match(column)
    return (found["name"], found["unit"]) if found else (column, "")


def _slug(text: str) -> str:
    """Words and humps as lower_case_with_underscores."""
    humps = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", humps.lower()).strip("_")


def _sensor_name(column: str) -> tuple[str, str]:
    name, unit = _split(column)
    slug = _slug(name)
    if not name.isascii() or NAME.fullmatch(slug) is None or slug in RESERVED:
        raise InvalidInput(
            f"column {column!r} gives no name for a sensor (lower-case letters, digits and underscores)",
            field="map",
            hint=f"--map <name>={column}",
        )
    return slug, unit


def mode_name(value: str) -> str:
    """A failure mode's name from what was recorded. Raises InvalidInput."""
    slug = _slug(value)
    if not value.isascii() or NAME.fullmatch(slug) is None:
        raise InvalidInput(
            f"failure mode {value!r} gives no name of lower-case letters, digits and underscores", field="failure_mode"
        )
    return slug


def _is_of_numbers(table: pa.Table, column: str) -> bool:
    """Raises InvalidInput for one that begins with a number and goes on with something else."""
    if _numeric(table.column(column).type):
        return True
    if pa.types.is_string(table.column(column).type):
        first = pc.first(table.column(column), skip_nulls=True).as_py()
        if first is not None and re.fullmatch(r"[-+]?\d+([.,]\d+)?", first.strip()):
            numbers(table, column)
    return False


def _numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def numbers(table: pa.Table, column: str) -> Floats:
    """A column as numbers; what is missing or infinite is NaN. Raises InvalidInput naming the first that is none."""
    try:
        values = table.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        row, value = _first_word(table, column)
        hint = "decimal commas must be points" if "," in value else None
        raise InvalidInput(f"{column}: {value!r} in row {row} is not a number", field=column, hint=hint) from None
    return np.where(np.isfinite(values), values, np.nan)


def _first_word(table: pa.Table, column: str) -> tuple[int, str]:
    for row, value in enumerate(table.column(column).cast(pa.string()).to_pylist(), start=1):
        try:
            float(value or "nan")
        except ValueError:
            return row, str(value)
    return 1, str(table.column(column)[0])


def hours(table: pa.Table, column: str, unit: str | None) -> Floats:
    """Time in hours: since 1970 for ISO 8601 and Unix times, since its beginning for `unit`. Raises InvalidInput."""
    kind = table.column(column).type
    if _numeric(kind):
        return _numeric_hours(numbers(table, column), column, unit)
    times = table.column(column)
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        times = _parsed(times.cast(pa.string()), column)
    if times.null_count:
        raise InvalidInput(f"{column}: {times.null_count} time stamps are missing", field="timestamp")
    utc = times.cast(pa.timestamp("ms", tz=getattr(times.type, "tz", None)), safe=False)
    return np.asarray(utc.cast(pa.int64()).to_numpy() / MS_PER_HOUR)


def _parsed(texts: pa.ChunkedArray, column: str) -> pa.ChunkedArray:
    for kind in (pa.timestamp("us", tz="UTC"), pa.timestamp("us")):
        try:
            return pc.cast(texts, kind)
        except pa.ArrowInvalid:
            continue
    first = next((text for text in texts.to_pylist() if text), "")
    raise InvalidInput(
        f"{column}: {first!r} is not a time: ISO 8601 (2025-01-31T13:00:00) or seconds since 1970 are understood",
        field="timestamp",
    )


def _numeric_hours(values: Floats, column: str, unit: str | None) -> Floats:
    if np.isnan(values).any():
        raise InvalidInput(f"{column}: {int(np.isnan(values).sum())} time stamps are missing", field="timestamp")
    if unit is None:
        largest = float(np.abs(values).max())
        unit = "ms" if largest > 1e11 else "s" if largest > 1e8 else None
    if unit is None:
        raise InvalidInput(
            f"{column}: numbers up to {values.max():g} are no time since 1970", field="time_unit",
            hint="--time_unit s, min or h if they count from the beginning; --interval_minutes if they are no time at all",
        )  # fmt: skip
    return values * TIME_UNITS_H[unit]
