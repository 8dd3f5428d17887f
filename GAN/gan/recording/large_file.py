"""Whole runs of a file that is too large to be read at once: read twice, block by block, by the column that names runs.

Once to count each run's rows, once to keep the rows of runs that are spread evenly over the file.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gan.data.selection import spread
from gan.recording.source import GZIP, PARQUET, opened, text_of
from gan.recording.text_table import (
    Laid,
    Layout,
    laid_out,
    parsed_block,
    plain_columns,
    tabbed,
    with_names,
    without_units,
)
from gan.runtime.errors import InvalidInput

# A file of more bytes is read in parts; packed ones hold several times as many.
LARGE_BYTES, LARGE_PACKED_BYTES = 160 << 20, 32 << 20
# Cells (rows × columns) that are imported of a large file.
IMPORTED_CELLS = 16_000_000
LEAST_RUNS = 8
BLOCK_BYTES = 16 << 20
_HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class LargeFile:
    """head: its first rows. names: of its columns, as they were read."""

    path: Path
    head: pa.Table
    laid: Laid | None
    skipped: int

    def blocks(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Its rows, in order; of all columns, or of some."""
        if self.laid is None:
            yield from _parquet_blocks(self.path, columns)
        else:
            yield from _text_blocks(self, self.laid, columns)


def is_large(path: Path) -> bool:
    with opened(path, "csv") as file:
        start, size = file.read(4), file.seek(0, io.SEEK_END)
    return size > (LARGE_PACKED_BYTES if start.startswith((GZIP, PARQUET)) else LARGE_BYTES)


def look_into(path: Path, layout: Layout, notes: list[str]) -> LargeFile:
    """How the file is laid out, from its first rows. Raises InvalidInput."""
    with opened(path, "csv") as file:
        if file.read(4) == PARQUET:
            return LargeFile(path, next(_parquet_blocks(path, None)).slice(0, 1000), None, 0)
    with _text(path) as text:
        raw = text.read(_HEAD_BYTES)
    if b"\0" in raw:
        raise InvalidInput(
            f"{path.name} is too large to be read in this encoding",
            field="csv",
            hint="convert it: iconv -f utf-16 -t utf-8 OLD > NEW",
        )
    raw = raw[: raw.rfind(b"\n") + 1]
    laid = laid_out(text_of(raw, path), path, layout, notes)
    table = with_names(without_units(parsed_block(laid.text, laid, path), notes), path)
    lines = sum(1 for line in raw.splitlines() if line.strip())
    return LargeFile(path, table, laid, lines - table.num_rows)


def some_runs(file: LargeFile, run_column: str, notes: list[str]) -> pa.Table:
    """The rows of whole runs, spread evenly over the file, of about IMPORTED_CELLS. Raises InvalidInput."""
    counts: dict[str, int] = {}
    for block in file.blocks([run_column]):
        counted = pc.value_counts(_labels(block, run_column))
        for entry in counted.to_pylist():
            counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    labels, total = list(counts), sum(counts.values())
    share = IMPORTED_CELLS / max(total * file.head.num_columns, 1)
    places = spread(len(labels), max(LEAST_RUNS, int(share * len(labels))))
    chosen = pa.array([labels[at] for at in places.tolist()], pa.string())
    parts = [block.filter(pc.is_in(_labels(block, run_column), value_set=chosen)) for block in file.blocks()]
    table = pa.concat_tables(parts)
    if len(chosen) < len(labels):
        notes.append(
            f"{len(chosen)} of {len(labels)} runs are imported, spread evenly over the file: {table.num_rows:,} of its "
            f"{total:,} rows, which is as many as a model learns from at once"
        )
    return table


def _labels(block: pa.Table, column: str) -> pa.ChunkedArray:
    return block.column(column).cast(pa.string())


def _parquet_blocks(path: Path, columns: list[str] | None) -> Iterator[pa.Table]:
    with opened(path, "csv") as source:
        try:
            file = pq.ParquetFile(source)
            for batch in file.iter_batches(columns=columns, batch_size=1 << 18):
                yield plain_columns(pa.Table.from_batches([batch]))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise InvalidInput(f"{path.name} is not a readable parquet file: {error}", field="csv") from None


def _text(path: Path) -> BinaryIO:
    """The file without gzip."""
    source = opened(path, "csv")
    packed = source.read(2) == GZIP
    source.seek(0)
    return gzip.GzipFile(fileobj=source) if packed else source  # type: ignore[return-value]


def _text_blocks(file: LargeFile, laid: Laid, columns: list[str] | None) -> Iterator[pa.Table]:
    names = file.head.column_names
    rest, skip = b"", file.skipped
    with _text(file.path) as text:
        while True:
            read = text.read(BLOCK_BYTES)
            block = rest + read
            end = len(block) if not read else block.rfind(b"\n") + 1
            block, rest = block[:end], block[end:]
            if block:
                block, skip = _without_first(block, skip)
            if block.strip():
                yield parsed_block(tabbed(block) if laid.blanks else block, laid, file.path, names, columns)
            if not read:
                return


def _without_first(block: bytes, count: int) -> tuple[bytes, int]:
    """Without so many lines that are not blank, and how many are still to be skipped."""
    at = 0
    while count and at < len(block):
        end = block.find(b"\n", at) + 1 or len(block)
        count -= bool(block[at:end].strip())
        at = end
    return block[at:], count
