"""Sampling whole runs from a model: all runs of a data set are stepped together from their start to their failure.

A run's length and failure mode come from the training runs, its length varied a little; RUL is how far the run is from
its own end, and the sensors are sampled for that place in life: no RUL is written over rows afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gan.limits import soft_limit
from gan.model import Model
from gan.physics import REPAIR_HOURS, trim
from gan.runs import Floats, Ints, Runs
from gan.sequence import MemoryState, condition, trend_design, unit_design

BURN_IN = 40
LENGTH_JITTER = 0.08
MIN_RUN_ROWS = 5


class SamplingStopped(Exception):
    """Asked to stop before all rows were sampled."""


def sample(
    model: Model,
    rows: Mapping[str, int],
    seed: int,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> dict[str, Runs]:
    """Splits of exactly so many rows, each of its own whole runs; run ids are unique over the splits.

    on_progress(step, steps) is told how far the longest run is. Raises SamplingStopped.
    """
    rng = np.random.default_rng([seed, 2])
    plans = {split: _plan_runs(model, count, rng) for split, count in rows.items()}
    lengths = np.concatenate([plan[0] for plan in plans.values()])
    source = np.concatenate([plan[1] for plan in plans.values()])
    values = _values(model, lengths, source, rng, on_progress, should_stop)
    splits: dict[str, Runs] = {}
    first = 0
    for split, (own, units) in plans.items():
        at = slice(first, first + len(own))
        splits[split] = trim(_to_runs(model, own, units, values[at], first), rows[split])
        first += len(own)
    return splits


def _plan_runs(model: Model, rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Lengths of the runs of a split and the training run each one's mode and length come from, (R,) each."""
    known = model.arrays["unit_lengths"]
    source = rng.permutation(np.resize(np.arange(len(known)), len(known) * (1 + rows // max(int(known.sum()), 1)) * 2))
    jitter = np.exp(rng.normal(0, LENGTH_JITTER, len(source)))
    lengths = np.maximum(np.round(known[source] * jitter), MIN_RUN_ROWS).astype(np.int64)
    count = int(np.searchsorted(np.cumsum(lengths), rows)) + 1
    return lengths[:count], source[:count].astype(np.int64)


def _to_runs(model: Model, lengths: Ints, source: Ints, values: list[Floats], first: int) -> Runs:
    interval = float(model.header["intervalHours"])
    modes = tuple(model.header["modes"])
    run_id = np.repeat(np.arange(first + 1, first + 1 + len(lengths)), lengths)
    gaps: Floats = np.repeat(np.arange(len(lengths)) * REPAIR_HOURS, lengths)
    rul: Floats = np.concatenate([np.arange(n - 1.0, -1.0, -1.0) for n in lengths]) * interval
    has_rul = bool(model.header["hasRul"])
    mode = np.repeat(model.arrays["unit_modes"][source].astype(np.int64), lengths)
    time_h: Floats = np.arange(len(run_id)) * interval + gaps
    sensors = tuple(model.header["sensors"])
    return Runs(
        sensors, np.concatenate(values), run_id, time_h, rul if has_rul else None, mode if has_rul else None, modes
    )


def _values(
    model: Model,
    lengths: Ints,
    source: Ints,
    rng: np.random.Generator,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> list[Floats]:
    """Sensor values of each run, R arrays (rows, S). Rows of a step are runs."""
    a = model.arrays
    mode = a["unit_modes"][source].astype(np.int64)
    modes = len(model.header["modes"])
    process = _Process(model, len(lengths), rng)
    steps = int(lengths.max())
    out = np.zeros((steps, len(lengths), len(a["mean"])))
    for _ in range(BURN_IN):
        process.step(condition(1.0 / lengths, mode, modes))
    for step in range(steps):
        if should_stop():
            raise SamplingStopped
        life = np.minimum((step + 1.0) / lengths, 1.0)
        out[step] = process.step(condition(life, mode, modes))
        if step % 50 == 0 or step + 1 == steps:
            on_progress(step + 1, steps)
    units = _mix_units(model, source, rng)
    return [_restore(model, out[:n, i], int(mode[i]), units[i]) for i, n in enumerate(lengths)]


def _restore(model: Model, x: Floats, mode: int, unit: Floats) -> Floats:
    """From the whitened process back to the sensors' units, one run: (rows, S)."""
    a = model.arrays
    life = (np.arange(len(x)) + 1.0) / len(x)
    design = trend_design(life, np.full(len(x), mode), len(model.header["modes"]))
    scaled = design @ a["trend"] + unit_design(life) @ unit + x @ a["restore"]
    return soft_limit(scaled * a["spread"] + a["mean"], a["low"], a["high"], a["low_width"], a["high_width"])


def _mix_units(model: Model, source: Ints, rng: np.random.Generator) -> Floats:
    """A deviation from the trend for each run, (R, 3, S): a random mixture over the training runs of its mode.

    Weights are normal with unit sum of squares, so that the mixtures spread as the runs themselves do.
    """
    units, modes = model.arrays["units"], model.arrays["unit_modes"]
    same = modes[source][:, None] == modes[None, :]
    weights = rng.normal(0, 1, same.shape) * same
    weights /= np.maximum(np.sqrt((weights**2).sum(axis=1, keepdims=True)), 1e-12)
    return np.asarray(np.einsum("ru,ufs->rfs", weights, units))


class _Process:
    """The trained process: a latent draw, the decoder, and noise, given each run's memory."""

    def __init__(self, model: Model, runs: int, rng: np.random.Generator) -> None:
        self._net = {
            k.removeprefix("net."): v.astype(np.float64) for k, v in model.arrays.items() if k.startswith("net.")
        }
        self._rng = rng
        self._memory = MemoryState(runs, len(model.arrays["mean"]))
        self._latent = self._net["decoder.0.weight"].shape[1] - self._net["skip.weight"].shape[1]

    def step(self, cond: Floats) -> Floats:
        """The next row of each run, (R, S), whitened. cond: (R, C)."""
        past = np.concatenate([self._memory.features(), cond], axis=1)
        z = self._rng.normal(0, 1, (len(cond), self._latent))
        mean = self._decode(np.concatenate([z, past], axis=1)) + self._linear("skip", past)
        sigma = np.exp(np.clip(self._linear("log_sigma", cond), -6, 3))
        x = mean + sigma * self._rng.normal(0, 1, mean.shape)
        self._memory.push(x)
        return x

    def _decode(self, inputs: Floats) -> Floats:
        hidden = _silu(self._linear("decoder.0", inputs))
        hidden = _silu(self._linear("decoder.2", hidden))
        return self._linear("decoder.4", hidden)

    def _linear(self, name: str, inputs: Floats) -> Floats:
        return np.asarray(inputs @ self._net[f"{name}.weight"].T + self._net[f"{name}.bias"])


def _silu(x: Floats) -> Floats:
    return np.asarray(x / (1 + np.exp(-np.clip(x, -60, 60))))
