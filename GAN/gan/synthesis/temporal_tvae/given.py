"""What is given and not generated: settings, and switches between few levels. The other sensors follow them.

Given columns keep their recorded values: a synthetic run walks over stretches of recorded runs (walk.py). Where
settings have operating points, the other sensors are modelled in spreads from their level at the point of each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan.data.levels import is_switch
from gan.data.limits import soft_limit
from gan.data.operating_points import MOST_POINTS, OperatingPoints, find_points, follows, is_fixed
from gan.data.runs import Flags, Floats, Ints, Runs
from gan.runtime.errors import InvalidInput
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.regimes import Regimes
from gan.synthesis.temporal_tvae.walk import walk_near, walk_states

# Fewer rows than this at a point show no spread of its own: it has the mean one.
SPREAD_ROWS = 10
# A sensor that goes less than this share of the way to a point's level in its first row follows slowly, or not at all.
AT_ONCE = 0.5
# Time constant, in rows, of the average of a varying setting, which slow sensors follow.
LAG = 8.0
# Where in life a switch turns matters: it follows what was recorded within this share of the like turns.
NEAR_LIFE = 0.15


@dataclass(frozen=True)
class Columns:
    """Of the columns: settings; fixed, constant at every operating point; switches; measured, which are modelled."""

    settings: Ints
    fixed: Ints
    switches: Ints
    measured: Ints


@dataclass(frozen=True)
class Given:
    """Given columns, and how the measured ones follow.

    varying: the followed ones of the settings without levels. states (C, W): the switches' values together, none if
    nothing follows them. level, spread (K, M): of the measured sensors at each point. recorded, switched: the given
    values of the training rows, settings and fixed columns (N, Q + F) and switches (N, W); lengths: of their runs.
    only: the points (K,) that new runs are at, None for all.
    """

    columns: Columns
    points: OperatingPoints
    varying: Ints
    states: Floats
    level: Floats
    spread: Floats
    recorded: Floats
    switched: Floats
    lengths: Ints
    only: Flags | None = None

    def measured(self, runs: Runs) -> Runs:
        """The measured sensors of runs, in spreads from their level at the point of each row."""
        c = self.columns
        point = self.points.nearest(runs.values[:, c.settings])
        spread = self.spread[point]
        away = runs.values[:, c.measured] - self.level[point]
        values = np.divide(away, spread, out=np.zeros(away.shape), where=spread > 0)
        return replace(runs, sensors=tuple(runs.sensors[at] for at in c.measured), values=values)

    def restored(self, values: Floats, settings: Floats, limits: Sequence[Floats]) -> Floats:
        """Measured sensors (N, M) back in their units and limits; settings (N, Q + F) as recorded.

        limits: of all columns, lower and upper and the bends before them, (S,) each. At a point, where a sensor may
        rest near a limit and vary little, a bend is no wider than its spread.
        """
        point = self.points.nearest(settings[:, : len(self.columns.settings)])
        low, high, *bends = (limit[self.columns.measured] for limit in limits)
        if len(self.points) > 1:
            bends = [np.minimum(bend, np.maximum(self.spread, 1e-6 * (high - low)))[point] for bend in bends]
        return soft_limit(self.level[point] + self.spread[point] * values, low, high, *bends)

    def whole(self, measured: Floats, settings: Floats, switches: Floats) -> Floats:
        """All columns of some rows in their order, (N, S)."""
        c = self.columns
        order = np.argsort(np.concatenate([c.measured, c.settings, c.fixed, c.switches]))
        return np.concatenate([measured, settings, switches], axis=1)[:, order]

    def followed(self, runs: Runs) -> Followed:
        """What the measured sensors of runs follow."""
        return self.follow(runs.values[:, self.columns.settings], runs.values[:, self.columns.switches], runs.lengths())

    def follow(self, settings: Floats, switches: Floats, lengths: Ints) -> Followed:
        """The same from the values of the settings (N, Q) and the switches (N, W), and the runs' lengths (R,)."""
        inputs = [_curves(self._sized(settings)[:, self.varying], lengths)]
        if len(self.states):
            inputs.append(np.eye(len(self.states))[_nearest_row(switches, self.states)])
        together = np.concatenate(inputs, axis=1)
        if settings.shape[1] == 0:
            return Followed(None, together)
        return Followed(regimes_of(self.points.nearest(settings), len(self.points), lengths, together), together)

    def _sized(self, settings: Floats) -> Floats:
        """Settings in standard deviations of the recorded ones, (N, Q)."""
        return sized(settings, self.recorded[:, : settings.shape[1]])

    def sample(self, source: Ints, lengths: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Settings with the fixed columns (N, Q + F), and switches (N, W), of new runs (R,) one after the other.

        source: the training run that each takes after; lengths: rows of each.
        """
        settings = self.recorded[:, : len(self.columns.settings)]
        if self.only is not None:
            rows = self._walk_at(self.only[self.points.nearest(settings)], source, lengths, rng)
        elif len(self.points) > 1 or settings.shape[1] == 0:
            point = self.points.nearest(settings)
            rows = walk_states(point, self.lengths, source, lengths, 1.0, rng)
        else:
            rows = walk_near(self._sized(settings), self.lengths, source, lengths, rng)
        if self.switched.shape[1] == 0:
            return self.recorded[rows], self.switched[rows]
        groups = _groups(self.switched)
        turned = np.empty((len(rows), self.switched.shape[1]))
        for group in groups:
            state = np.unique(self.switched[:, group], axis=0, return_inverse=True)[1].reshape(-1)
            turned[:, group] = self.switched[walk_states(state, self.lengths, source, lengths, NEAR_LIFE, rng)][
                :, group
            ]
        return self.recorded[rows], turned

    def _walk_at(self, kept: Flags, source: Ints, lengths: Ints, rng: np.random.Generator) -> Ints:
        """Recorded rows for new runs, from those that are kept (N,), as if the others had not been recorded."""
        run = np.repeat(np.arange(len(self.lengths)), self.lengths)
        rows = np.bincount(run[kept], minlength=len(self.lengths))
        have = np.flatnonzero(rows)
        like = np.minimum(np.searchsorted(have, source), len(have) - 1)
        point = self.points.nearest(self.recorded[kept, : len(self.columns.settings)])
        return np.flatnonzero(kept)[walk_states(point, rows[have], like, lengths, 1.0, rng)]

    def arrays(self) -> dict[str, Floats]:
        """What sampling needs, by name."""
        c, p = self.columns, self.points
        whole = {
            "settings": c.settings, "fixed": c.fixed, "switches": c.switches, "measured": c.measured,
            "centers": p.centers, "reach": p.reach, "levelled": p.levelled, "scale": p.scale,
            "varying": self.varying, "states": self.states, "level": self.level, "spread": self.spread,
            "recorded": self.recorded, "switched": self.switched, "lengths": self.lengths,
        }  # fmt: skip
        return {f"given.{name}": np.asarray(array, dtype=np.float64) for name, array in whole.items()}


def given_of(arrays: Mapping[str, Floats]) -> Given | None:
    """What a model has as given; None for one that has neither settings nor switches."""
    if "given.settings" not in arrays:
        return None
    own = {name.removeprefix("given."): array for name, array in arrays.items() if name.startswith("given.")}
    whole = {name: own[name].astype(np.int64) for name in ("settings", "fixed", "switches", "measured", "varying")}
    columns = Columns(whole["settings"], whole["fixed"], whole["switches"], whole["measured"])
    points = OperatingPoints(own["centers"], own["reach"], own["levelled"] > 0, own["scale"])
    return Given(
        columns,
        points,
        whole["varying"],
        own["states"],
        own["level"],
        own["spread"],
        own["recorded"],
        own["switched"],
        own["lengths"].astype(np.int64),
        own["only"] > 0 if "only" in own else None,
    )


def kept_at(model: Model, settings: Mapping[str, float]) -> Model:
    """The model, to sample runs at the operating points with these values of settings. Raises InvalidInput."""
    if not settings:
        return model
    given, names = given_of(model.arrays), list(model.header["sensors"])
    own = [] if given is None else [names[at] for at in given.columns.settings.tolist()]
    if given is None or len(given.points) < 2 or not set(settings) <= set(own):
        raise InvalidInput(
            "condition: the settings of this machine have no operating points",
            field="condition",
            hint="recorded rows with settings of a few levels have: machine import --settings a,b",
        )
    only = given.points.at({own.index(name): value for name, value in settings.items()})
    if not only.any():
        shown = [",".join(f"{n}={v:g}" for n, v in zip(own, center, strict=True)) for center in given.points.centers]
        raise InvalidInput(
            f"condition: no operating point has {', '.join(f'{name}={v:g}' for name, v in settings.items())}",
            field="condition",
            hint=f"there are: {'; '.join(shown)}",
        )
    return replace(model, arrays={**model.arrays, "given.only": only.astype(np.float64)})


@dataclass(frozen=True)
class Followed:
    """What sensors follow in each row: regimes, None where no settings tell them; inputs (N, I)."""

    regimes: Regimes | None
    inputs: Floats


def nothing_followed(runs: Runs) -> Followed:
    """Of a machine with neither settings nor switches."""
    return Followed(None, np.zeros((len(runs), 0)))


def fit_given(runs: Runs, names: Sequence[str]) -> Given | None:
    """Finds what is given in training runs, None where there is nothing. names: the settings'."""
    values = runs.values
    settings = np.array([at for at, name in enumerate(runs.sensors) if name in names], dtype=np.int64)
    others = np.setdiff1d(np.arange(values.shape[1]), settings)
    points = find_points(values[:, settings], values[:, others], runs.run_id)
    point = points.nearest(values[:, settings])
    columns = _columns(runs, settings, others, point)
    if len(settings) == 0 and len(columns.switches) == 0:
        return None
    level, spread = _levels(values[:, columns.measured], point, len(points), runs.run_id)
    carried = np.concatenate([settings, columns.fixed])
    none = np.zeros(0, dtype=np.int64)
    states = np.zeros((0, len(columns.switches)))
    given = Given(
        columns, points, none, states, level, spread, values[:, carried], values[:, columns.switches], runs.lengths()
    )
    measured = given.measured(runs).values
    vary = sized(values[:, settings], values[:, settings])
    varying = [
        at
        for at in np.flatnonzero(~points.levelled)
        if follows(np.column_stack([vary[:, at], vary[:, at] ** 2]), measured, runs.run_id)
    ]
    found = np.unique(given.switched, axis=0)
    if 1 < len(found) <= MOST_POINTS:
        turned = np.eye(len(found))[_nearest_row(given.switched, found)]
        states = found if follows(turned, measured, runs.run_id) else states
    return replace(given, varying=np.array(varying, dtype=np.int64), states=states)


def _columns(runs: Runs, settings: Ints, others: Ints, point: Ints) -> Columns:
    fixed = is_fixed(runs.values, point)
    kinds: dict[str, list[int]] = {"fixed": [], "switches": [], "measured": []}
    for at in others.tolist():
        switch = is_switch(runs.values[:, at], runs.run_id)
        kinds["fixed" if fixed[at] else "switches" if switch else "measured"].append(at)
    if not kinds["measured"]:
        kinds = {"fixed": [], "switches": [], "measured": others.tolist()}
    return Columns(settings, *(np.array(kinds[kind], dtype=np.int64) for kind in ("fixed", "switches", "measured")))


def _levels(values: Floats, point: Ints, count: int, run_id: Ints) -> tuple[Floats, Floats]:
    """Level and spread of measured sensors (N, M) at each point, (K, M) both; 0 and 1 where there is one point.

    They are those of a point for sensors that follow it at once. One that follows slowly, or not at all, is the same
    row before and after a change, and has one level and spread: what the points do to it, the process learns.
    """
    if count < 2:
        return np.zeros((1, values.shape[1])), np.ones((1, values.shape[1]))
    rows = np.bincount(point, minlength=count)
    own = [values[point == k] for k in range(count)]
    level = np.stack([part.mean(axis=0) for part in own])
    spread = np.stack([part.std(axis=0) for part in own])
    # The standard deviation of equal values is not always exactly 0.
    spread[np.stack([np.ptp(part, axis=0) == 0 for part in own])] = 0.0
    mean = np.sqrt(rows @ spread**2 / rows.sum())
    spread = np.where(rows[:, None] >= SPREAD_ROWS, spread, mean)
    changes = np.append(False, (point[1:] != point[:-1]) & (run_id[1:] == run_id[:-1]))
    slow = follows_slowly(values, level[point], changes)
    return np.where(slow, values.mean(axis=0), level), np.where(slow, values.std(axis=0), spread)


def follows_slowly(values: Floats, level: Floats, changes: Flags) -> Flags:
    """Which sensors go little of the way to their new level in the row of a change, (S,).

    values, and the level (N, S) that each row has by its operating point or regime; changes (N,): rows in which that
    is another than in the row before.
    """
    rows = np.flatnonzero(changes)
    way, gone = level[rows] - level[rows - 1], values[rows] - values[rows - 1]
    return np.asarray((way * gone).sum(axis=0) < AT_ONCE * (way**2).sum(axis=0))


def sized(values: Floats, like: Floats) -> Floats:
    """Values (N, C) less the mean of others, in standard deviations of those; 0 where those are constant."""
    spread = like.std(axis=0)
    return np.asarray(np.where(spread > 0, (values - like.mean(axis=0)) / np.where(spread > 0, spread, 1.0), 0.0))


def _curves(varying: Floats, lengths: Ints) -> Floats:
    """Varying settings (N, V) as sensors may follow them: themselves, their products in pairs, and their averages."""
    count = varying.shape[1]
    pairs = [varying[:, a] * varying[:, b] for a in range(count) for b in range(a, count)]
    if count == 0:
        return varying
    average, keep = np.empty(varying.shape), np.exp(-1 / LAG)
    starts = np.cumsum(lengths) - lengths
    state = varying[starts]
    for step in range(int(lengths.max())):
        running = lengths > step
        rows = starts[running] + step
        state[running] = keep * state[running] + (1 - keep) * varying[rows]
        average[rows] = state[running]
    return np.column_stack([varying, *pairs, average])


def regimes_of(point: Ints, count: int, lengths: Ints, inputs: Floats) -> Regimes:
    """Regimes from the operating point of each row (N,), of runs one after the other."""
    first = np.cumsum(lengths) - lengths
    turn = np.append(True, point[1:] != point[:-1])
    turn[first] = True
    starts = np.flatnonzero(turn)
    segment = np.cumsum(turn) - 1
    opens = np.isin(starts, first)
    before = np.where(opens, point[starts], point[starts - 1])
    age = np.arange(len(point)) - starts[segment]
    # It is unknown how long the first of a run has lasted.
    return Regimes(count, point, before[segment], np.where(opens[segment], age + 2, age), starts, inputs)


def _nearest_row(values: Floats, rows: Floats) -> Ints:
    """Which of some rows (C, W) each row of values (N, W) is nearest to, (N,)."""
    width = np.maximum(np.ptp(rows, axis=0), 1e-12)
    return np.asarray((((values[:, None, :] - rows[None, :, :]) / width) ** 2).sum(axis=2).argmin(axis=1))


def _groups(switched: Floats) -> list[Ints]:
    """Switches (N, W) that turn together: all of them, if they have few combinations, else each by itself."""
    every = np.arange(switched.shape[1])
    return [every] if len(np.unique(switched, axis=0)) <= MOST_POINTS else [every[at : at + 1] for at in every]
