"""Samples whole runs from a model: all runs of a block advance together from their start to their failure.

A run's length and failure mode come from a training run, with the length varied a little; its operating regimes follow
each other as in the training runs. RUL is how far the run is from its own end, and the sensors are sampled for that
life fraction: RUL is never written over finished rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gan.data.runs import Floats, Ints
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.drawn import draw
from gan.synthesis.temporal_tvae.features import Course, MemoryState, Shape, condition, life_basis, trend_design
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
    """Sensor values of each run, (rows, S), one after another.

    All runs advance together, after a burn-in in new condition. on_step(step, steps) is told how far the longest is.
    Raises SamplingStopped.
    """
    runs, steps = len(plan.lengths), int(plan.lengths.max())
    drawn = draw(model, plan, BURN_IN, rng)
    inputs = drawn.regimes.inputs.shape[2]
    shape = Shape(len(model.arrays["mean"]), len(model.header["modes"]), int(model.header["regimes"]), inputs)
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
    deviations = mix_deviations(model, plan.source, rng)
    for i, n in enumerate(plan.lengths.tolist()):
        if should_stop():
            raise SamplingStopped
        values = _restored(model, out[:n, i], courses.of(i), deviations[i], shape)
        yield drawn.whole(model, i, values)


class _Courses:
    """What is known of each run's rows before its sensors."""

    def __init__(self, model: Model, plan: RunPlan, regimes: RegimePlan) -> None:
        self._plan = plan
        self._regimes = regimes
        self._mode = model.arrays["unit_modes"][plan.source].astype(np.int64)
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
    """From the whitened process back to the modelled sensors, for rows of one run: (rows, S)."""
    a = model.arrays
    design, bare = trend_design(course, shape), slice(0, len(a["trend"]) - shape.given_columns)
    wear = design[:, bare] @ a["trend"][bare] + life_basis(course.life) @ deviation
    # A course stays within the range of the training runs': below the healthy level there is no wear.
    scaled = np.clip(wear, a["course_low"], a["course_high"]) + x @ a["restore"]
    scaled += design[:, bare.stop :] @ a["trend"][bare.stop :]
    return _reflect(scaled * a["spread"] + a["mean"], a["value_low"], a["value_high"])


def _reflect(values: Floats, low: Floats, high: Floats) -> Floats:
    """Values (rows, S) mirrored at the smallest and the largest observed, (S,).

    Otherwise a sensor that rests near its lower limit, and that wear moves by many times that level, would pile up on
    the limit.
    """
    raised = np.maximum(values, 2 * low - values)
    return np.asarray(np.minimum(raised, 2 * high - raised))


def mix_deviations(model: Model, source: Ints, rng: np.random.Generator) -> Floats:
    """A deviation from the trend for each run, (R, KNOTS, S): its mode's mean, and a mix of how two training runs of
    that mode differ from it.

    The squared weights sum to 1, so that mixes spread as the training runs do. None is negative: wear mirrored at the
    mean would heal.
    """
    deviations, modes = model.arrays["units"], model.arrays["unit_modes"]
    same = modes[source][:, None] == modes[None, :]
    share = same / same.sum(axis=1, keepdims=True)
    mean = np.einsum("ru,ufs->rfs", share, deviations)
    first, second = ((rng.random(len(source))[:, None] > np.cumsum(share, axis=1)).sum(axis=1) for _ in range(2))
    angle = rng.random(len(source))[:, None, None] * (np.pi / 2)
    top = len(deviations) - 1
    one, other = deviations[np.minimum(first, top)] - mean, deviations[np.minimum(second, top)] - mean
    return np.asarray(mean + np.cos(angle) * one + np.sin(angle) * other)


class _Process:
    """The trained process: a latent draw, the decoder, and noise, given each run's memory."""

    def __init__(self, model: Model, runs: int, rng: np.random.Generator) -> None:
        self._net = {
            k.removeprefix("net."): v.astype(np.float64) for k, v in model.arrays.items() if k.startswith("net.")
        }
        self._rng = rng
        self._low, self._high = model.arrays["x_low"], model.arrays["x_high"]
        self._memory = MemoryState(runs, len(model.arrays["mean"]))
        self._latent = self._net["decoder.0.weight"].shape[1] - self._net["skip.weight"].shape[1]

    def step(self, cond: Floats) -> Floats:
        """The next row of each run, (R, S), whitened. cond: (R, C)."""
        past = np.concatenate([self._memory.features(), cond], axis=1)
        z = self._rng.normal(0, 1, (len(cond), self._latent))
        mean = self._decode(np.concatenate([z, past], axis=1)) + self._linear("skip", past)
        sigma = np.exp(np.clip(self._linear("log_sigma", cond), -6, 3))
        # Clipped to the range of the training rows: a process that wandered beyond would not find its way back.
        x = np.clip(mean + sigma * self._rng.normal(0, 1, mean.shape), self._low, self._high)
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
