"""How each run deviates from the course that all runs share, at the knots of its life.

A deviation is drawn to what is usual for a run of that length, the more so the fewer rows show it and the less the runs
differ there. How much is estimated from the runs themselves (empirical Bayes, by EM: Laird and Ware, 1982). A constant
weight would shrink deviations at late knots, which hold few rows, and leave the rest to the process, which would then
have to run away with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan.data.runs import Floats, Ints

EM_STEPS = 20
# The course's dependence on length is estimated as if so many more runs had shown none.
LENGTH_RUNS = 4.0
# A sensor's covariance is estimated as if so many more runs had shown the correlation that its sensors share.
SHARED_RUNS = 10.0
# Variances are at least this, of sensors scaled to unit variance.
LEAST = 1e-7
# What the runs have in common is estimated from at most so many of them.
MOST_RUNS = 256


@dataclass(frozen=True)
class Population:
    """What deviations have in common, for K knots and S sensors.

    logs: least, mean and largest log length of a run. slope (K, S): by how much they grow with the log length. ridge
    (S, K, K): the noise's variance over their covariance, which weighs what is usual against a run's rows.
    """

    logs: Floats
    slope: Floats
    ridge: Floats

    def expected(self, lengths: Ints) -> Floats:
        """What is usual for runs of these lengths, (R, K, S). Beyond the lengths seen, it is that of the last seen."""
        return expected(lengths, self.logs, self.slope)

    def deviations(self, design: Floats, rest: Floats, size: Floats, lengths: Ints) -> Floats:
        """Each run's most likely deviation, (R, K, S). design (N, K); rest, size of its noise (N, S); lengths (R,)."""
        gram, moment = _sums(design, rest, size, lengths)
        usual = self.expected(lengths)
        each = [_posterior(gram[s], moment[..., s], usual[..., s], self.ridge[s])[0] for s in range(rest.shape[1])]
        return np.stack(each, axis=2)


def expected(lengths: Ints, logs: Floats, slope: Floats) -> Floats:
    """See `Population.expected`."""
    return np.asarray((np.clip(np.log(lengths), logs[0], logs[2]) - logs[1])[:, None, None] * slope)


def fit_population(design: Floats, rest: Floats, size: Floats, lengths: Ints) -> Population:
    """Estimates what the runs' deviations have in common. design (N, K), rest and the noise's size (N, S) of the rows,
    lengths (R,).
    """
    log = np.log(lengths)
    logs = np.array([log.min(), log.mean(), log.max()])
    chosen = np.unique(np.linspace(0, len(lengths) - 1, min(len(lengths), MOST_RUNS)).astype(np.int64))
    rows = np.isin(np.repeat(np.arange(len(lengths)), lengths), chosen)
    design, rest, size, lengths, log = design[rows], rest[rows], size[rows], lengths[chosen], log[chosen] - logs[1]
    gram, moment = _sums(design, rest, size, lengths)
    power, sensors = ((rest / size) ** 2).sum(axis=0), rest.shape[1]
    slope = np.zeros((design.shape[1], sensors))
    noise = np.ones(sensors)
    ridge = np.repeat(5.0 * np.eye(design.shape[1])[None], sensors, axis=0)
    for _ in range(EM_STEPS):
        usual = log[:, None, None] * slope
        fits = [_posterior(gram[s], moment[..., s], usual[..., s], ridge[s]) for s in range(sensors)]
        mean = np.stack([fit[0] for fit in fits], axis=2)
        slope = np.einsum("r,rks->ks", log, mean) / (log @ log * (1 + LENGTH_RUNS / len(log)) + LEAST)
        apart = mean - log[:, None, None] * slope
        unsure = np.stack([fit[1] * noise[s] for s, fit in enumerate(fits)])
        covariance = _shrunk(np.einsum("rks,rls->skl", apart, apart) + unsure.sum(axis=1), len(log))
        square = np.einsum("rks,rls->srkl", mean, mean) + unsure
        error = power - 2 * (mean * moment).sum(axis=(0, 1)) + np.einsum("srkl,srkl->s", gram, square)
        noise = np.maximum(error / len(rest), LEAST)
        ridge = np.linalg.inv(covariance) * noise[:, None, None]
    return Population(logs, slope, ridge)


def _sums(design: Floats, rest: Floats, size: Floats, lengths: Ints) -> tuple[Floats, Floats]:
    """Of each run, with rows weighed by their noise: design'design (S, R, K, K) and design'rest (R, K, S)."""
    ends, weight = np.cumsum(lengths), size**-2.0
    runs = [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]
    gram = [[(design[r] * weight[r, s, None]).T @ design[r] for r in runs] for s in range(rest.shape[1])]
    return np.array(gram), np.stack([design[r].T @ (rest[r] * weight[r]) for r in runs])


def _posterior(gram: Floats, moment: Floats, usual: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    """Of one sensor: each run's most likely deviation (R, K), and the inverse of its precision, in units of the noise's
    variance, (R, K, K)."""
    inverse = np.asarray(np.linalg.inv(gram + ridge), dtype=np.float64)
    return np.einsum("rkl,rl->rk", inverse, moment + usual @ ridge), inverse


def _shrunk(scatter: Floats, runs: int) -> Floats:
    """Covariances (S, K, K) from sums of squares over the runs, drawn to the mean of the sensors' correlations: what
    lies between two knots is then known even where one sensor shows little."""
    knots = np.arange(scatter.shape[1])
    scatter[:, knots, knots] += LEAST
    size = np.sqrt(scatter[:, knots, knots])
    sizes = size[:, :, None] * size[:, None, :]
    shared = (scatter / sizes).mean(axis=0)
    return np.asarray((scatter + SHARED_RUNS / runs * shared * sizes) / (runs + SHARED_RUNS))


def mix_deviations(arrays: Mapping[str, Floats], source: Ints, lengths: Ints, rng: np.random.Generator) -> Floats:
    """A deviation for each new run, (R, K, S): what is usual for its length and kind of failure, and a mix of
    how two training runs of that kind differ from it.

    source (R,): training runs whose kind the new ones have. The squared weights sum to 1, so that mixes spread as the
    training runs do, whose mean is known from them only (Bessel's correction). None is negative: wear mirrored at the
    mean would heal.
    """
    usual = expected(arrays["unit_lengths"].astype(np.int64), arrays["unit_logs"], arrays["unit_slope"])
    units, kinds = arrays["units"] - usual, arrays["unit_kinds"]
    same = kinds[source][:, None] == kinds[None, :]
    share = same / same.sum(axis=1, keepdims=True)
    mean = np.einsum("ru,ufs->rfs", share, units)
    alike = same.sum(axis=1)
    spread = np.sqrt(alike / np.maximum(alike - 1, 1))[:, None, None]
    first, second = ((rng.random(len(source))[:, None] > np.cumsum(share, axis=1)).sum(axis=1) for _ in range(2))
    angle = rng.random(len(source))[:, None, None] * (np.pi / 2)
    top = len(units) - 1
    one, other = units[np.minimum(first, top)] - mean, units[np.minimum(second, top)] - mean
    mixed = mean + spread * (np.cos(angle) * one + np.sin(angle) * other)
    return np.asarray(mixed + expected(lengths, arrays["unit_logs"], arrays["unit_slope"]))
