"""A data set in the format of C-MAPSS: training runs to failure, truncated test runs, and the RUL where each ends.

As in NASA's files, there is no header and blanks separate the columns: unit, cycle, sensors. A cycle is a row. RUL.txt
lists the cycles that were cut off from each test unit, in order. The format has numbers only: switches and states are
their codes, which codes.txt explains.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import Profile, Sensor

# A test run shows at least this many rows.
LEAST_ROWS = 20
EARLIEST, LATEST = 0.3, 0.95


def cmapss_files(splits: Mapping[str, Runs], profile: Profile, random_seed: int) -> dict[str, bytes]:
    """train.txt, test.txt, RUL.txt and columns.txt, by name, and codes.txt where there are codes.

    The same bytes for the same random seed.
    """
    test = splits["test"]
    shown = shown_rows(test.lengths(), np.random.default_rng([random_seed, 53]))
    kept = test.rows(test.position() < np.repeat(shown, test.lengths()))
    columns = ["unit", "cycle", *(f"{sensor.name} [{sensor.unit}]" for sensor in profile.sensors)]
    codes = [_codes(sensor) for sensor in profile.sensors if sensor.coded]
    hidden = test.lengths() - shown
    return {
        "train.txt": _text(_rows(splits["train"])),
        "test.txt": _text(_rows(kept)),
        "RUL.txt": ("\n".join(map(str, hidden.tolist())) + "\n").encode(),
        "columns.txt": ("\n".join(columns) + "\n").encode(),
        **({"codes.txt": ("\n".join(codes) + "\n").encode()} if codes else {}),
    }


def _codes(sensor: Sensor) -> str:
    words = sensor.categories or ("false", "true")
    return f"{sensor.name}: {', '.join(f'{code} {word}' for code, word in enumerate(words))}"


def shown_rows(lengths: Ints, rng: np.random.Generator) -> Ints:
    """How many rows of each run are shown, (R,): a random fraction of it, at least LEAST_ROWS, never all of it."""
    wanted = np.round(lengths * rng.uniform(EARLIEST, LATEST, len(lengths)))
    return np.clip(np.maximum(wanted, LEAST_ROWS), 1, np.maximum(lengths - 1, 1)).astype(np.int64)


def _rows(runs: Runs) -> Floats:
    unit = np.repeat(np.arange(1, len(runs.starts()) + 1), runs.lengths())
    return np.column_stack([unit, runs.position() + 1, runs.values])


def _text(rows: Floats) -> bytes:
    buffer = io.BytesIO()
    np.savetxt(buffer, rows, fmt=["%d", "%d", *["%.7g"] * (rows.shape[1] - 2)])
    return buffer.getvalue()
