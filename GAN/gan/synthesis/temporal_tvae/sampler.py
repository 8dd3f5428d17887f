"""Samples whole runs from a model: all runs of a block advance together from their start to their failure.

A run's length and failure mode come from a training run, with the length varied a little; its operating regimes follow
each other as in the training runs. RUL is how far the run is from its own end, and the sensors are sampled for that
life fraction: RUL is never written over finished rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gan.data.runs import Floats
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.deviations import mix_deviations
from gan.synthesis.temporal_tvae.drawn import draw
from gan.synthesis.temporal_tvae.features import (
    AVERAGES,
    Course,
    MemoryState,
    Shape,
    condition,
    life_basis,
    trend_design,
)
from gan.synthesis.temporal_tvae.noise import sizes_at
from gan.synthesis.temporal_tvae.regimes import RegimePlan
from gan.synthesis.temporal_tvae.run_plan import RunPlan

BURN_IN = 40
RESTORED_ROWS = 65_536


class SamplingStopped(Exception):
    """Asked to stop before all rows were sampled."""


def sample_block(
    model: Model,
    plan: RunPlan,
    rng: np.random.Generator,
    on_step: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Iterator[Floats]:
    """Values of each run's sensors, settings included, (rows, sensors), one after another.

    All runs advance together, after a burn-in in new condition. on_step(step, steps) is told how far the longest is.
    Raises SamplingStopped.
    """
    runs, steps = len(plan.lengths), int(plan.lengths.max())
    drawn = draw(model, plan, BURN_IN, rng)
    inputs = drawn.regimes.inputs.shape[2]
    shape = Shape(len(model.arrays["mean"]), int(model.header["kinds"]), int(model.header["regimes"]), inputs)
    courses = _Courses(model, plan, drawn.regimes)
    process = _Process(model, runs, rng)
    out = np.zeros((steps, runs, shape.sensors))
    for step in range(-BURN_IN, steps):
        if should_stop():
            raise SamplingStopped
        row = process.step(condition(courses.at(step), shape))
        if step >= 0:
            out[step] = row
        on_step(max(step + 1, 0), steps)
    deviations = mix_deviations(model.arrays, plan.source, plan.lengths, rng)
    for i, n in enumerate(plan.lengths.tolist()):
        if should_stop():
            raise SamplingStopped
        yield drawn.whole(model, i, _restored(model, out[:n, i], courses.of(i), deviations[i], shape))


class _Courses:
    """What is known of each run's rows before its sensors."""

    def __init__(self, model: Model, plan: RunPlan, regimes: RegimePlan) -> None:
        self._plan = plan
        self._regimes = regimes
        self._mode = model.arrays["unit_kinds"][plan.source].astype(np.int64)
        self._interval = float(model.header["intervalHours"])

    def at(self, step: int) -> Course:
        """All runs at one step, (R,); one below 0 is before the run begins."""
        life = np.clip((step + 1.0) / self._plan.lengths, 1.0 / self._plan.lengths, 1.0)
        hour = (self._plan.start_h + step * self._interval) % 24.0
        r, row = self._regimes, step + BURN_IN
        position = np.full(len(life), max(step, 0))
        return Course(position, life, self._mode, hour, r.regime[row], r.before[row], r.age[row], r.inputs[row])

    def of(self, run: int) -> Course:
        """One run at all its steps, (rows,)."""
        rows = int(self._plan.lengths[run])
        step = np.arange(rows)
        hour = (self._plan.start_h[run] + step * self._interval) % 24.0
        r, at = self._regimes, slice(BURN_IN, BURN_IN + rows)
        mode = np.full(rows, self._mode[run])
        given = r.regime[at, run], r.before[at, run], r.age[at, run], r.inputs[at, run]
        return Course(step, (step + 1.0) / rows, mode, hour, *given)


def _restored(model: Model, x: Floats, course: Course, deviation: Floats, shape: Shape) -> Floats:
    """A run of many rows, piece by piece: what its courses are computed from takes many times its own size."""
    pieces = [slice(at, at + RESTORED_ROWS) for at in range(0, len(x), RESTORED_ROWS)]
    return np.concatenate([_restore(model, x[p], course.rows(p), deviation, shape) for p in pieces])


def _restore(model: Model, x: Floats, course: Course, deviation: Floats, shape: Shape) -> Floats:
    """From the whitened process back to the modelled sensors' units, for rows of one run: (rows, S)."""
    a = model.arrays
    design, bare = trend_design(course, shape), slice(0, len(a["trend"]) - shape.given_columns)
    basis = life_basis(course.life)
    wear = design[:, bare] @ a["trend"][bare] + basis @ deviation
    noise = x @ a["restore"] * sizes_at(a["sizes"], basis, course.mode)
    # A course stays within the range of the training runs': below the healthy level there is no wear.
    scaled = np.clip(wear, a["course_low"], a["course_high"]) + noise
    scaled += design[:, bare.stop :] @ a["trend"][bare.stop :]
    return _reflect(scaled * a["spread"] + a["mean"], a["value_low"], a["value_high"])


def _reflect(values: Floats, low: Floats, high: Floats) -> Floats:
    """Values (rows, S) mirrored at the smallest and the largest observed, (S,).

    Otherwise a sensor that rests near its lower limit, and that wear moves by many times that level, would pile up on
    the limit.
    """
    raised = np.maximum(values, 2 * low - values)
    return np.asarray(np.minimum(raised, 2 * high - raised))


class _Process:
    """The trained process: a latent draw, the decoder, and noise, given each run's memory."""

    def __init__(self, model: Model, runs: int, rng: np.random.Generator) -> None:
        self._net = {
            k.removeprefix("net."): v.astype(np.float64) for k, v in model.arrays.items() if k.startswith("net.")
        }
        self._rng = rng
        # Of the memory: of rows and their averages alike, and of the flag.
        self._low, self._high = (
            np.append(np.tile(model.arrays[name], 2 + len(AVERAGES)), flag)
            for name, flag in (("x_low", 0), ("x_high", 1))
        )
        self._memory = MemoryState(runs, len(model.arrays["mean"]))
        self._latent = self._net["decoder.0.weight"].shape[1] - self._net["skip.weight"].shape[1]

    def step(self, cond: Floats) -> Floats:
        """The next row of each run, (R, S), whitened. cond: (R, C)."""
        memory = self._memory.features()
        z = self._rng.normal(0, 1, (len(cond), self._latent))
        # The decoder learned nothing beyond the training rows' range. Clipped to it, what it adds is bounded, and the
        # linear path leads back (stability.py); the rows themselves are not cut.
        seen = np.clip(memory, self._low, self._high)
        mean = self._decode(np.concatenate([z, seen, cond], axis=1))
        mean += self._linear("skip", np.concatenate([memory, cond], axis=1))
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
