"""Who competes: the product itself through its own scripts, noisy copies, rows drawn one by one, and SDV's models."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from cmapss.nasa import text_of
from gan.data.runs import REPAIR_HOURS, Floats, Ints, Runs
from gan.data.splits import SPLITS
from gan.data.tables import read_parquet, read_seed
from gan.machine.profile import Profile, load_profile
from gan.pipeline.registry import candidate
from gan.store.local import LocalStore
from gan.synthesis.model import load_model
from timing import PROJECT, THREADS
from timing import run as run_program

SETTINGS = ("setting_1", "setting_2", "setting_3")
# Noise of copies, in standard deviations of each sensor's changes from row to row.
COPY_NOISE = 0.3
TRAIN_SHARE = 0.7
# Where a program may run, as `timing.run` counts: not pinned.
ALL_CPUS = 0
# Of an environment that has SDV: `npm run setup -- --bench`. SDV is BUSL-1.1, and no part of the product.
PYTHON_WITH_SDV = PROJECT / ".venv-bench/bin/python"
SDV_TVAE, SDV_PAR = "SDV TVAE", "SDV PAR"


@dataclass(frozen=True)
class Product:
    """The chain from import to data set, for one machine in a data root of its own. python: the interpreter."""

    root: Path
    machine_id: str
    python: str = sys.executable

    def learn(self, rows: Floats, seed: int, epochs: int, synthesizer: str = "temporal-tvae") -> None:
        """Imports NASA's rows (N, 26) and trains on three quarters of their units."""
        file = self.root / f"train_{self.machine_id}.txt"
        self.root.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text_of(rows))
        self._script("import_seed", "--csv", str(file), "--format", "cmapss", "--machine_type", "turbofan")
        args = ("--epochs", str(epochs), "--synthesizer", synthesizer)
        self._script("train_tvae_machine", "--seed", str(seed), *args)

    def profile(self) -> Profile:
        return load_profile(LocalStore(self.root), self.machine_id)

    def real(self) -> tuple[Runs, Runs]:
        """The runs that were learned from, and those held out."""
        store, profile = LocalStore(self.root), self.profile()
        seed, header = read_seed(store, self.machine_id, profile), load_model(store, self.machine_id, profile).header
        return seed.select(header["trainRuns"]), seed.select(header["heldOutRuns"])

    def draw(self, rows: int, seed: int) -> dict[str, Runs]:
        """A data set by splits, with so many rows in its training split."""
        rest = (1 - TRAIN_SHARE) / 2
        args = ("--num_samples", str(round(rows / TRAIN_SHARE)), "--split_ratio", f"{TRAIN_SHARE},{rest},{rest}")
        self._script("generate_synthetic_data", "--seed", str(seed), *args)
        store, profile = LocalStore(self.root), self.profile()
        keys = [output["path"] for output in candidate(store, self.machine_id)["outputs"]]
        return {split: read_parquet(store, key, profile) for split, key in zip(SPLITS, keys, strict=True)}

    def _script(self, name: str, *args: str) -> None:
        script = [self.python, f"GAN/scripts/{name}.py", "--root", str(self.root), "--machine_id", self.machine_id]
        run_program([*script, *args], ALL_CPUS, THREADS)


def noisy_copies(real: Runs, seed: int) -> Runs:
    """The real runs once more, with noise within each operating condition: what augmentation by hand does."""
    rng = np.random.default_rng([seed, 61])
    sensors = [at for at, name in enumerate(real.sensors) if name not in SETTINGS]
    known = [real.sensors.index(name) for name in SETTINGS if name in real.sensors]
    condition = np.unique(np.round(real.values[:, known]), axis=0, return_inverse=True)[1].ravel()
    level = np.stack([np.median(real.values[condition == c], axis=0) for c in range(condition.max() + 1)])
    rest = real.values - level[condition]
    spread = np.diff(rest, axis=0)[np.diff(real.run_id) == 0].std(axis=0)
    values = real.values.copy()
    values[:, sensors] += (rng.normal(size=values.shape) * COPY_NOISE * spread)[:, sensors]
    return replace(real, values=values)


def row_by_row(real: Runs, seed: int) -> Runs:
    """Rows drawn one by one, sorted by RUL within each run: what a synthesizer without time makes at best."""
    assert real.rul_h is not None
    rng = np.random.default_rng([seed, 67])
    picked = rng.integers(0, len(real), len(real))
    run = np.repeat(np.arange(len(real.ids())), real.lengths())
    values = real.values[picked[np.lexsort((-real.rul_h[picked], run))]]
    return replace(real, values=values)


MADE_BY_HAND: dict[str, Callable[[Runs, int], Runs]] = {"noisy copies": noisy_copies, "row by row": row_by_row}


class Peer(Protocol):
    """A synthesizer that learns a subset's runs once and is drawn from several times."""

    def draw(self, draw: int) -> dict[str, Runs]:
        """A data set by splits, about as large as what was learned from."""


class Tvae:
    """SDV's TVAE on single rows, which are sorted by RUL: the chain's own --synthesizer sdv-tvae. rows: see Product."""

    def __init__(self, root: Path, rows: Floats, machine_id: str, real: Runs, seed: int, epochs: int) -> None:
        self.product = Product(root, machine_id, str(PYTHON_WITH_SDV))
        self.product.learn(rows, seed, epochs, "sdv-tvae")
        self.rows, self.seed = len(real), seed

    def draw(self, draw: int) -> dict[str, Runs]:
        return self.product.draw(self.rows, 1_000 * self.seed + draw)


class Par:
    """SDV's PAR on the measured sensors, in a process of its own (par.py); constant ones stay as they are."""

    def __init__(self, root: Path, real: Runs, seed: int, draws: int) -> None:
        self.real, self.root = real, root
        self.vary = np.ptp(real.values, axis=0) > 0
        root.mkdir(parents=True)
        np.savez(root / "runs.npz", values=real.values[:, self.vary], run=real.run_id)
        args = {"runs": root / "runs.npz", "out": root, "draws": draws, "seed": seed}
        flags = [part for name, value in args.items() for part in (f"--{name}", str(value))]
        run_program([str(PYTHON_WITH_SDV), "bench/cmapss/par.py", *flags], ALL_CPUS, THREADS)

    def draw(self, draw: int) -> dict[str, Runs]:
        with np.load(self.root / f"{draw}.npz") as made:
            values, run = made["values"], made["run"]
        whole = np.repeat(self.real.values[:1], len(values), axis=0)
        whole[:, self.vary] = values
        return {"train": in_place_of(self.real, whole, run)}


def in_place_of(real: Runs, values: Floats, run: Ints) -> Runs:
    """Sequences (N, S), numbered by `run` from 0 on, as whole runs to failure of the real ones' kind."""
    assert real.rul_h is not None
    lengths = np.bincount(run)
    step = float(real.time_h[1] - real.time_h[0])
    left = np.concatenate([np.arange(n)[::-1] for n in lengths])
    return replace(
        real,
        values=values,
        run_id=run + 1,
        time_h=np.arange(len(run)) * step + run * REPAIR_HOURS,
        rul_h=left * step,
        failure_mode=np.zeros(len(run), dtype=np.int64),
    )
