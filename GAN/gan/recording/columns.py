"""Which columns of recorded rows are time, run, RUL, failure mode, and sensors."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gan.data.runs import MIN_RUN_ROWS
from gan.machine.profile import MAX_SENSORS, NAME, RESERVED, Profile
from gan.recording.labels import is_healthy
from gan.recording.names import sensor_name, slug_of, split_unit
from gan.recording.numbers import Reading, holds_numbers, is_text, words_of
from gan.recording.source import read_regular
from gan.recording.times import heading_unit
from gan.runtime.errors import InvalidInput

MAX_PAIRS = 1 << 20
_FLAGS = ("failed", "isfailed", "isfailure", "failureflag", "machinefailure", "failurecause")
# Common names of such columns, in lower case and without punctuation.
ALIASES = {
    "timestamp": ("timestamp", "time", "datetime", "date", "ts", "timestamputc", "zeitstempel", "zeit", "datum"),
    "run_id": (
        "runid",
        "run",
        "unit",
        "unitid",
        "unitnr",
        "unitnumber",
        "engineid",
        "runnumber",
        "runno",
        "trajectory",
        "cellid",
        "batteryid",
        "bearingid",
        "engineno",
        "enginenumber",
        "specimen",
        "specimenid",
    ),
    "rul": ("rul", "rulhours", "rulcycles", "remainingusefullife", "timetofailure", "ttf"),
    "failure_mode": ("failuremode", "failure", "fault", "event", "failuretype", "faulttype", "failurelabel", *_FLAGS),
    "cycle": ("cycle", "cycles", "cyclenumber", "cycleno", "cyclenr", "cycleindex", "timecycles", "timeincycles"),
}
# What runs are of: such a column tells them apart if it holds names or whole numbers that stay for many rows.
_THINGS = ("cell", "cellname", "cellno", "battery", "batteryname", "batteryno", "bearing", "engine", "file")
# Columns that number rows or name things, and measure nothing.
_INDEXES = (
    "",
    "index",
    "id",
    "row",
    "rowid",
    "rowno",
    "rownr",
    "rownumber",
    "record",
    "recordid",
    "recordno",
    "recordnumber",
    "no",
    "nr",
    "num",
    "lfdnr",
    "number",
    "key",
    "uuid",
    "guid",
    "level0",
    "sample",
    "sampleid",
    "sampleno",
    "indexlevel0",
    "uid",
    "udi",
    "seq",
    "sequence",
    "machineid",
    "machine",
    "machineno",
    "asset",
    "assetid",
    "equipment",
    "equipmentid",
    "device",
    "deviceid",
    "serial",
    "serialno",
)
_TAGS = (
    "tag",
    "tagname",
    "sensor",
    "sensorname",
    "variable",
    "parameter",
    "signal",
    "channel",
    "point",
    "pointname",
    "measurement",
)


@dataclass(frozen=True)
class Columns:
    """Which column is what.

    roles: role (of ALIASES) → column, for those found. sensors: name → column. left_out: column → why it is none.
    """

    roles: Mapping[str, str]
    sensors: Mapping[str, str]
    units: Mapping[str, str]
    notes: tuple[str, ...]
    named: frozenset[str] = frozenset()
    left_out: Mapping[str, str] = field(default_factory=dict)


def parse_pairs(flag: str, text: str | None) -> dict[str, str]:
    """A flag that maps names: `a=x,b=y`, JSON, or the path of a JSON file. Raises InvalidInput."""
    if text is None:
        return {}
    try:
        if not text.lstrip().startswith("{") and not text.endswith(".json"):
            return dict(_pair(part) for part in text.split(","))
        source = text if text.lstrip().startswith("{") else read_regular(Path(text), flag, MAX_PAIRS).decode()
        pairs = json.loads(source)
        if isinstance(pairs, dict) and all(isinstance(value, str) for value in pairs.values()):
            return pairs
    except (ValueError, RecursionError):
        pass
    raise InvalidInput(
        f"{flag}: {text[:80]!r} is not understood",
        field=flag,
        hint=f"--{flag} name=value,name=value or a file of a JSON object",
    )


def parse_words(flag: str, text: str) -> list[str]:
    """A flag that lists names: `a,b`, or a JSON list where names have commas. Raises InvalidInput."""
    if not text.startswith("["):
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        words = None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return words
    raise InvalidInput(f"{flag}: {text[:80]!r} is not understood", field=flag, hint=f"--{flag} a,b or a JSON list")


def _pair(part: str) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise ValueError
    return name.strip(), value.strip()


def without(table: pa.Table, names: Collection[str]) -> pa.Table:
    """The table without these columns. Raises InvalidInput for one that is not there."""
    by_name = {
        **{slug_of(split_unit(column)[0]): column for column in table.column_names},
        **{c: c for c in table.column_names},
    }
    strange = [name for name in names if name not in by_name]
    if strange:
        raise InvalidInput(
            f"drop: no column {', '.join(strange)}", field="drop", hint=f"there are: {', '.join(table.column_names)}"
        )
    return table.drop_columns(sorted({by_name[name] for name in names}))


def choose_columns(
    table: pa.Table, profile: Profile | None, given: Mapping[str, str], reading: Reading | None = None
) -> Columns:
    """Finds each column's role: by `given` (sensor or role → column), else by name. Raises InvalidInput.

    With a profile, its sensors are looked for and other columns are left out. Without one, every other numeric column
    is a sensor, whose unit is given in brackets after the name.
    """
    reading = Reading() if reading is None else reading
    _refuse_long(table)
    missing = [column for column in given.values() if column not in table.column_names]
    if missing:
        raise InvalidInput(
            f"map: no column {', '.join(missing)}", field="map", hint=f"there are: {', '.join(table.column_names)}"
        )
    profiled = () if profile is None else profile.sensor_names
    roles = {
        role: column
        for role in ALIASES
        if (column := given.get(role) or _alias(table, role, given, profiled)) is not None
    }
    wanted = {name: column for name, column in given.items() if name not in ALIASES}
    if profile is not None:
        known = _known_sensors(table, profile, roles, wanted)
        reading.states |= {known.sensors[s.name]: s.categories for s in profile.sensors if s.categories}
        return known
    return _all_sensors(table, roles, wanted, {*roles.values(), *given.values()}, reading)


def _refuse_long(table: pa.Table) -> None:
    """Raises InvalidInput for the long format (one value a row) that historians export."""
    plain = {re.sub(r"[\W_]+", "", column.lower()): column for column in table.column_names}
    tag = next((plain[word] for word in _TAGS if word in plain and is_text(table.column(plain[word]).type)), None)
    if tag is not None and "value" in plain and not holds_numbers(table, tag):
        raise InvalidInput(
            f"{tag!r} and {plain['value']!r}: a row holds one value, not a column for each sensor",
            field="csv",
            hint=f"make a column of each {tag}: in pandas "
            f"df.pivot_table(index=[time, unit], columns={tag!r}, values={plain['value']!r})",
        )


def _all_sensors(
    table: pa.Table, roles: Mapping[str, str], wanted: dict[str, str], taken: Collection[str], reading: Reading
) -> Columns:
    """Every numeric column without another role is a sensor."""
    named = frozenset(wanted)
    units = {name: split_unit(column)[1] for name, column in wanted.items()}
    notes: list[str] = []
    left_out: dict[str, str] = {}
    for column in table.column_names:
        if column in taken:
            continue
        why = _no_sensor(table, column, reading)
        if why is not None:
            left_out[column] = why
            continue
        name, unit = sensor_name(column)
        if name in wanted:
            raise InvalidInput(
                f"map: two columns would be {name}: {wanted[name]} and {column}",
                field="map",
                hint=f"--map <name>={column}, or --drop {column!r}",
            )
        if name != column:
            notes.append(f"column {column!r} is sensor {name}")
        wanted[name], units[name] = column, unit
    _check_names(wanted)
    return Columns(roles, wanted, units, (*notes, *_tell(left_out)), named, left_out)


def _tell(left_out: Mapping[str, str]) -> list[str]:
    return [f"column {column!r} is left out: {why}" for column, why in left_out.items()]


def tells_of_health(words: pa.ChunkedArray) -> bool:
    """Whether a column of few words has some that say that the machine is healthy, and others."""
    found = pc.unique(words).drop_null().to_pylist()
    return 1 < len(found) <= 20 and 0 < sum(map(is_healthy, found)) < len(found)


def _no_sensor(table: pa.Table, column: str, reading: Reading) -> str | None:
    """Why a column measures nothing; None for one that does."""
    values = table.column(column)
    plain = re.sub(r"[\W_]+", "", column.lower())
    if not holds_numbers(table, column):
        if values.null_count == len(values):
            return "it has no values"
        if plain in _INDEXES or plain.startswith("unnamed"):
            return "it names rows or machines"
        if not is_text(values.type):
            return "it is a time"
        words = words_of(table, column)
        if words and not tells_of_health(values):
            reading.states[column] = words
            return None
        tells = f" (--map failure_mode={column} if it tells what ended a run)" if tells_of_health(values) else ""
        return f"it is of words that are no states{tells}"
    if plain in _INDEXES or plain.startswith("unnamed"):
        kept = f"--map <name>={column} makes it a sensor, --run_column {column} tells runs"
        return f"it numbers rows or runs, by its name ({kept})"
    counted = reading.plain(table, column)
    if len(counted) >= 20 and (counted[1:] == counted[:-1] + 1).all():
        return f"it counts the rows (--map <name>={column} makes it a sensor)"
    return None


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
            hint="--drop leaves columns out" if sensors else "name the columns of the sensors: --map <name>=<column>",
        )


def _alias(table: pa.Table, role: str, given: Mapping[str, str], sensors: Collection[str]) -> str | None:
    """The column with one of the role's names that is no sensor of the profile."""
    for alias in ALIASES[role]:
        for column in table.column_names:
            name = split_unit(column)[0]
            if (
                re.sub(r"[\W_]+", "", name.lower()) == alias
                and column not in given.values()
                and slug_of(name) not in sensors
            ):
                return str(column)
    if role == "run_id":
        free = (c for c in table.column_names if c not in given.values() and slug_of(c) not in sensors)
        return next((str(column) for column in free if _names_things(table, column)), None)
    timed = [c for c in table.column_names if heading_unit(c) and c not in given.values() and slug_of(c) not in sensors]
    return str(timed[0]) if role == "timestamp" and timed else None


def _names_things(table: pa.Table, column: str) -> bool:
    """Whether a column that is called as runs' things are has their names: few words or whole numbers, not measured."""
    if re.sub(r"[\W_]+", "", column.lower()) not in _THINGS or pa.types.is_floating(table.column(column).type):
        return False
    names = pc.unique(table.column(column).cast(pa.string())).drop_null().to_pylist()
    whole = all(name.isdigit() or not re.fullmatch(r"[-+]?[\d.,]+([eE][-+]?\d+)?", name) for name in names)
    return whole and 1 < len(names) <= table.num_rows / MIN_RUN_ROWS


def _known_sensors(table: pa.Table, profile: Profile, roles: Mapping[str, str], wanted: Mapping[str, str]) -> Columns:
    by_name = {slug_of(split_unit(column)[0]): column for column in table.column_names}
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
            f"no column for {', '.join(missing)} of the profile of {profile.machine_id}; "
            f"columns: {', '.join(table.column_names)}",
            field="map",
            hint=f"--map {missing[0]}=<column>,…; or --new_profile to make the profile from these data",
        )
    sensors = {name: column for name, column in found.items() if column is not None}
    used = {*sensors.values(), *roles.values()}
    left_out = {column: "it is not in the profile" for column in table.column_names if column not in used}
    units = {name: unit for name, column in sensors.items() if (unit := split_unit(column)[1])}
    return Columns(roles, sensors, units, tuple(_tell(left_out)), left_out=left_out)
