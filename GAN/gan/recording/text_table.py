"""Text as a table: where the heading is, what separates the columns, and which lines are neither heading nor rows."""

from __future__ import annotations

import csv as csv_lines
import functools
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from gan.recording.source import is_parquet, not_utf8, read_regular, text_of, unpacked
from gan.runtime.errors import InvalidInput

BLANKS = " "
_SEPARATORS = ",;\t|"
# This many lines at the beginning show how a file is laid out.
_SHOWN = 60
_MOST_PREAMBLE = 40
_PLAIN = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?|[-+]?nan|[-+]?inf", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?")


@dataclass(frozen=True)
class Layout:
    """How the user says that a file is laid out; None to find out. columns: names, where it has no heading."""

    delimiter: str | None = None
    columns: tuple[str, ...] | None = None


def read_rows(path: Path, layout: Layout | None = None, notes: list[str] | None = None) -> pa.Table:
    """The rows of a CSV, plain or gzipped, or of a parquet file, recognised by content.

    The columns of a CSV stay text: what they mean is decided where it is known what they are for. Remarks are added to
    `notes`. Raises InvalidInput that says what is wrong.
    """
    notes = [] if notes is None else notes
    layout = Layout() if layout is None else layout
    data = unpacked(read_regular(path, "csv"), path)
    table = _parquet(data, path) if is_parquet(data) else _csv(text_of(data, path), path, layout, notes)
    table = with_names(table, path)
    if table.num_rows == 0:
        raise InvalidInput(f"{path.name} has no rows", field="csv")
    garbled = [name for name in table.column_names if pa.types.is_binary(table.column(name).type)]
    if garbled:
        raise InvalidInput(f"{path.name} is not readable: {garbled[0]} is not UTF-8 text", field="csv")
    return table


def _parquet(data: bytes, path: Path) -> pa.Table:
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise InvalidInput(f"{path.name} is not a readable parquet file: {error}", field="csv") from None
    return plain_columns(table)


def plain_columns(table: pa.Table) -> pa.Table:
    """A parquet file's rows with columns of plain types."""
    for at, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(at, column.name, table.column(at).cast(pa.string()))
    return table


def with_names(table: pa.Table, path: Path) -> pa.Table:
    """Raises InvalidInput for duplicate names. A column without a name gets one."""
    names = [name.strip() or f"Unnamed: {at}" for at, name in enumerate(table.column_names)]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise InvalidInput(
            f"{path.name}: duplicate columns: {', '.join(twins)}", field="csv", hint="rename one of each in the file"
        )
    return table.rename_columns(names)


@dataclass(frozen=True)
class Laid:
    """text: without the lines above its heading, or above its rows. names: of its columns, None where its first line
    has them. blanks: blanks separate them, which are tabs in `text`."""

    text: bytes
    delimiter: str
    names: list[str] | None
    blanks: bool


def _csv(text: bytes, path: Path, layout: Layout, notes: list[str]) -> pa.Table:
    laid = laid_out(text, path, layout, notes)
    table = parsed_block(laid.text, laid, path)
    first = laid.text[: laid.text.find(b"\n")].decode("utf-8", "replace")
    lines = [line.decode("utf-8", "replace") for line in laid.text[: 1 << 20].splitlines()[:_SHOWN]]
    better = _separator(lines)
    if table.num_columns == 1 and layout.delimiter is not None and len(_cells(first, better)) > 1:
        raise InvalidInput(
            f"{path.name} has one column, {table.column_names[0][:60]!r}: it seems to be separated by {better!r}",
            field="delimiter",
            hint=f"--delimiter '{better}', or leave it out: it is recognised",
        )
    return without_units(table, notes)


def laid_out(text: bytes, path: Path, layout: Layout, notes: list[str]) -> Laid:
    """What separates columns, which lines are above the rows, and how columns are named. Raises InvalidInput."""
    if not text.strip():
        raise InvalidInput(f"{path.name} is not readable: it is empty", field="csv")
    named = re.match(rb"sep=(.)\r?\n", text)
    delimiter = layout.delimiter
    if named:
        text = text[named.end() :]
        delimiter = delimiter or named[1].decode("latin-1")
        notes.append(f"the first line says that columns are separated by {delimiter!r}")
    lines = [line.decode("utf-8", "replace") for line in text[: 1 << 20].splitlines()[:_SHOWN]]
    if len(text) > 1 << 20 and len(lines) < _SHOWN:
        lines = lines[:-1]
    if delimiter is None:
        delimiter = _separator(lines)
        if delimiter != ",":
            notes.append(f"columns are separated by {'blanks' if delimiter == BLANKS else repr(delimiter)}")
    above, comment = _preamble(lines, delimiter)
    if above:
        notes.append(f"{above} lines above the rows are left out: {lines[0].strip()[:60]!r} …")
    text = _without_lines(text, above)
    blanks = delimiter == BLANKS
    if blanks:
        text, delimiter = tabbed(text), "\t"
        lines = [line.decode("utf-8", "replace") for line in text[: 1 << 20].splitlines()[:_SHOWN]]
        above = 0
    names = _names(lines[above:], comment, delimiter, layout, path, notes)
    return Laid(text, delimiter, names, blanks)


def _separator(lines: Sequence[str]) -> str:
    """What splits most lines into the same number of cells; a comma where nothing does better."""
    best, most = ",", (0.0, False, 0)
    filled = [line for line in lines if line.strip()]
    for mark in (*_SEPARATORS, BLANKS):
        counts = Counter(n for line in filled if (n := len(_cells(line, mark))) > 1)
        if counts:
            [(cells, agree)] = counts.most_common(1)
            # Time stamps and names contain blanks, and numbers commas: what most lines agree on wins.
            score = (round(agree / len(filled), 3), mark != BLANKS, cells)
            if score > most:
                best, most = mark, score
    return best


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == BLANKS:
        return line.split()
    return next(csv_lines.reader([line], delimiter=delimiter), [])


def _preamble(lines: Sequence[str], delimiter: str) -> tuple[int, str | None]:
    """How many lines are above the heading: blank ones, comments, and those with fewer cells than the rows below.

    Also the last comment, without its mark: it may be the heading.
    """
    filled = [line for line in lines if line.strip()]
    counts = Counter(len(_cells(line, delimiter)) for line in filled[len(filled) // 2 :])
    width = counts.most_common(1)[0][0] if counts else 1
    comment = None
    for at, line in enumerate(lines[:_MOST_PREAMBLE]):
        mark = re.match(r"\s*(#|//|%)+\s*", line)
        if mark:
            comment = line[mark.end() :]
        elif line.strip() and (width < 3 or len(_cells(line, delimiter)) >= width - 1):
            return at, comment
    return 0, None


def _without_lines(text: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at = text.index(b"\n", at) + 1
    return text[at:]


def tabbed(text: bytes) -> bytes:
    return b"\n".join(b"\t".join(line.split()) for line in text.splitlines() if line.strip()) + b"\n"


def _names(
    lines: Sequence[str], comment: str | None, delimiter: str, layout: Layout, path: Path, notes: list[str]
) -> list[str] | None:
    """Names for the columns where the file has no heading; None where its first line is one. Raises InvalidInput."""
    first = _cells(lines[0], delimiter) if lines else []
    bare = any(_PLAIN.fullmatch(cell.strip()) or _DATE.fullmatch(cell.strip()) for cell in first)
    if layout.columns is not None:
        if len(layout.columns) != len(first):
            raise InvalidInput(
                f"columns: {len(layout.columns)} names for {len(first)} columns of {path.name}",
                field="columns",
                hint=f"the first row is {' '.join(first)[:120]!r}",
            )
        if not bare:
            notes.append(f"the first row is a heading, and --columns takes its place: {' '.join(first)[:80]!r}")
        return [*layout.columns] if bare else ["", *layout.columns]
    if not bare or (
        any(c.strip() and not _PLAIN.fullmatch(c.strip()) for c in first) and _numbers_below(lines, delimiter)
    ):
        return None
    if comment is not None:
        words = _cells(comment.replace("\t", " ") if delimiter == "\t" and "\t" not in comment else comment, delimiter)
        words = comment.split() if len(words) != len(first) else words
        if len(words) == len(first):
            notes.append(f"the heading is the comment above the rows: {comment.strip()[:80]!r}")
            return words
    cmapss = "--format cmapss if it is one of NASA's C-MAPSS files; " if len(first) == 26 else ""
    raise InvalidInput(
        f"{path.name} has no heading: its first row is {' '.join(first)[:60]!r}",
        field="columns",
        hint=f"{cmapss}--columns gives the names of its {len(first)} columns: --columns unit,cycle,…",
    )


def _numbers_below(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the first line is a heading nevertheless: words above numbers. A date may be a column's name."""
    first, second = (_cells(lines[at], delimiter) if len(lines) > at else [] for at in (0, 1))
    words = [not _PLAIN.fullmatch(c.strip()) and not _DATE.fullmatch(c.strip()) and bool(c.strip()) for c in first]
    return (
        len(first) == len(second)
        and any(word and _PLAIN.fullmatch(cell.strip()) is not None for word, cell in zip(words, second, strict=True))
        and sum(words) > len(words) / 2
    )


def without_units(table: pa.Table, notes: list[str]) -> pa.Table:
    """Moves units into the headings, if the first line below the heading is a line of units."""
    first, second = (
        [(table.column(at)[row].as_py() or "").strip() for at in range(table.num_columns)]
        if table.num_rows > row
        else []
        for row in (0, 1)
    )
    bare = [bool(_PLAIN.fullmatch(cell) or _DATE.fullmatch(cell)) for cell in first]
    above = [bool(one) and bool(_PLAIN.fullmatch(two)) for one, two in zip(first, second, strict=False)]
    if not second or any(bare) or sum(above) < 1 or any(len(cell) > 12 for cell in first):
        return table
    if any(
        one and not two and cell_is_word
        for one, two, cell_is_word in zip(first, above, map(str.isalpha, second), strict=True)
    ):
        return table
    units = [cell.strip("[]() ") for cell in first]
    notes.append(f"the first line below the heading holds units: {', '.join(unit for unit in units if unit)[:80]}")
    names = [f"{n} [{u}]" if u and "[" not in n else n for n, u in zip(table.column_names, units, strict=True)]
    return table.slice(1).rename_columns(names)


def parsed_block(
    text: bytes, laid: Laid, path: Path, names: list[str] | None = None, only: list[str] | None = None
) -> pa.Table:
    """The rows, every column as text: of the whole text, or, with names, of a part without its heading. only: some of
    the columns. An extra name at the start of those laid out says that the first line is a heading."""
    skip = 0
    if names is None:
        shown = io.StringIO(text[: 1 << 20].decode("utf-8", "ignore"))
        head = next(csv_lines.reader(shown, delimiter=laid.delimiter), [])
        names = head if laid.names is None else laid.names
        skip = int(laid.names is None or len(names) == len(head) + 1)
        names = names[len(names) - len(head) :]
    keys = [str(at) for at in range(len(names))]
    try:
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(column_names=keys, skip_rows=skip),
            parse_options=csv.ParseOptions(delimiter=laid.delimiter),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                include_columns=None if only is None else [keys[names.index(name)] for name in only],
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise InvalidInput(f"{path.name} has no rows", field="csv") from None
        if "UTF8" in str(error):
            raise not_utf8(path) from None
        raise InvalidInput(
            f"{path.name} is not readable: {str(error).removeprefix('CSV parse error: ')}",
            field="csv",
            hint="a row that is too short is often the last one of a file that was cut off, "
            "or a line of totals: delete it",
        ) from None
    return _without_headings(table.rename_columns(names if only is None else only))


def _without_headings(table: pa.Table) -> pa.Table:
    """Without rows that repeat the heading, as files laid one below the other have them."""
    names = table.column_names
    if not names or not pc.any(pc.equal(table.column(0), names[0])).as_py():
        return table
    repeats = functools.reduce(pc.and_kleene, [pc.equal(table.column(at), name) for at, name in enumerate(names)])
    return table.filter(pc.invert(repeats.fill_null(False)))
