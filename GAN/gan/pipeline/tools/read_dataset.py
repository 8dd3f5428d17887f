"""Prints the newest rows of a machine's published data set."""

from __future__ import annotations

import io
from argparse import ArgumentParser

import pyarrow as pa
import pyarrow.csv as csv

from gan.data.splits import SPLITS
from gan.data.tables import parquet_table
from gan.pipeline.refusal import nothing_published
from gan.pipeline.runner import Context, integer
from gan.runtime.events import Result
from gan.store.layout import published_key


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--split", choices=SPLITS, default="train", help="which split (default train)")
    parser.add_argument(
        "--rows", type=integer(1, 100_000), default=100, help="how many of the newest rows (default 100)"
    )


def work(context: Context) -> Result:
    file = published_key(context.machine_id, f"{context.args.split}.parquet")
    if not context.store.exists(file):
        raise nothing_published(context)
    table = parquet_table(context.store, file)
    newest = table.slice(max(table.num_rows - context.args.rows, 0))
    stamps = newest.column("timestamp").cast(pa.string())
    newest = newest.set_column(0, "timestamp", stamps)
    text = io.BytesIO()
    csv.write_csv(newest, text)
    data = {
        "split": context.args.split,
        "total": table.num_rows,
        "columns": newest.column_names,
        "rows": newest.to_pylist(),
    }
    return Result(
        f"{newest.num_rows} of {table.num_rows:,} rows of {context.args.split}",
        data=data,
        text=text.getvalue().decode(),
    )
