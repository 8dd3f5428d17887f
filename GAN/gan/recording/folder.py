"""A folder of files with the same columns, such as one for each cell or machine, as one table."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from gan.recording.source import MAX_BYTES, too_large
from gan.recording.text_table import Layout, read_rows
from gan.runtime.errors import InvalidInput

# The column of file names, which tell runs apart where no other column does (recording/columns.py).
FILE = "file"


def files_in(folder: Path) -> list[Path]:
    """Its files, without hidden ones, 2 before 10. Raises InvalidInput where there is none, or they are too large."""
    files = sorted((one for one in folder.iterdir() if one.is_file() and one.name[0] != "."), key=_natural)
    if not files:
        raise InvalidInput(f"csv: the folder {folder} has no files", field="csv")
    if sum(one.stat().st_size for one in files) > MAX_BYTES:
        raise too_large(folder, "csv", MAX_BYTES)
    return files


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(digits or 0), word) for word, digits in re.findall(r"(\D*)(\d*)", path.name)]


def folder_rows(folder: Path, layout: Layout, notes: list[str]) -> pa.Table:
    """The rows of all its files, with a column of their names. Raises InvalidInput where columns differ."""
    files = files_in(folder)
    tables = [read_rows(file, layout, notes) for file in files]
    names = tables[0].column_names
    for file, table in zip(files, tables, strict=True):
        if sorted(table.column_names) != sorted(names):
            other = ", ".join(sorted({*table.column_names} ^ {*names}))
            raise InvalidInput(
                f"{file.name} and {files[0].name} have other columns: {other}",
                field="csv",
                hint="a folder to import holds only files of the same columns",
            )
    notes.append(f"{len(files)} files: {', '.join(file.name for file in files[:5])}{' …' if len(files) > 5 else ''}")
    try:
        whole = pa.concat_tables([table.select(names) for table in tables], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInput(f"the files of {folder.name} do not go together: {error}", field="csv") from None
    if FILE in names:
        return whole
    stems = [file.name.split(".")[0] for file in files]
    rows = [table.num_rows for table in tables]
    return whole.append_column(FILE, pa.array(np.repeat(stems, rows)))
