"""NASA's files as they are: train_FD001.txt, test_FD001.txt and RUL_FD001.txt, plain or gzipped."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan.data.runs import Floats, Ints
from gan.recording.cmapss import NASA

# Subsets with six operating conditions have 260 and 249 units, the others 100.
SIX_CONDITIONS = ("FD002", "FD004")


class NoData(Exception):
    """The folder has no complete subset, or not the one asked for."""


@dataclass(frozen=True)
class Subset:
    """train, test: rows of unit, cycle, three settings, 21 sensors, (N, 26). rul: cycles left after each test unit's
    last row, (U,)."""

    name: str
    train: Floats
    test: Floats
    rul: Floats

    def units(self) -> Ints:
        return np.unique(self.train[:, 0]).astype(np.int64)

    def rows_of(self, units: Ints) -> Floats:
        return self.train[np.isin(self.train[:, 0], units)]


def subsets(folder: Path, wanted: Sequence[str] | None = None) -> list[Subset]:
    """The subsets that the folder has whole. Raises NoData."""
    names = wanted or [
        f"FD{n:03}"
        for n in range(1, 1_000)
        if all(_find(folder, f"{kind}_FD{n:03}") for kind in ("train", "test", "RUL"))
    ]
    if not names:
        raise NoData(f"{folder} has no train_FD….txt with test_FD….txt and RUL_FD….txt, plain or .gz")
    return [
        Subset(n, _table(folder, f"train_{n}"), _table(folder, f"test_{n}"), _table(folder, f"RUL_{n}").ravel())
        for n in names
    ]


def text_of(rows: Floats) -> bytes:
    """Rows as NASA writes them; every digit is kept."""
    lines = (" ".join([f"{row[0]:.0f}", f"{row[1]:.0f}", *map(repr, row[2:].tolist())]) for row in rows)
    return ("\n".join(lines) + "\n").encode()


def columns(names: Sequence[str]) -> list[int]:
    """Places in NASA's rows of the sensors that a profile names."""
    return [NASA.index(name) for name in names]


def _find(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}.txt", folder / f"{name}.txt.gz")
    return next((path for path in paths if path.is_file()), None)


def _table(folder: Path, name: str) -> Floats:
    path = _find(folder, name)
    if path is None:
        raise NoData(f"{folder} has no {name}.txt or {name}.txt.gz")
    data = path.read_bytes()
    return np.loadtxt(io.BytesIO(gzip.decompress(data) if path.suffix == ".gz" else data), ndmin=2)
