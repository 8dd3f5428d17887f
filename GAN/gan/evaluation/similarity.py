"""How near runs are to each other: copies across splits or of the seed, and whether a generator memorised its runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.data.selection import spread as evenly
from gan.evaluation.measures import TINY, courses, detrended

COURSE_BINS = 16
ALIGNED = 96
# Numbers held at once while many runs are compared with many.
AT_ONCE = 8_000_000
# Of more runs of the data than this, an even selection is compared with the real ones.
MOST_RUNS = 400
# Other ways to hold out as many runs, against which memory is tested.
SPLITS = 199


def likeness(a: Runs, b: Runs) -> Floats:
    """How alike the fast dynamics of runs are, (Ra, Rb): the larger of two correlations; 1 for a copy.

    Of the detrended sensors, once row by row backwards from the runs' ends (a copy may lack its start), once at equal
    life fractions (a copy may be stretched). A copy with noise as large as its own dynamics still scores 0.7.
    """
    rest_a = detrended(a)
    rest_b = rest_a if b is a else detrended(b)
    spread = np.maximum(rest_a.std(axis=0), TINY)
    rest_a, rest_b = rest_a / spread, rest_b / spread
    pairs = [(view(a, rest_a), view(b, rest_b)) for view in (_from_end, _over_life)]
    return np.asarray(np.maximum(*[x @ y.T for x, y in pairs]))


def _from_end(runs: Runs, rest: Floats) -> Floats:
    """The last ALIGNED rows of each run, unit length, (R, ALIGNED·S); 0 where a run is shorter. rest: (N, S)."""
    back = np.arange(ALIGNED)
    at = np.maximum((runs.starts() + runs.lengths() - 1)[:, None] - back, 0)
    picked = rest[at] * (back < runs.lengths()[:, None])[:, :, None]
    return _unit(picked)


def _over_life(runs: Runs, rest: Floats) -> Floats:
    """The rows nearest to ALIGNED equally spaced life fractions, unit length, (R, ALIGNED·S). rest: (N, S)."""
    place = np.round((np.arange(ALIGNED) + 0.5) / ALIGNED * (runs.lengths()[:, None] - 1)).astype(np.int64)
    return _unit(rest[runs.starts()[:, None] + place])


def _unit(rows: Floats) -> Floats:
    flat = rows.reshape(len(rows), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), TINY))


def course_distance(a: Runs, b: Runs, spread: Floats) -> Floats:
    """RMS distance of the courses over life of each pair of runs, in the sensors' spreads (S,): (Ra, Rb)."""
    x, y = (courses(runs, COURSE_BINS) / spread for runs in (a, b))
    some = max(1, AT_ONCE // y.size)
    parts = [((x[at : at + some, None] - y[None, :]) ** 2).mean(axis=(2, 3)) for at in range(0, len(x), some)]
    return np.asarray(np.sqrt(np.concatenate(parts)))


@dataclass(frozen=True)
class Memory:
    """share: of the data's runs whose nearest real run is a training run, 0.5 when nothing is memorised.

    chance: how often a split of the real runs by chance gives as large a share, least_chance: the least that this can
    be with so many runs. Both are 1 where no failure mode has training and held-out runs.
    """

    share: float
    chance: float
    least_chance: float


def memorised_courses(train: Runs, held_out: Runs, data: Runs, random_seed: int) -> Memory:
    """Memory by course over life. Only runs of one failure mode are compared."""
    data = _some_runs(data)
    spread = np.maximum(held_out.values.std(axis=0), TINY)
    near = [-course_distance(data, real, spread) for real in (train, held_out)]
    return memory(near[0], near[1], [r.run_modes() for r in (data, train, held_out)], random_seed)


def memorised_dynamics(train: Runs, held_out: Runs, data: Runs, random_seed: int) -> Memory:
    """Memory by fast dynamics."""
    data = _some_runs(data)
    modes = [r.run_modes() for r in (data, train, held_out)]
    return memory(likeness(data, train), likeness(data, held_out), modes, random_seed)


def _some_runs(data: Runs) -> Runs:
    ids = data.ids()
    return data if len(ids) <= MOST_RUNS else data.select(ids[evenly(len(ids), MOST_RUNS)])


def memory(to_train: Floats, to_held_out: Floats, modes: list[Ints], random_seed: int) -> Memory:
    """From nearness (R, train) and (R, held out), where larger is nearer, and the modes of the data, train, held out.

    A permutation test: without memory, the runs that were held out are any of the real runs of their failure mode.
    """
    rng = np.random.default_rng([random_seed, 37])
    strata = [tuple(np.flatnonzero(m == mode) for m in modes) for mode in np.unique(modes[0])]
    strata = [(mine, train, held) for mine, train, held in strata if len(train) and len(held)]
    aside = _splits([(len(held), len(train) + len(held)) for _, train, held in strata], rng)
    totals = np.zeros(len(aside))
    for at, (mine, train, held) in enumerate(strata):
        near = np.concatenate([to_held_out[np.ix_(mine, held)], to_train[np.ix_(mine, train)]], axis=1)
        totals += [_nearer_to_rest(near, split[at]) for split in aside]
    if not strata:
        return Memory(0.5, 1.0, 1.0)
    shares = totals / sum(len(mine) for mine, _, _ in strata)
    return Memory(float(shares[0]), float((shares >= shares[0] - TINY).mean()), 1 / len(aside))


Split = tuple[tuple[int, ...], ...]


def _splits(sizes: list[tuple[int, int]], rng: np.random.Generator) -> list[Split]:
    """Which runs of each failure mode are held out: as it was, the first ones, and then otherwise.

    sizes: of each mode, how many are held out of how many. All ways if there are few, else so many at random.
    """
    if math.prod(math.comb(n, k) for k, n in sizes) <= SPLITS + 1:
        return list(product(*(combinations(range(n), k) for k, n in sizes)))
    drawn = [tuple(tuple(rng.permutation(n)[:k].tolist()) for k, n in sizes) for _ in range(SPLITS)]
    return [tuple(tuple(range(k)) for k, _ in sizes), *drawn]


def _nearer_to_rest(near: Floats, aside: tuple[int, ...]) -> float:
    """How many of R runs are nearer to the rest than to the runs aside, by nearness (R, n): the expected number.

    There are more of the rest, so that the nearest would more often be one of them by number alone: as many are drawn
    as lie aside. The chance that the nearest of k out of n is nearer than m is 1 − C(those not nearer, k) / C(n, k).
    """
    chosen = np.isin(np.arange(near.shape[1]), aside)
    a, b = near[:, ~chosen], near[:, chosen]
    if a.shape[1] < b.shape[1]:
        return len(near) - _beaten(b, a)
    return _beaten(a, b)


def _beaten(many: Floats, few: Floats) -> float:
    """Expected number of rows where the best of `few` is beaten by the best of as many, drawn from `many`."""
    k, n = few.shape[1], many.shape[1]
    below = (many <= few.max(axis=1, keepdims=True)).sum(axis=1)
    none = np.prod([np.maximum(below - i, 0) / (n - i) for i in range(k)], axis=0)
    return float((1 - none).sum())
