"""Numbers written as text: thousands and decimal separators, units, switches, words for a missing value."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gan.data.runs import Floats
from gan.runtime.errors import InvalidInput
from gan.runtime.printable import printable

# Words for a missing value, in lower case, among them those of recorders and historians.
_MISSING = """
    nat | - | -- | --- | ? | . | na | n/a | n.a. | nan | null | (null) | none | nil | missing | no data
    | nodata | no_data | no value | not available | unavailable | unknown | bad | bad input |
    bad quality | bad data | invalid | invalid data | error | fault | failed | offline | no sample |
    no result | no good | calc failed | calc off | i/o timeout | io timeout | timeout | comm fail |
    comm failure | pt created | not connect | not connected | disconnected | intf shut | out of serv |
    out of service | over range | under range | scan off | scan timeout | configure | shutdown |
    arc offline | tag not found | #n/a | #na | #num! | #div/0! | #value! | #ref! | #name? | #null! |
    #error | 1.#qnan | -1.#ind | 1.#inf | keine daten | k.a. | fehler
    """
MISSING_WORDS = frozenset(("", *(word.strip() for word in _MISSING.split("|"))))
_SWITCHES = (
    ({"true", "t"}, {"false", "f"}),
    ({"on", "ein"}, {"off", "aus"}),
    ({"yes", "y", "ja", "j"}, {"no", "n", "nein"}),
    ({"open", "opened"}, {"closed", "close", "shut"}),
    ({"running", "run", "started"}, {"stopped", "stop"}),
    ({"active", "enabled", "high"}, {"inactive", "disabled", "low"}),
)
# Numbers that recorders write for a missing value: taken as missing only where they are far from all others.
SENTINELS = (
    -99.0, -999.0, -999.25, -9999.0, -99999.0, -999999.0, -9999999.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0,
    -32768.0, 32767.0, 65535.0, -2147483648.0, 2147483647.0, 4294967295.0,
)  # fmt: skip
# No sensor measures more than this: recorders write 1e30, or the largest float, for a missing value.
BEYOND = 1e20
_FAR = 3.0
_GROUPED = {mark: rf"^[-+]?[1-9]\d{{0,2}}(\{mark}\d{{3}})+$" for mark in ",."}
# Thousands separators that never separate decimals.
_SPACES = "'\u2019\u00a0\u202f\u2009 "
_SPACED = rf"^[-+]?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d*)?$"
_NUMBER = rf"[-+]?(?:\d[\d,.{_SPACES}]*|[.,]\d+)(?:[eE][-+]?\d+)?"
_WITH_UNIT = rf"^(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-z°µμΩ%][A-Za-z0-9°µμΩ%/²³·*^]*)$"
SHOWN = 3
# A column of words with more of them names things, and tells no state.
MOST_STATES, LONGEST_STATE = 20, 64


@dataclass
class Reading:
    """How a file's numbers are to be read, and notes on how they were.

    decimal: the decimal separator, None to find out. missing: numbers that stand for a missing value, None for the
    well-known ones. states: columns of words that are states, with their words in the order of their codes, and those
    of switches, with none.
    """

    decimal: str | None = None
    missing: tuple[float, ...] | None = None
    notes: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _parsed_before: dict[str, Floats] = field(default_factory=dict)
    _read: dict[str, Floats] = field(default_factory=dict)

    def numbers(self, table: pa.Table, column: str) -> Floats:
        """A sensor as numbers, (N,), NaN where missing or infinite. Raises InvalidInput naming the first other one."""
        if self.states.get(column):
            return self._codes(table, column)
        if column not in self._read:
            self._read[column] = self._measured(column, self.plain(table, column))
        return self._read[column]

    def plain(self, table: pa.Table, column: str) -> Floats:
        """The same for a column that is no sensor: no number in it stands for a missing value."""
        if self.decimal is None:
            self.decimal = decimal_of(table)
        if column not in self._parsed_before:
            values = self._parsed(table, column)
            self._parsed_before[column] = np.where(np.isfinite(values), values, np.nan)
        return self._parsed_before[column]

    def _codes(self, table: pa.Table, column: str) -> Floats:
        """The codes of a column of words, NaN where missing. Raises InvalidInput for a word that is none of them."""
        values, words = table.column(column), self.states[column]
        found = blanked(values.cast(pa.string()))
        codes = pc.index_in(found, pa.array(words))
        strange = pc.and_(codes.is_null(), found.is_valid())
        if pc.any(strange).as_py():
            row = int(np.flatnonzero(strange.to_numpy(zero_copy_only=False))[0])
            raise InvalidInput(
                f"{column}: {found[row].as_py()[:60]!r} in row {row + 1} is not one of {', '.join(words)}", field=column
            )
        return np.asarray(pc.cast(codes, pa.float64()).to_numpy(zero_copy_only=False))

    def _parsed(self, table: pa.Table, column: str) -> Floats:
        values = table.column(column)
        if pa.types.is_boolean(values.type):
            self.states.setdefault(column, ())
            values = values.cast(pa.int8())
        if not is_text(values.type):
            return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
        words = blanked(values)
        if not self._has_mark(words):
            plain = _cast(words)
            if plain is not None:
                self._tell_missing(column, values, words)
                return plain
        return self._of_words(column, values, words)

    def _has_mark(self, words: pa.ChunkedArray) -> bool:
        """Whether points may separate thousands: only where commas separate decimals."""
        return self.decimal == "," and bool(pc.any(pc.match_substring_regex(words, _GROUPED["."])).as_py())

    def _of_words(self, column: str, values: pa.ChunkedArray, words: pa.ChunkedArray) -> Floats:
        switched = self._switch(column, words)
        if switched is not None:
            return switched
        self._tell_missing(column, values, words)
        unit, bare = _without_unit(words)
        bare = self._without_spaces(column, bare, values)
        decimal = self._decimal_of(column, bare, values)
        thousands = "." if decimal == "," else ","
        grouped = pc.any(pc.match_substring(bare, thousands)).as_py()
        if grouped:
            good = pc.match_substring_regex(bare, _grouped_number(thousands, decimal))
            wrong = pc.and_(pc.match_substring(bare, thousands), pc.invert(good))
            if pc.any(wrong).as_py():
                raise not_a_number(column, values, pc.fill_null(wrong, False))
            bare = pc.replace_substring(bare, thousands, "")
            self.notes.append(f"{column}: {thousands!r} separates thousands, {decimal!r} decimals")
        if decimal == "," and pc.any(pc.match_substring(bare, ",")).as_py():
            if not grouped:
                self.notes.append(f"{column}: {','!r} is the decimal separator")
            bare = pc.replace_substring(bare, ",", ".")
        parsed = _cast(bare)
        if parsed is None:
            raise not_a_number(column, values, _wrong(bare))
        if unit:
            self.units[column] = unit
            self.notes.append(f"{column}: its values are in {unit}")
        return parsed

    def _without_spaces(self, column: str, words: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
        """Numbers without the blanks or apostrophes that separate thousands."""
        spaced = pc.match_substring_regex(words, f"[{_SPACES}]")
        if not pc.any(spaced).as_py():
            return words
        wrong = pc.and_(spaced, pc.invert(pc.match_substring_regex(words, _SPACED)))
        if pc.any(wrong).as_py():
            raise not_a_number(column, values, pc.fill_null(wrong, False))
        self.notes.append(f"{column}: blanks or apostrophes separate thousands")
        return pc.replace_substring_regex(words, f"[{_SPACES}]", "")

    def _decimal_of(self, column: str, words: pa.ChunkedArray, values: pa.ChunkedArray) -> str:
        """The decimal separator of a column, by its own values, else by the whole file's."""
        comma, point = _evidence(words)
        if comma and point:
            raise InvalidInput(
                f"{column}: some values have decimal commas, others decimal points",
                field=column,
                hint=f"make them alike, or leave the column out: --drop {column}",
            )
        if comma or point:
            return "," if comma else "."
        grouped = pc.match_substring_regex(words, _GROUPED[","])
        if self.decimal is None and pc.any(grouped).as_py():
            row = int(np.flatnonzero(pc.fill_null(grouped, False).to_numpy(zero_copy_only=False))[0])
            raise InvalidInput(
                f"{column}: {values[row].as_py()!r} in row {row + 1}: does its comma separate thousands or decimals?",
                field="decimal",
                hint="--decimal . if it separates thousands, --decimal , if it separates decimals",
            )
        return self.decimal or "."

    def _switch(self, column: str, words: pa.ChunkedArray) -> Floats | None:
        found = {str(word).lower() for word in pc.unique(words).to_pylist() if word is not None}
        for on, off in _SWITCHES:
            if found and found <= on | off:
                self.states.setdefault(column, ())
                said = " and ".join(sorted(found & off) + sorted(found & on))
                self.notes.append(f"{column}: {said} are false and true in this order")
                flags = pc.is_in(pc.utf8_lower(words), pa.array(sorted(on)))
                known = words.is_valid().to_numpy(zero_copy_only=False)
                return np.where(known, flags.to_numpy(zero_copy_only=False).astype(float), np.nan)
        return None

    def _tell_missing(self, column: str, values: pa.ChunkedArray, words: pa.ChunkedArray) -> None:
        lost = pc.and_(pc.is_null(words), pc.and_(values.is_valid(), pc.not_equal(values, "")))
        mask = pc.fill_null(lost, False)
        count = pc.sum(mask).as_py() or 0
        if count:
            said = Counter(values.filter(mask).to_pylist()).most_common(SHOWN)
            row = int(np.flatnonzero(mask.to_numpy(zero_copy_only=False))[0]) + 1
            words_ = ", ".join(repr(word) for word, _ in said)
            self.notes.append(
                f"{column}: {count} values are words, not numbers ({words_}; first in row {row}): taken as missing"
            )

    def _measured(self, column: str, values: Floats) -> Floats:
        known = np.isfinite(values)
        marks = self._sentinels(values[known])
        for mark in marks:
            where = values == mark
            row = int(np.flatnonzero(where)[0]) + 1
            self.notes.append(
                f"{column}: {mark:.10g} occurs {int(where.sum())} times, first in row {row}, far from all other "
                "values: taken as missing (--missing names other such numbers, --missing none says that there are "
                "none)"
            )
        return np.where(np.isin(values, marks), np.nan, values) if marks else values

    def _sentinels(self, values: Floats) -> list[float]:
        """Which numbers stand for a missing value."""
        if self.missing is not None:
            return [mark for mark in self.missing if (values == mark).any()]
        beyond = np.abs(values) >= BEYOND
        found = [float(mark) for mark in np.unique(values[beyond])]
        rest = values[~beyond]
        present = [mark for mark in SENTINELS if len(rest) and (rest == mark).any()]
        while present:
            others = rest[~np.isin(rest, present)]
            if len(others) == 0:
                break
            low, high = float(others.min()), float(others.max())
            width = max(high - low, 0.1 * max(abs(low), abs(high)), 1e-12)
            near = [mark for mark in present if low - _FAR * width <= mark <= high + _FAR * width]
            if not near:
                return found + present
            present = [mark for mark in present if mark not in near]
        return found


def is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def blanked(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without surrounding blanks; null where it is a word for a missing value."""
    words = pc.replace_substring(pc.utf8_trim_whitespace(values), "\u2212", "-")
    lost = pc.is_in(pc.utf8_lower(words), pa.array(sorted(MISSING_WORDS)))
    return pc.if_else(lost, pa.scalar(None, pa.string()), words)


def holds_numbers(table: pa.Table, column: str) -> bool:
    """Whether a column holds numbers or switches, if only a few among words."""
    values = table.column(column)
    if is_number(values.type) or pa.types.is_boolean(values.type):
        return bool(values.null_count < len(values))
    if not is_text(values.type):
        return False
    return any(_any_number(pc.unique(blanked(part)).drop_null()) for part in (values.slice(0, 1000), values))


def words_of(table: pa.Table, column: str) -> tuple[str, ...]:
    """The words of a column that holds few of them, in order; none where it holds one, many, or anything else."""
    if not is_text(table.column(column).type):
        return ()
    found = pc.unique(blanked(table.column(column))).drop_null()
    if not 2 <= len(found) <= MOST_STATES or max(map(len, found.to_pylist())) > LONGEST_STATE:
        return ()
    return tuple(sorted(map(printable, found.to_pylist())))


def _any_number(words: pa.Array) -> bool:
    if len(words) == 0:
        return False
    if len(words) < 100:
        found = {str(word).lower() for word in words.to_pylist()}
        if any(found <= on | off for on, off in _SWITCHES):
            return True
    return any(pc.any(pc.match_substring_regex(words, form)).as_py() for form in (rf"^{_NUMBER}$", _WITH_UNIT))


def decimal_of(table: pa.Table) -> str | None:
    """The decimal separator that a file's text columns agree on; None where no column shows it."""
    texts = [table.column(name) for name in table.column_names if is_text(table.column(name).type)]
    if not any(pc.any(pc.match_substring(words, ",")).as_py() for words in texts):
        return "."
    commas = points = 0
    for words in texts:
        comma, point = _evidence(_without_unit(blanked(words))[1])
        commas, points = commas + (comma and not point), points + (point and not comma)
    return "," if commas > points else "." if points else None


def _evidence(words: pa.ChunkedArray) -> tuple[bool, bool]:
    """Whether some values can only have decimal commas, and some only decimal points."""

    def shown(mark: str, other: str) -> bool:
        tail = rf"^[-+]?\d*\{mark}(\d{{1,2}}|\d{{4,}})([eE][-+]?\d+)?$|^[-+]?(0\d*|\d{{4,}})?\{mark}\d+$"
        mixed = rf"^[-+]?\d{{1,3}}(\{other}\d{{3}})+\{mark}\d+$|^[-+]?\d{{1,3}}(\{other}\d{{3}}){{2,}}$"
        return bool(pc.any(pc.match_substring_regex(words, f"{tail}|{mixed}")).as_py())

    return shown(",", "."), shown(".", ",")


def _grouped_number(thousands: str, decimal: str) -> str:
    return rf"^[-+]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d*)?$"


def _without_unit(words: pa.ChunkedArray) -> tuple[str, pa.ChunkedArray]:
    """The unit that follows every value, and the values without it."""
    known = words.drop_null()
    if len(known) == 0 or re.match(_WITH_UNIT, known[0].as_py()) is None:
        return "", words
    found = pc.extract_regex(words, _WITH_UNIT)
    units = pc.unique(pc.struct_field(found, "unit")).drop_null().to_pylist()
    if len(units) != 1 or found.null_count != words.null_count or units[0].lower() in ("e", "x"):
        return "", words
    return units[0], pc.utf8_trim_whitespace(pc.struct_field(found, "number"))


def _cast(words: pa.ChunkedArray) -> Floats | None:
    """The words as numbers, NaN for null; None where one of them is no number."""
    try:
        return np.asarray(pc.cast(pc.utf8_ltrim(words, "+"), pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        return None


def _wrong(words: pa.ChunkedArray) -> pa.Array:
    """Which words are no numbers."""

    def bad(word: str | None) -> bool:
        try:
            return word is not None and math.isnan(float(word)) and False
        except ValueError:
            return True

    return pa.array([bad(word) for word in words.to_pylist()])


def not_a_number(column: str, values: pa.ChunkedArray, wrong: pa.Array | pa.ChunkedArray) -> InvalidInput:
    """The error that names the first wrong value by its column and row."""
    rows = np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
    row = int(rows[0]) if len(rows) else 0
    more = f", and {len(rows) - 1} more," if len(rows) > 1 else ""
    return InvalidInput(
        f"{column}: {str(values[row].as_py())[:60]!r} in row {row + 1}{more} is not a number",
        field=column,
        hint=f"correct it, leave it empty, or leave the column out: --drop {column!r}",
    )


def parse_missing(text: str | None) -> tuple[float, ...] | None:
    """The numbers of `--missing`; none for "none". Raises InvalidInput."""
    if text is None:
        return None
    words: Sequence[str] = [] if text.strip() in ("", "none") else text.split(",")
    try:
        return tuple(float(word) for word in words)
    except ValueError:
        raise InvalidInput(
            f"missing: {text[:60]!r} is not understood",
            field="missing",
            hint="numbers, e.g. --missing -1,9999, or none",
        ) from None
