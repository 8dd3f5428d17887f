"""The discriminative score: can a classifier tell windows of the data from windows of held-out real runs?

TimeGAN's protocol (Yoon et al., 2019): |accuracy − 0.5| on 24-row windows, 0 when it never can, 0.5 when it always can.
There the classifier is a recurrent net trained on thousands of sequences. A seed has a handful of held-out runs: such
a net takes minutes, and its score varies by 0.1 with its random start. Boosted trees on what the net would have to
discover (levels, changes and lagged products, of the sensors and of their principal components) take a second and
discriminate at least as well; see docs/quality.md.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.measures import TINY

WINDOW = 24
LAGS = (1, 2, 5)
# At most: held-out runs that are left out in turn, windows of each run, and runs of the data for each held-out one.
MAX_FOLDS = 5
MAX_WINDOWS = 100
PARTNERS = 6
BINS = 32


def discriminative_score(held_out: Runs, data: Runs, random_seed: int, draws: int = 1) -> float:
    """Accuracy above 0.5 of telling held_out from data, averaged over draws of runs; 0 to 0.5.

    Accuracy below 0.5 counts as 0: with a handful of runs, each unlike the others, a classifier can be misled.

    Each held-out run is tested in turn, together with runs of the data of the same failure mode, by a classifier that
    has seen neither. The classes have equal weight in training and in testing.
    """
    return max(accuracy(held_out, data, random_seed, draws) - 0.5, 0.0)


def long_runs(runs: Runs) -> int:
    """How many runs have a window, of which at most MAX_FOLDS are left out in turn."""
    return min(int((runs.lengths() >= WINDOW).sum()), MAX_FOLDS)


def accuracy(held_out: Runs, data: Runs, random_seed: int, draws: int = 1) -> float:
    """Accuracy of telling held_out from data, 0 to 1; 0.5 when there are too few runs to tell."""
    results = [_one_draw(held_out, data, np.random.default_rng([random_seed, 31, draw])) for draw in range(draws)]
    return float(np.mean(results))


def _one_draw(held_out: Runs, data: Runs, rng: np.random.Generator) -> float:
    long = np.flatnonzero(held_out.lengths() >= WINDOW)
    real = rng.permutation(long)[:MAX_FOLDS]
    partners = _partners(held_out, data, real, rng)
    if len(real) < 2 or any(len(p) == 0 for p in partners):
        return 0.5
    scale = _Scale(held_out.select(held_out.ids()[real]))
    x, label, fold = [], [], []
    for at, (run, others) in enumerate(zip(real, partners, strict=True)):
        own = _windows(held_out, int(run), MAX_WINDOWS)
        made = np.concatenate([_windows(data, int(other), MAX_WINDOWS // len(others)) for other in others])
        count = min(len(own), len(made))
        for side, windows in enumerate((own, made)):
            x.append(scale.features(windows[_spread_out(len(windows), count)]))
            label.append(np.full(count, side))
            fold.append(np.full(count, at))
    return _cross_validated(np.concatenate(x), np.concatenate(label), np.concatenate(fold))


def _spread_out(total: int, count: int) -> Ints:
    return np.linspace(0, total - 1, count).astype(np.int64)


def _partners(held_out: Runs, data: Runs, real: Ints, rng: np.random.Generator) -> list[Ints]:
    """For each real run, runs of the data, of its failure mode while any are left; no run is chosen twice."""
    modes, own = data.run_modes(), held_out.run_modes()
    free = rng.permutation(np.flatnonzero(data.lengths() >= WINDOW))
    share = max(1, min(PARTNERS, len(free) // max(len(real), 1)))
    chosen = []
    for run in real:
        best = np.argsort(modes[free] != own[run], kind="stable")[:share]
        chosen.append(free[best])
        free = np.delete(free, best)
    return chosen


def _windows(runs: Runs, run: int, most: int) -> Floats:
    """Windows of a run, evenly spaced, (W, WINDOW, S)."""
    start, places = int(runs.starts()[run]), int(runs.lengths()[run]) - WINDOW + 1
    at = start + _spread_out(places, min(places, most))
    return np.asarray(runs.values[at[:, None] + np.arange(WINDOW)])


class _Scale:
    """Standardisation and principal components of the real side: minor components show where correlations break."""

    def __init__(self, real: Runs) -> None:
        self.mean = real.values.mean(axis=0)
        self.spread = np.maximum(real.values.std(axis=0), TINY)
        z = (real.values - self.mean) / self.spread
        values, axes = np.linalg.eigh(np.cov(z, rowvar=False).reshape(z.shape[1], z.shape[1]))
        self.axes = axes / np.sqrt(np.maximum(values, 1e-6))

    def features(self, windows: Floats) -> Floats:
        """(W, F) of windows (W, WINDOW, S)."""
        z = (windows - self.mean) / self.spread
        return np.asarray(np.concatenate([_describe(z), _describe(z @ self.axes)], axis=1))


def _describe(z: Floats) -> Floats:
    """Level, slope, sizes and products of changes, of each column of windows (W, WINDOW, C): (W, 13·C + C²/2)."""
    time = np.arange(WINDOW) - (WINDOW - 1) / 2
    level = z.mean(axis=1)
    slope = np.einsum("wtc,t->wc", z, time) / (time @ time)
    rest = z - level[:, None] - slope[:, None] * time[:, None]
    change = np.diff(z, axis=1)
    power = np.maximum((rest**2).mean(axis=1), TINY)
    turning = np.maximum((change**2).mean(axis=1), TINY)
    lagged = [(rest[:, lag:] * rest[:, :-lag]).mean(axis=1) / power for lag in LAGS]
    turned = (change[:, 1:] * change[:, :-1]).mean(axis=1) / turning
    shape = [(change**3).mean(axis=1) / turning**1.5, (change**4).mean(axis=1) / turning**2]
    upper = np.triu_indices(z.shape[2], 1)
    together = np.einsum("wtc,wtd->wcd", change, change) / (WINDOW - 1)
    together /= np.sqrt(turning[:, :, None] * turning[:, None, :])
    parts = [z[:, -1], level, slope, np.log(power), np.log(turning), *lagged, turned, *shape]
    parts += [np.abs(change).max(axis=1), np.median(np.abs(change), axis=1), together[:, upper[0], upper[1]]]
    return np.concatenate(parts, axis=1)


def _quantiles(x: Floats) -> Floats:
    """Each column's values as their quantile bin of BINS: all that the trees see, computed once for all folds."""
    edges = np.quantile(x, np.arange(1, BINS) / BINS, axis=0)
    return np.asarray((x[:, None, :] > edges[None]).sum(axis=1), dtype=np.float64)


def _cross_validated(x: Floats, label: Ints, fold: Ints) -> float:
    """Mean accuracy over folds, each tested by a classifier trained on the others. The classes are of equal size."""
    # Imported here because it takes a second, and most importers of this module never get here.
    from sklearn.ensemble import HistGradientBoostingClassifier

    scores = []
    x = _quantiles(x)
    with threadpool_limits(1):
        for left_out in np.unique(fold):
            train, test = fold != left_out, fold == left_out
            model = HistGradientBoostingClassifier(
                max_iter=40,
                learning_rate=0.2,
                max_leaf_nodes=8,
                min_samples_leaf=10,
                l2_regularization=1.0,
                max_features=0.2,
                max_bins=BINS,
                early_stopping=False,
                random_state=0,
            )
            model.fit(x[train], label[train])
            scores.append(model.score(x[test], label[test]))
    return float(np.mean(scores))
