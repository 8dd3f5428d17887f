"""Runs as the model sees them: sensors = course of wear + regime + time of day + the run's own deviation + a process.

Course and regime are ridge regressions on pieces of life and a few curves, deviations random effects (deviations.py);
what is left, in units of its size at that point of life (noise.py), is whitened and modelled row by row, given its own
recent past. Life is the life fraction: 0 at the start
of a run, 1 at its failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.synthesis.temporal_tvae.deviations import Population, fit_population
from gan.synthesis.temporal_tvae.given import Followed, follows_slowly
from gan.synthesis.temporal_tvae.kinds import Kinds, ends_of, find_kinds
from gan.synthesis.temporal_tvae.noise import fit_sizes, sizes_at
from gan.synthesis.temporal_tvae.regimes import Detector, Regimes, fit_detector

TREND_RIDGE = 3.0
# A penalty that leaves no coefficient.
NO_EFFECT = 1e12
DEVIATION_RIDGE = 5.0
WHITENING_RIDGE = 1e-6
# Life fractions between which courses are straight: denser at the end, where wear is fast.
KNOTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96, 1.0)
LATE = (4.0, 12.0, 40.0)
# Time constants, in rows, of the moving averages that are the process's longer memory.
AVERAGES = (8.0, 32.0)
# A run begins cold: time constants, in rows, of its warming up.
EARLY = (8.0, 32.0)
# A regime begins with a transient: its first two rows by themselves, and a decay with this time constant, in rows.
TRANSIENT = 6.0
FEW_ROWS = 4
# What depends on the noise's size, which depends on it in turn, is fitted so often.
WEIGHTINGS = 2
MIN_SPREAD = 1e-9


@dataclass(frozen=True)
class Course:
    """What is known of each row before its sensors, (N,) each.

    position: rows since its run began. hour: of the day. regime, before, age: the operating regime, the one before it,
    and the rows since it began. inputs (N, I): what else is given.
    """

    position: Ints
    life: Floats
    mode: Ints
    hour: Floats
    regime: Ints
    before: Ints
    age: Ints
    inputs: Floats

    def rows(self, some: slice) -> Course:
        return Course(**{name: of[some] for name, of in vars(self).items()})


@dataclass(frozen=True)
class Shape:
    """How many sensors, failure modes, regimes and inputs there are: the widths of everything."""

    sensors: int
    modes: int
    regimes: int
    inputs: int

    @property
    def regime_columns(self) -> int:
        """Columns of the trend's design that are the regimes': its last."""
        return 2 * self.regimes if self.regimes > 1 else 0

    @property
    def given_columns(self) -> int:
        """Columns of the trend's design that are the inputs' and the regimes': its last."""
        return 2 * self.inputs + self.regime_columns


def life_of(position: Ints, lengths: Ints) -> Floats:
    """Life fraction of each row, (N,): 1 in the last row. lengths: of each row's run, (N,)."""
    return np.asarray((position + 1.0) / lengths)


def life_basis(life: Floats) -> Floats:
    """Hat functions of life that wear may follow, (N, KNOTS), each 1 at its knot and 0 at the others.

    Wear that sets in late then leaves earlier rows alone, which no curve over the whole of life does.
    """
    return np.stack([np.interp(life, KNOTS, knot) for knot in np.eye(len(KNOTS))], axis=1)


def slow_basis(life: Floats) -> Floats:
    """Curves over the whole of life, (N, 5). They cannot follow regimes, and are removed before those are detected."""
    return np.column_stack([life**2, life**4, *[np.exp(-rate * (1 - life)) for rate in LATE]])


def trend_design(course: Course, shape: Shape, curves: Callable[[Floats], Floats] = life_basis) -> Floats:
    """1, the basis, mode, mode × basis, the start, the day's first two harmonics, inputs, inputs × life, regime,
    regime × life: (N, F)."""
    basis = np.column_stack([np.ones(len(course.life)), course.life, curves(course.life)])
    by_mode = (_one_hot(course.mode, shape.modes)[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    start = np.exp(-course.position[:, None] / np.array(EARLY))
    return np.concatenate([basis, by_mode, start, _day(course.hour), _given_columns(course, shape)], axis=1)


def _day(hour: Floats) -> Floats:
    angle = hour * (2 * np.pi / 24)
    return np.column_stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])


def _given_columns(course: Course, shape: Shape) -> Floats:
    picks = _one_hot(course.regime, shape.regimes if shape.regimes > 1 else 0)
    given = [course.inputs, course.inputs * course.life[:, None], picks, picks * course.life[:, None]]
    return np.concatenate(given, axis=1)


def condition(course: Course, shape: Shape) -> Floats:
    """What the process is conditioned on besides its memory, (N, C): life, mode, regime and what it came from."""
    parts = [course.life, np.exp(-4.0 * (1 - course.life))]
    columns = [np.column_stack(parts), _one_hot(course.mode, shape.modes), course.inputs]
    if shape.regimes > 1:
        age = [course.age == 0, course.age == 1, np.exp(-course.age / TRANSIENT)]
        here, begins = _one_hot(course.regime, shape.regimes), (course.age == 0)[:, None]
        # Where it changes, the process takes back the regimes' levels of those sensors that follow slowly.
        columns += [np.column_stack(age), here, here * begins, _one_hot(course.before, shape.regimes) * begins]
    return np.concatenate(columns, axis=1)


def _one_hot(which: Ints, count: int) -> Floats:
    return np.eye(count)[which] if count > 0 else np.zeros((len(which), 0))


@dataclass(frozen=True)
class Rows:
    """Rows that the network learns from: x (N, S) whitened, memory (N, M) of the run's past, cond (N, C)."""

    x: Floats
    memory: Floats
    cond: Floats


@dataclass(frozen=True)
class Preparation:
    """Scaling, trend, regimes and whitening, fitted on training runs. arrays: what sampling needs of it, by name."""

    shape: Shape
    mean: Floats
    spread: Floats
    slow_trend: Floats
    slow_shape: Shape
    trend: Floats
    population: Population
    kinds: Kinds | None
    detector: Detector
    whiten: Floats
    arrays: dict[str, Floats]

    @property
    def hidden_kinds(self) -> list[int]:
        """How many training runs are of each kind of failure that no label tells, empty if none is hidden."""
        kinds = self.arrays["unit_kinds"].astype(np.int64)
        return [] if self.kinds is None else [int(count) for count in np.bincount(kinds)]

    def apply(self, runs: Runs, followed: Followed) -> Rows:
        """The rows of other runs, prepared as the training runs were, and clipped to the range of those.

        Where a regime is mistaken, a few rows are hundreds of deviations away and would dominate a mean loss.
        """
        scaled = (runs.values - self.mean) / self.spread
        regimes = followed.regimes
        for _ in range(2 if regimes is None else 0):
            levels = _levels(runs, scaled, regimes, self.slow_trend, self.slow_shape, followed.inputs)
            regimes = self.detector.find(levels, scaled, runs, followed.inputs)
        assert regimes is not None
        if self.kinds is not None:
            runs = _of_kinds(runs, self.kinds.of(_ends(runs, scaled, regimes, self.trend, self.shape)), self.kinds)
        rest = _without_course(runs, scaled, regimes, self.trend, self.shape)
        design = life_basis(_life(runs))
        size = sizes_at(self.arrays["sizes"], design, _modes(runs))
        rest -= _apply_deviations(runs, self.population.deviations(design, rest, size, runs.lengths()), design)
        rest /= size
        x = np.clip(rest @ self.whiten, self.arrays["x_low"], self.arrays["x_high"])
        return _rows(runs, x, regimes, self.shape)


def prepare(runs: Runs, followed: Followed, random_seed: int) -> tuple[Preparation, Rows]:
    """Fits the preparation on runs, and gives the rows that the network learns from. followed: what is given."""
    mean, spread = runs.values.mean(axis=0), np.maximum(runs.values.std(axis=0), MIN_SPREAD)
    scaled = (runs.values - mean) / spread
    detector, regimes, slow_shape, slow_trend = _fit_regimes(runs, scaled, random_seed, followed)
    shape, labels = slow_shape, runs.run_modes().astype(np.float64)
    trend = ridge(trend_design(_course(runs, regimes), shape), scaled, TREND_RIDGE)
    kinds = _hidden_kinds(runs, scaled, regimes, trend, shape)
    if kinds is not None:
        runs = _of_kinds(runs, kinds.of(_ends(runs, scaled, regimes, trend, shape)), kinds)
        shape = replace(shape, modes=len(runs.modes))
        trend = ridge(trend_design(_course(runs, regimes), shape), scaled, TREND_RIDGE)
    trend = _weighted_trend(runs, scaled, regimes, trend, shape)
    rest = _without_course(runs, scaled, regimes, trend, shape)
    population, deviations, sizes = _fit_deviations(runs, rest, shape)
    design = life_basis(_life(runs))
    rest -= _apply_deviations(runs, deviations, design)
    rest /= sizes_at(sizes, design, _modes(runs))
    whiten, restore = _whitening(_rows(runs, rest, regimes, shape), regimes)
    x = rest @ whiten
    arrays = {
        "mean": mean,
        "spread": spread,
        "trend": trend,
        "units": deviations,
        "unit_logs": population.logs,
        "unit_slope": population.slope,
        "unit_modes": labels,
        "unit_kinds": runs.run_modes().astype(np.float64),
        "unit_lengths": runs.lengths().astype(np.float64),
        "restore": restore,
        "sizes": sizes,
        "value_low": runs.values.min(axis=0),
        "value_high": runs.values.max(axis=0),
        **_course_range(runs, scaled, regimes, trend, deviations, shape),
        "x_low": x.min(axis=0),
        "x_high": x.max(axis=0),
        **(regimes.arrays(runs) if followed.regimes is None else {}),
    }
    prepared = Preparation(
        shape, mean, spread, slow_trend, slow_shape, trend, population, kinds, detector, whiten, arrays
    )
    return prepared, _rows(runs, x, regimes, shape)


def _fit_regimes(
    runs: Runs, scaled: Floats, random_seed: int, followed: Followed
) -> tuple[Detector, Regimes, Shape, Floats]:
    """The regimes that are given, else those that the sensors show, and the slow trend beside them."""
    detector, inputs = Detector.none(scaled.shape[1]), followed.inputs
    if followed.regimes is not None:
        return detector, *_fit_slow_trend(runs, scaled, followed.regimes)
    regimes, shape, slow_trend = _fit_slow_trend(runs, scaled, detector.find(scaled, scaled, runs, inputs))
    # Regimes show clearly only once trend and deviations are removed, and vice versa: each is fitted twice.
    for _ in range(2):
        levels = _levels(runs, scaled, regimes if shape.regimes > 1 else None, slow_trend, shape, inputs)
        detector = fit_detector(levels, scaled, runs, random_seed)
        regimes, shape, slow_trend = _fit_slow_trend(runs, scaled, detector.find(levels, scaled, runs, inputs))
    return detector, regimes, shape, slow_trend


def _fit_slow_trend(runs: Runs, scaled: Floats, regimes: Regimes) -> tuple[Regimes, Shape, Floats]:
    shape = Shape(len(runs.sensors), len(runs.modes), regimes.count, regimes.inputs.shape[1])
    return regimes, shape, ridge(trend_design(_course(runs, regimes), shape, slow_basis), scaled, TREND_RIDGE)


def _weighted_trend(runs: Runs, scaled: Floats, regimes: Regimes, trend: Floats, shape: Shape) -> Floats:
    """The trend once more, with rows weighed by how far runs are from it at their point of life.

    Late rows, in which runs differ most, would otherwise decide where runs begin. A sensor that follows its regime
    slowly, or not at all, has no level by regime: what the regime does to it, the process learns.
    """
    design, basis, mode = trend_design(_course(runs, regimes), shape), life_basis(_life(runs)), _modes(runs)
    by_regime = slice(len(trend) - shape.regime_columns, len(trend))
    slow = follows_slowly(scaled, design[:, by_regime] @ trend[by_regime], (regimes.age == 0) & (runs.position() > 0))
    penalty = np.full(trend.shape, TREND_RIDGE)
    penalty[by_regime, slow] = NO_EFFECT
    for _ in range(WEIGHTINGS):
        size = sizes_at(fit_sizes(scaled - design @ trend, basis, mode, shape.modes), basis, mode)
        trend = _weighted_ridge(design, scaled, size, penalty)
    return trend


def _fit_deviations(runs: Runs, rest: Floats, shape: Shape) -> tuple[Population, Floats, Floats]:
    """What the runs' deviations have in common, the deviations (R, K, S), and the sizes of the noise beside them."""
    basis, mode, lengths = life_basis(_life(runs)), _modes(runs), runs.lengths()
    size = np.ones(rest.shape)
    for _ in range(WEIGHTINGS):
        population = fit_population(basis, rest, size, lengths)
        left = rest - _apply_deviations(runs, population.deviations(basis, rest, size, lengths), basis)
        sizes = fit_sizes(left, basis, mode, shape.modes)
        size = sizes_at(sizes, basis, mode)
    return population, population.deviations(basis, rest, size, lengths), sizes


def _levels(runs: Runs, scaled: Floats, regimes: Regimes | None, trend: Floats, shape: Shape, inputs: Floats) -> Floats:
    """Sensors without wear, time of day, inputs and deviation, but with the regimes, as far as known, (N, S)."""
    known = regimes if regimes is not None else Detector.none(shape.sensors).find(scaled, scaled, runs, inputs)
    design = trend_design(_course(runs, known), shape, slow_basis)
    bare = slice(0, len(trend) - shape.regime_columns)
    level = scaled - design[:, bare] @ trend[bare]
    rest = level if regimes is None else scaled - design @ trend
    slow = _slow_design(_life(runs))
    return level - _apply_deviations(runs, _deviations(runs, rest, slow), slow)


def _course_range(
    runs: Runs, scaled: Floats, regimes: Regimes, trend: Floats, deviations: Floats, shape: Shape
) -> dict[str, Floats]:
    """How far the runs' courses, without what is given and process, go down and up, (S,) each.

    Fitted courses overshoot where wear moves a sensor by many times its healthy band: means of a few rows bound them.
    """
    design, bare = trend_design(_course(runs, regimes), shape), slice(0, len(trend) - shape.given_columns)
    fitted = design[:, bare] @ trend[bare] + _apply_deviations(runs, deviations, life_basis(_life(runs)))
    seen = scaled - design[:, bare.stop :] @ trend[bare.stop :]
    first = np.flatnonzero(runs.position() % FEW_ROWS == 0)
    means = np.add.reduceat(seen, first, axis=0) / np.diff(np.append(first, len(runs)))[:, None]
    low = np.maximum(fitted.min(axis=0), means.min(axis=0))
    return {"course_low": low, "course_high": np.maximum(np.minimum(fitted.max(axis=0), means.max(axis=0)), low)}


def _hidden_kinds(runs: Runs, scaled: Floats, regimes: Regimes, trend: Floats, shape: Shape) -> Kinds | None:
    """The kinds of failure where no label tells runs apart, if their ends do."""
    if runs.failure_mode is None or len(np.unique(runs.failure_mode)) > 1:
        return None
    rest, design = _without_course(runs, scaled, regimes, trend, shape), life_basis(_life(runs))
    noise = (rest - _apply_deviations(runs, _deviations(runs, rest, design), design)).std(axis=0)
    kinds = find_kinds(_ends(runs, scaled, regimes, trend, shape), noise)
    return kinds if len(kinds.centers) > 1 else None


def _ends(runs: Runs, scaled: Floats, regimes: Regimes, trend: Floats, shape: Shape) -> Floats:
    """Where runs end, without what is given, whose columns are the trend's last, (R, S)."""
    given = _given_columns(_course(runs, regimes), shape)
    return ends_of(runs, scaled - given @ trend[len(trend) - shape.given_columns :])


def _of_kinds(runs: Runs, kind: Ints, kinds: Kinds) -> Runs:
    """The same runs, with their kinds (R,) for failure modes."""
    names = tuple(str(at) for at in range(len(kinds.centers)))
    return replace(runs, failure_mode=np.repeat(kind, runs.lengths()), modes=names)


def _without_course(runs: Runs, scaled: Floats, regimes: Regimes, trend: Floats, shape: Shape) -> Floats:
    """What is left of the sensors without the course that the runs share, (N, S)."""
    return np.asarray(scaled - trend_design(_course(runs, regimes), shape) @ trend)


def _rows(runs: Runs, x: Floats, regimes: Regimes, shape: Shape) -> Rows:
    return Rows(x, memory_of(x, runs), condition(_course(runs, regimes), shape))


def _course(runs: Runs, regimes: Regimes) -> Course:
    hour = runs.time_h % 24.0
    given = regimes.regime, regimes.before, regimes.age, regimes.inputs
    return Course(runs.position(), _life(runs), _modes(runs), hour, *given)


def _life(runs: Runs) -> Floats:
    return life_of(runs.position(), np.repeat(runs.lengths(), runs.lengths()))


def _modes(runs: Runs) -> Ints:
    return np.zeros(len(runs), dtype=np.int64) if runs.failure_mode is None else runs.failure_mode


def ridge(design: Floats, target: Floats, weight: Floats | float) -> Floats:
    """Least squares with an L2 penalty, one for all coefficients or (F,); the first column, the constant, has none.

    (F, S)
    """
    penalty = weight * np.eye(design.shape[1])
    penalty[0, 0] = 1e-9
    return np.asarray(np.linalg.solve(design.T @ design + penalty, design.T @ target))


def _weighted_ridge(design: Floats, target: Floats, size: Floats, penalty: Floats) -> Floats:
    """The same where each column's rows count by the size of their noise, (N, S), with penalties (F, S)."""
    counts = size**-2.0
    counts /= counts.mean(axis=0)
    root = np.sqrt(counts)
    each = [ridge(design * root[:, s, None], target[:, s] * root[:, s], penalty[:, s]) for s in range(target.shape[1])]
    return np.stack(each, axis=1)


def _slow_design(life: Floats) -> Floats:
    """Level, slope and course at the end, (N, 3): how a run may deviate without following its regimes."""
    return np.column_stack([np.ones(len(life)), life - 0.5, np.exp(-4.0 * (1 - life))])


def _deviations(runs: Runs, rest: Floats, design: Floats) -> Floats:
    """Each run's own deviation from the trend in a design of the rows (N, F), (R, F, S)."""
    bounds = zip(runs.starts(), runs.starts() + runs.lengths(), strict=True)
    return np.stack([_deviation(design[a:b], rest[a:b]) for a, b in bounds])


def _deviation(design: Floats, rest: Floats) -> Floats:
    return np.asarray(np.linalg.solve(design.T @ design + DEVIATION_RIDGE * np.eye(design.shape[1]), design.T @ rest))


def _apply_deviations(runs: Runs, deviations: Floats, design: Floats) -> Floats:
    each = np.repeat(np.arange(len(deviations)), runs.lengths())
    return np.asarray(np.einsum("nf,nfs->ns", design, deviations[each]))


def _whitening(rows: Rows, regimes: Regimes) -> tuple[Floats, Floats]:
    """A linear map (S, S) that makes the innovations of a row uncorrelated and of unit size, and its inverse.

    Innovations are what least squares on memory and condition leaves: what the process draws for each column by itself.
    ZCA: of all such maps, the one that changes the sensors least. Rows in which the regime changes do not count, if
    most rows are others.
    """
    known = np.concatenate([np.ones((len(rows.x), 1)), rows.memory, rows.cond], axis=1)
    new = rows.x - known @ ridge(known, rows.x, WHITENING_RIDGE)
    if (regimes.age > 0).mean() > 0.5:
        new = new[regimes.age > 0]
    power, axes = np.linalg.eigh(new.T @ new / max(len(new), 1))
    floor = max(float(power.max()) * 1e-6, 1e-12)
    root = np.sqrt(np.maximum(power, floor))
    return np.asarray(axes / root @ axes.T), np.asarray(axes * root @ axes.T)


def memory_of(x: Floats, runs: Runs) -> Floats:
    """What each row knows of its run's past: the last two rows, two moving averages, and whether there is a past.

    (N, 4·S + 1). All runs advance together, as in sampling.
    """
    lengths, position = runs.lengths(), runs.position()
    run = np.repeat(np.arange(len(lengths)), lengths)
    padded = np.zeros((int(lengths.max()), len(lengths), x.shape[1]))
    padded[position, run] = x
    state = MemoryState(len(lengths), x.shape[1])
    steps = np.empty((len(padded), len(lengths), 4 * x.shape[1] + 1))
    for at, rows in enumerate(padded):
        steps[at] = state.features()
        state.push(rows)
    return np.asarray(steps[position, run])


class MemoryState:
    """The memory of runs that advance together, one row a run."""

    def __init__(self, runs: int, sensors: int) -> None:
        self._last: Floats = np.zeros((runs, sensors))
        self._before: Floats = np.zeros((runs, sensors))
        self._sums: Floats = np.zeros((len(AVERAGES), runs, sensors))
        self._steps = 0
        self._keep = np.exp(-1.0 / np.array(AVERAGES))

    def features(self) -> Floats:
        """(runs, 4·S + 1). The averages are corrected for their start at 0."""
        weight = np.maximum(1 - self._keep**self._steps, MIN_SPREAD)[:, None, None]
        averages = self._sums / weight
        flag = np.full((len(self._last), 1), float(self._steps > 0))
        return np.concatenate([self._last, self._before, *averages, flag], axis=1)

    def push(self, x: Floats) -> None:
        self._before, self._last = self._last, x
        keep = self._keep[:, None, None]
        self._sums = keep * self._sums + (1 - keep) * x
        self._steps += 1
