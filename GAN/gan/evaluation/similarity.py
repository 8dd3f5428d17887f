"""How near runs are to each other: copies across splits or of the seed, and whether a generator memorised its runs."""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.measures import TINY, courses, detrended

COURSE_BINS = 16
ALIGNED = 96
DRAWS = 64


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
    return np.asarray(np.sqrt(((x[:, None] - y[None, :]) ** 2).mean(axis=(2, 3))))


def memorised_courses(train: Runs, held_out: Runs, data: Runs, random_seed: int) -> float:
    """Share of the data's runs whose nearest real course is that of a training run; 0.5 when nothing is memorised."""
    spread = np.maximum(held_out.values.std(axis=0), TINY)
    near = [-course_distance(data, real, spread) for real in (train, held_out)]
    return _share(near[0], near[1], [r.run_modes() for r in (data, train, held_out)], random_seed)


def memorised_dynamics(train: Runs, held_out: Runs, data: Runs, random_seed: int) -> float:
    """Share of the data's runs whose nearest real run by fast dynamics is a training run; 0.5 without memory."""
    modes = [r.run_modes() for r in (data, train, held_out)]
    return _share(likeness(data, train), likeness(data, held_out), modes, random_seed)


def _share(to_train: Floats, to_held_out: Floats, modes: list[Ints], random_seed: int) -> float:
    """From nearness (R, train) and (R, held out), where larger is nearer. Only runs of one failure mode are compared.

    There are more training runs than held-out ones, so the nearest is more often a training run by number alone:
    equally many of each are drawn, DRAWS times.
    """
    rng = np.random.default_rng([random_seed, 37])
    wins, count = 0.0, 0
    for mode in np.unique(modes[0]):
        mine, train, held_out = (np.flatnonzero(m == mode) for m in modes)
        size = min(len(train), len(held_out))
        if size == 0:
            continue
        a, b = to_train[np.ix_(mine, train)], to_held_out[np.ix_(mine, held_out)]
        for _ in range(DRAWS):
            left, right = (x[:, rng.permutation(x.shape[1])[:size]].max(axis=1) for x in (a, b))
            wins += float((left > right).sum() + 0.5 * (left == right).sum()) / DRAWS
        count += len(mine)
    return wins / count if count else 0.5
