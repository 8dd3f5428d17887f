"""Files in the format of NASA's C-MAPSS: blanks between columns, no heading, one row a cycle. See data/cmapss.py."""

from __future__ import annotations

import re
from pathlib import Path

from gan.recording.source import read_regular
from gan.runtime.errors import InvalidInput

FORMATS = ("cmapss",)
NASA = ("unit", "cycle", *(f"setting_{n}" for n in range(1, 4)), *(f"s_{n}" for n in range(1, 22)))
# By default a cycle counts as an hour: RUL in hours is then RUL in cycles.
CYCLE_MINUTES = 60.0


def cmapss_columns(path: Path) -> tuple[str, ...]:
    """The columns of such a file: from a columns.txt beside it, as our own export writes it, else NASA's.

    Raises InvalidInput for NASA's test files: their runs are cut off before the failure.
    """
    if re.match(r"test_FD00\d", path.name):
        raise InvalidInput(
            f"{path.name} holds NASA's test runs, which are cut off before they fail",
            field="csv",
            hint=f"import {path.name.replace('test_', 'train_', 1)}",
        )
    beside = path.with_name("columns.txt")
    if not beside.is_file():
        return NASA
    try:
        return tuple(line for line in read_regular(beside, "csv", 1 << 20).decode().splitlines() if line.strip())
    except UnicodeDecodeError:
        raise InvalidInput(f"{beside.name} is not UTF-8 text", field="csv") from None
