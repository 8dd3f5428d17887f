"""Time stamps in hours: the unit of numbers, the order of dates, and what is no time at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gan.data.runs import Floats
from gan.recording.numbers import Reading, blanked, is_number, is_text
from gan.runtime.errors import InvalidInput

Bools = NDArray[np.bool_]
HOUR_US = 3_600_000_000.0
# Hours in each unit of elapsed time, or of time since 1970.
UNITS_H = {
    "ns": 1e-9 / 3600,
    "us": 1e-6 / 3600,
    "ms": 1e-3 / 3600,
    "s": 1 / 3600,
    "min": 1 / 60,
    "h": 1.0,
    "d": 24.0,
}
# Words for units in a heading, and what comes before them.
UNIT_WORDS = {
    **{unit: unit for unit in ("ns", "us", "ms", "s", "min", "h", "d")},
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("msec", "milliseconds"), "ms"),
}
TIME_WORDS = "time|timestamp|elapsed|elapsed[ _]?time|operating[ _]?time|run[ _]?time"
# Days from the start of a program's own calendar to 1970.
SERIAL_DAYS = {"excel": 25569.0, "matlab": 719529.0}
TIME_UNITS = (*UNITS_H, *SERIAL_DAYS)
_WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
# Unix times within 1980 to 2100, in seconds: the ranges of the other units do not overlap.
_UNIX_S = (315_532_800.0, 4_102_444_800.0)
# Which years a recorded date may be in, and how long a record may be.
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_H = 200 * 8766.0
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_DE = {"mrz": 3, "mär": 3, "mai": 5, "okt": 10, "dez": 12}
_DATE = (
    r"^(?P<a>\d{1,4})(?P<mark>[-./ ])(?P<b>\d{1,2}|\p{L}{3,9})\.?[-./ ](?P<c>\d{1,4})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,:](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp])?\.?[Mm]?\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT)?$"
)
_DIGITS = (
    r"^(?P<a>19\d{2}|20\d{2})(?P<b>0[1-9]|1[0-2])(?P<c>[0-3]\d)"
    r"(?:[T_ ]?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?$"
)
_CLOCK = r"^\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp][Mm])?\s*$"
DATE_ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True)
class Clock:
    """How the user says that time stamps are to be read; None to find out."""

    unit: str | None = None
    date_order: str | None = None
    zone: str | None = None


AS_SEEN = Clock()


@dataclass(frozen=True)
class Times:
    """hours (N,): since 1970 for dates, else since the start. dated: they are dates. local: of an unknown time zone."""

    hours: Floats
    dated: bool
    local: bool = False


def read_times(table: pa.Table, column: str, clock: Clock, reading: Reading) -> Times:
    """A column as times. Raises InvalidInput where they are ambiguous or impossible."""
    kind = table.column(column).type
    if is_number(kind):
        return _numeric(reading.plain(table, column), column, clock, reading.notes)
    if is_text(kind):
        return _of_text(table, column, clock, reading)
    if pa.types.is_duration(kind):
        us = table.column(column).cast(pa.duration("us"), safe=False).cast(pa.int64())
        return Times(_all_known(us, column) / HOUR_US, dated=False)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _dated(table.column(column), column, clock)
    raise InvalidInput(f"{column}: {kind} is no time", field="timestamp")


def _of_text(table: pa.Table, column: str, clock: Clock, reading: Reading) -> Times:
    words = blanked(table.column(column))
    known = words.drop_null()
    if len(known) < len(words):
        row = int(np.flatnonzero(words.is_null().to_numpy(zero_copy_only=False))[0]) + 1
        raise InvalidInput(
            f"{column}: {len(words) - len(known)} time stamps are missing (first in row {row})",
            field="timestamp",
            hint="delete these rows, or --interval_minutes N if every row is there and follows after the same time",
        )
    if clock.unit is None and pc.all(pc.match_substring_regex(known, _DIGITS)).as_py():
        return _dated(_from_parts(words, _DIGITS, "ymd", column), column, clock)
    if pc.all(pc.match_substring_regex(known, r"^[-+]?[\d.,]+([eE][-+]?\d+)?$")).as_py() and not _is_date(known):
        return _numeric(reading.plain(table, column), column, clock, reading.notes)
    for form in (pa.timestamp("us", tz="UTC"), pa.timestamp("us")):
        try:
            return _dated(pc.cast(words, form), column, clock)
        except pa.ArrowInvalid:
            continue
    return _dated(_from_parts(words, _DATE, clock.date_order, column, reading.notes), column, clock)


def _is_date(words: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.match_substring_regex(words, r"^\d{1,4}[.]\d{1,2}[.]\d{2,4}$")).as_py())


def _from_parts(
    words: pa.ChunkedArray, pattern: str, order: str | None, column: str, notes: list[str] | None = None
) -> pa.ChunkedArray:
    """Dates from their parts, as time stamps. Raises InvalidInput for what is no date, or is ambiguous."""
    found = pc.extract_regex(words, pattern)
    wrong = np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidInput(
            f"{column}: {words[row].as_py()!r} is not a time (row {row + 1}): "
            "ISO 8601 (2025-01-31T13:00:00), dates like 31.1.2025 13:00, numbers since 1970 are "
            "understood, a time of day only beside a column date",
            field="timestamp",
            hint="--interval_minutes N if every row follows after the same time: the column then only tells the order",
        )

    def part(name: str) -> pa.ChunkedArray:
        known = [field.name for field in found.type]
        return pc.struct_field(found, name) if name in known else pa.array([""] * len(words))

    a, b, c = _ymd([_month(part(x)) if x == "b" else _integer(part(x)) for x in "abc"], part, order, column, notes)
    hour, minute, second = (_integer(part(name)) for name in ("hour", "minute", "second"))
    half = pc.utf8_lower(part("half"))
    hour = np.where(_equal(half, "p") & (hour < 12), hour + 12, np.where(_equal(half, "a") & (hour == 12), 0, hour))
    micro = _integer(pc.utf8_slice_codeunits(pc.utf8_rpad(part("part"), 6, "0"), 0, 6))
    good = (b >= 1) & (b <= 12) & (c >= 1) & (c <= 31) & (hour <= 24) & (minute < 60) & (second <= 60)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise InvalidInput(f"{column}: {words[row].as_py()!r} in row {row + 1} is not a time", field="timestamp")
    days = ((a - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (b - 1)).astype("datetime64[D]") + (c - 1)
    if (days.astype("datetime64[M]").astype(np.int64) % 12 + 1 != b).any():
        row = int(np.flatnonzero(days.astype("datetime64[M]").astype(np.int64) % 12 + 1 != b)[0])
        raise InvalidInput(f"{column}: {words[row].as_py()!r} in row {row + 1} is not a date", field="timestamp")
    us = days.astype("datetime64[us]").astype(np.int64) + (((hour * 60 + minute) * 60 + second) * 1_000_000 + micro)
    zoned = bool(len(words)) and _equal(part("zone"), "").sum() == 0
    return pa.chunked_array([pa.array(us, pa.int64()).cast(pa.timestamp("us", tz="UTC" if zoned else None))])


def _ymd(
    parts: list[Floats], part: object, order: str | None, column: str, notes: list[str] | None
) -> tuple[Floats, ...]:
    """Year, month and day from the parts of dates. Raises InvalidInput where day and month cannot be told apart."""
    a, b, c = parts
    if order is None and a.max() > 31:
        order = "ymd"
    if order is None and (_is_word(part, "b") or _has_mark(part, ".")):
        order = "dmy"
    if order is None:
        order = "dmy" if a.max() > 12 else "mdy" if b.max() > 12 else None
    if order is None:
        raise InvalidInput(
            f"{column}: is the day or the month first? No value tells",
            field="date_order",
            hint="--date_order dmy, or --date_order mdy",
        )
    if notes is not None:
        words = {"d": "day", "m": "month", "y": "year"}
        notes.append(f"{column}: dates are read as {', '.join(words[x] for x in order)}")
    year, month, day = (a, b, c) if order == "ymd" else (c, b, a) if order == "dmy" else (c, a, b)
    return np.where(year < 70, year + 2000, np.where(year < 100, year + 1900, year)), month, day


def _is_word(part: object, name: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(part(name), r"\p{L}")).as_py())  # type: ignore[operator]


def _has_mark(part: object, mark: str) -> bool:
    return bool(_equal(part("mark"), mark).all())  # type: ignore[operator]


def _equal(words: pa.ChunkedArray, word: str) -> Bools:
    return np.asarray(pc.equal(words, word).to_numpy(zero_copy_only=False))


def _integer(words: pa.ChunkedArray) -> Floats:
    filled = pc.if_else(pc.equal(words, ""), "0", words)
    return np.asarray(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False))


def _month(words: pa.ChunkedArray) -> Floats:
    if not pc.any(pc.match_substring_regex(words, r"\p{L}")).as_py():
        return _integer(words)
    short = pc.utf8_slice_codeunits(pc.utf8_lower(words), 0, 3)
    known = {**{name: at + 1 for at, name in enumerate(_MONTHS)}, **_MONTHS_DE}
    return np.array([known.get(word, 0) for word in short.to_pylist()], dtype=np.int64)


def _all_known(values: pa.ChunkedArray, column: str) -> Floats:
    if values.null_count:
        raise InvalidInput(f"{column}: {values.null_count} time stamps are missing", field="timestamp")
    return np.asarray(values.to_numpy().astype(np.float64))


def _dated(stamps: pa.ChunkedArray, column: str, clock: Clock) -> Times:
    zone = getattr(stamps.type, "tz", None)
    if pa.types.is_date(stamps.type):
        stamps = stamps.cast(pa.timestamp("ms"))
    if stamps.null_count:
        raise InvalidInput(f"{column}: {stamps.null_count} time stamps are missing", field="timestamp")
    if zone is None and clock.zone is not None:
        return Times(_in_zone(stamps, clock.zone, column), dated=True)
    try:
        us = stamps.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"{column}: not a time: {error}", field="timestamp") from None
    hours = np.asarray(us / HOUR_US)
    _check_years(hours, column)
    return Times(hours, dated=True, local=zone is None)


def _check_years(hours: Floats, column: str) -> None:
    years = 1970 + np.array([hours.min(), hours.max()]) / 8765.82
    if years[0] < FIRST_YEAR or years[1] >= LAST_YEAR + 1:
        row = int(np.flatnonzero((hours == hours.max()) if years[1] >= LAST_YEAR + 1 else (hours == hours.min()))[0])
        raise InvalidInput(
            f"{column}: row {row + 1} is of the year {years[1] if years[1] >= LAST_YEAR + 1 else years[0]:.0f}: "
            f"{FIRST_YEAR} to {LAST_YEAR} are allowed",
            field="timestamp",
            hint="correct or delete such rows; --interval_minutes N if the column is no time",
        )


def _in_zone(stamps: pa.ChunkedArray, zone: str, column: str) -> Floats:
    """Local times of a zone in hours since 1970. In an hour that occurs twice, a step back begins the second."""
    try:
        first, second = (
            pc.assume_timezone(stamps, zone, ambiguous=which, nonexistent="earliest").cast(pa.int64()).to_numpy()
            for which in ("earliest", "latest")
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise InvalidInput(
            f"time_zone: {zone!r} is not known here: {error}", field="time_zone", hint="a name like Europe/Berlin"
        ) from None
    unit = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[stamps.type.unit]
    twice = first != second
    naive = stamps.cast(pa.int64()).to_numpy()
    # Steps back within a stretch of ambiguous rows, counted anew in each stretch.
    back = np.concatenate([[False], (np.diff(naive) < 0) & twice[1:] & twice[:-1]])
    passed = np.cumsum(back)
    began = np.maximum.accumulate(np.where(twice & ~np.concatenate([[False], twice[:-1]]), np.arange(len(twice)), 0))
    later = twice & (passed > passed[began])
    hours = np.asarray(np.where(later, second, first) * unit / HOUR_US)
    _check_years(hours, column)
    return hours


def _numeric(values: Floats, column: str, clock: Clock, notes: list[str]) -> Times:
    if np.isnan(values).any():
        row = int(np.flatnonzero(np.isnan(values))[0]) + 1
        raise InvalidInput(
            f"{column}: {int(np.isnan(values).sum())} time stamps are missing (first in row {row})",
            field="timestamp",
            hint="delete these rows, or --interval_minutes N if every row is there and follows after the same time",
        )
    low, high = float(values.min()), float(values.max())
    if clock.unit in SERIAL_DAYS:
        hours = np.asarray((values - SERIAL_DAYS[clock.unit]) * 24)
        _check_years(hours, column)
        return Times(np.round(hours * 3600) / 3600, dated=True, local=True)
    unix = next(
        (u for u in _WORDS if _UNIX_S[0] <= low * UNITS_H[u] * 3600 and high * UNITS_H[u] * 3600 <= _UNIX_S[1]), None
    )
    if clock.unit is not None:
        hours = np.asarray(values * UNITS_H[clock.unit])
        if clock.unit == unix:
            return Times(hours, dated=True)
        if high * UNITS_H[clock.unit] - min(low * UNITS_H[clock.unit], 0.0) > LONGEST_H:
            raise InvalidInput(
                f"{column}: numbers up to {high:.10g} in {clock.unit} are "
                f"{high * UNITS_H[clock.unit] / 8766:.3g} years: longer than any record",
                field="time_unit",
                hint=_unit_hint(low, high, unix),
            )
        return Times(hours, dated=False)
    if unix is None:
        raise InvalidInput(
            f"{column}: numbers from {low:.10g} to {high:.10g} are no time since 1970",
            field="time_unit",
            hint=_unit_hint(low, high, None),
        )
    first, last = (np.datetime64(round(v * UNITS_H[unix] * 3600), "s") for v in (low, high))
    notes.append(f"{column}: {low:.0f} to {high:.0f} are taken for {_WORDS[unix]} since 1970: {first} to {last}")
    return Times(np.asarray(values * UNITS_H[unix]), dated=True)


def _unit_hint(low: float, high: float, unix: str | None) -> str:
    if unix is not None:
        return f"--time_unit {unix}: they look like {_WORDS[unix]} since 1970"
    for name, epoch in SERIAL_DAYS.items():
        if epoch <= low and high <= epoch + 47_482:
            others = "--time_unit s, min, h or d if they count from the beginning"
            return f"--time_unit {name} if they are {name.capitalize()}'s dates; else {others}"
    fitting = [unit for unit in UNITS_H if high * UNITS_H[unit] <= LONGEST_H]
    if not fitting:
        return "--interval_minutes N if they are no time: the column then only tells the order"
    return (
        f"--time_unit {', '.join(fitting[:-1])}{' or ' if fitting[1:] else ''}{fitting[-1]} "
        "if they count from the beginning; --interval_minutes N if they count rows or cycles"
    )


def iso(hours: float) -> str:
    """A date for a person."""
    return str(np.datetime64(round(hours * 3600), "s")).replace("T", " ")


def heading_unit(column: str) -> str | None:
    """The unit in a heading like `time_s` or `Elapsed time [min]`."""
    found = re.fullmatch(rf"(?:{TIME_WORDS})[\W_]*(?P<unit>[a-z]+)[\W_]*", column.strip().lower())
    return None if found is None else UNIT_WORDS.get(found["unit"])


def joined(table: pa.Table, notes: list[str]) -> pa.Table:
    """The table with a date column and a time-of-day column, where it has both, joined into one of time stamps."""
    by_name = {name.strip().lower(): name for name in table.column_names}
    date, time = by_name.get("date") or by_name.get("datum"), by_name.get("time") or by_name.get("uhrzeit")
    if date is None or time is None:
        return table
    clock = table.column(time).cast(pa.string()) if pa.types.is_time(table.column(time).type) else table.column(time)
    day = table.column(date).cast(pa.string()) if pa.types.is_date(table.column(date).type) else table.column(date)
    if not (is_text(clock.type) and is_text(day.type)) or not pc.all(pc.match_substring_regex(clock, _CLOCK)).as_py():
        return table
    notes.append(f"columns {date!r} and {time!r} are one time stamp")
    whole = pc.binary_join_element_wise(pc.utf8_trim_whitespace(day), pc.utf8_trim_whitespace(clock), " ")
    at = table.column_names.index(time)
    return table.set_column(at, "timestamp" if "timestamp" not in table.column_names else time, whole).drop_columns(
        [date]
    )
