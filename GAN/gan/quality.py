"""Is a data set good? Measured against the seed's held-out runs, which the generator never saw.

Thresholds of the statistical checks stand beside a floor: the same measure between the seed's training runs and its
held-out runs. Two halves of reality differ too; a data set is judged by how much more it differs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan.checks import Check, boolean, graded
from gan.profile import Profile
from gan.runs import Floats, Ints, Runs
from gan.seedcheck import rul_decreasing

LAGS = (1, 5, 20)
LIFE_BINS = 10
# Rows of the data set that the statistical checks look at: whole runs up to about so many.
SAMPLE_ROWS = 15_000


def assess(
    train_seed: Runs, held_out: Runs, splits: Mapping[str, Runs], rows: Mapping[str, int], profile: Profile
) -> list[Check]:
    """The checks of a data set. train_seed and held_out are the seed's runs; rows are the counts that were asked for."""
    whole = join(splits)
    checks = [_sorted(splits), *_structure(splits, rows, whole), _ranges(profile, whole), _twins(whole)]
    data = _some(splits["train"])
    reference = held_out if len(held_out) > 0 else train_seed
    checks += [
        _gap("Marginal gap", marginal_gap(reference, data), marginal_gap(reference, train_seed), "largest distance between the sensors’ cumulative distributions (mean over sensors)"),
        _gap("Autocorrelation gap", autocorrelation_gap(reference, data), autocorrelation_gap(reference, train_seed), f"difference of autocorrelation at lags {LAGS}"),
        _gap("Cross-sensor gap", correlation_gap(reference, data), correlation_gap(reference, train_seed), "difference of the sensors’ correlations with each other"),
    ]  # fmt: skip
    if reference.rul_h is not None:
        checks += [
            _gap("Degradation gap", degradation_gap(reference, data), degradation_gap(reference, train_seed), "difference of the mean course over life, in the sensors’ spreads"),
            _gap("RUL correlation gap", rul_gap(reference, data), rul_gap(reference, train_seed), "difference of the sensors’ rank correlation with RUL"),
            _lives(train_seed, whole),
            _modes(train_seed, whole),
        ]  # fmt: skip
    return checks


def quality_score(checks: list[Check]) -> float:
    """One figure between 0 and 1 for the tables: 1 less the mean of the statistical gaps. The checks say more."""
    gaps = [check.value for check in checks if check.name.endswith("gap") and check.value is not None]
    return float(np.clip(1 - np.mean(gaps), 0, 1)) if gaps else 1.0


def join(splits: Mapping[str, Runs]) -> Runs:
    """All splits as one."""
    parts = list(splits.values())
    first = parts[0]
    ruls = [p.rul_h for p in parts if p.rul_h is not None]
    modes = [p.failure_mode for p in parts if p.failure_mode is not None]
    return Runs(
        first.sensors,
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.run_id for p in parts]),
        np.concatenate([p.time_h for p in parts]),
        np.concatenate(ruls) if ruls else None,
        np.concatenate(modes) if modes else None,
        first.modes,
    )


def _some(runs: Runs) -> Runs:
    count = int(np.searchsorted(np.cumsum(runs.lengths()), SAMPLE_ROWS)) + 1
    return runs.select(runs.ids()[:count])


def _gap(name: str, value: float, floor: float, meaning: str) -> Check:
    """Judged by the floor: warns beyond twice the floor, fails beyond four times, both with some room for small floors."""
    return graded(
        name, value, warn=round(2 * floor + 0.05, 4), fail=round(4 * floor + 0.15, 4), meaning=meaning,
        text=f"{value:.3f} (seed against seed: {floor:.3f})",
    )  # fmt: skip


def _sorted(splits: Mapping[str, Runs]) -> Check:
    good = all((np.diff(runs.time_h) > 0).all() for runs in splits.values())
    return boolean("Timestamp sorted", bool(good), "time stamps rise through each file")


def _structure(splits: Mapping[str, Runs], rows: Mapping[str, int], whole: Runs) -> list[Check]:
    counts = {split: len(runs) for split, runs in splits.items()}
    ids = [set(runs.ids().tolist()) for runs in splits.values()]
    shared = len(ids[0] & ids[1]) + len(ids[0] & ids[2]) + len(ids[1] & ids[2])
    checks = [
        boolean("Row counts", counts == dict(rows), "each split has as many rows as were asked for", "/".join(f"{n:,}" for n in counts.values())),
        boolean("Splits by run", shared == 0, "no run is in two splits", f"{shared} runs shared"),
    ]  # fmt: skip
    if whole.rul_h is None:
        return checks
    share = min(rul_decreasing(runs) for runs in splits.values())
    ends = np.concatenate([r.rul_h[r.starts() + r.lengths() - 1] for r in splits.values() if r.rul_h is not None])
    checks += [
        graded("RUL decreasing", share, warn=1, fail=1, high_is_bad=False, text=f"{share:.1%}", meaning="RUL falls in every step of every run"),
        boolean("RUL ends at 0", bool((ends == 0).all()), "every run ends with its failure"),
        _rul_step(splits),
    ]  # fmt: skip
    return checks


def _rul_step(splits: Mapping[str, Runs]) -> Check:
    """RUL must fall by the time that passes: RUL that was written over rows does not."""
    worst = 0.0
    for runs in splits.values():
        assert runs.rul_h is not None
        inside = np.diff(runs.run_id) == 0
        drift = np.abs(np.diff(runs.rul_h) + np.diff(runs.time_h))[inside]
        worst = max(worst, float(drift.max(initial=0.0)))
    return graded(
        "RUL falls with time",
        worst,
        warn=1e-3,
        fail=1e-3,
        meaning="RUL falls by the hours that pass",
        text=f"off by {worst:.4f} h at most",
    )


def _ranges(profile: Profile, runs: Runs) -> Check:
    low = np.array([s.physical_min for s in profile.sensors])
    high = np.array([s.physical_max for s in profile.sensors])
    outside = np.any((runs.values < low) | (runs.values > high), axis=0).tolist()
    names = [name for name, bad in zip(runs.sensors, outside, strict=True) if bad]
    return boolean(
        "Feature ranges",
        not names,
        "no value beyond what the sensor can physically show",
        "valid" if not names else f"outside: {', '.join(names)}",
    )


def _twins(runs: Runs) -> Check:
    """Runs that are copies of each other, by their first sensor rows."""
    starts, lengths = runs.starts(), runs.lengths()
    heads = runs.values[starts + np.minimum(lengths // 2, lengths - 1)]
    distinct = len(np.unique(np.round(heads, 6), axis=0))
    copies = len(starts) - distinct
    return boolean("No copied runs", copies == 0, "no run is a copy of another", f"{copies} copies")


def marginal_gap(a: Runs, b: Runs) -> float:
    """Mean over sensors of the Kolmogorov-Smirnov distance."""
    return float(np.mean([_ks(a.values[:, i], b.values[:, i]) for i in range(a.values.shape[1])]))


def _ks(a: Floats, b: Floats) -> float:
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate([a, b])
    return float(np.abs(np.searchsorted(a, both, "right") / len(a) - np.searchsorted(b, both, "right") / len(b)).max())


def autocorrelation_gap(a: Runs, b: Runs) -> float:
    """Mean absolute difference of the autocorrelation within runs, over sensors and lags."""
    return float(np.mean(np.abs(_autocorrelations(a) - _autocorrelations(b))))


def _autocorrelations(runs: Runs) -> Floats:
    """(lags, S), of the sensors less their run's mean."""
    lengths = runs.lengths()
    sums = np.add.reduceat(runs.values, runs.starts(), axis=0)
    rest = runs.values - np.repeat(sums / lengths[:, None], lengths, axis=0)
    power = np.maximum((rest**2).mean(axis=0), 1e-12)
    return np.stack([_lagged(rest, runs.run_id, lag) / power for lag in LAGS])


def _lagged(rest: Floats, run_id: Ints, lag: int) -> Floats:
    same = run_id[lag:] == run_id[:-lag]
    return np.asarray((rest[lag:][same] * rest[:-lag][same]).mean(axis=0)) if same.any() else np.zeros(rest.shape[1])


def correlation_gap(a: Runs, b: Runs) -> float:
    """Mean absolute difference of the correlations between sensors."""
    if a.values.shape[1] < 2:
        return 0.0
    upper = np.triu_indices(a.values.shape[1], 1)
    return float(np.abs(_correlation(a.values)[upper] - _correlation(b.values)[upper]).mean())


def _correlation(values: Floats) -> Floats:
    rest = values - values.mean(axis=0)
    scaled = rest / np.maximum(rest.std(axis=0), 1e-12)
    return np.asarray(scaled.T @ scaled / len(scaled))


def degradation_gap(a: Runs, b: Runs) -> float:
    """Difference of the mean course over life, per failure mode that both have, in spreads of a's sensors."""
    spread = np.maximum(a.values.std(axis=0), 1e-12)
    gaps = [np.abs(_course(a, mode) - _course(b, mode)) / spread for mode in _common_modes(a, b)]
    return float(np.nanmean(gaps)) if gaps else 0.0


def _common_modes(a: Runs, b: Runs) -> list[int]:
    assert a.failure_mode is not None and b.failure_mode is not None
    return sorted(set(np.unique(a.failure_mode).tolist()) & set(np.unique(b.failure_mode).tolist()))


def _course(runs: Runs, mode: int) -> Floats:
    """Mean of each sensor in each tenth of life, (LIFE_BINS, S); NaN where there are no rows."""
    assert runs.failure_mode is not None
    life = (runs.position() + 1.0) / np.repeat(runs.lengths(), runs.lengths())
    mine = runs.failure_mode == mode
    bins = np.minimum((life[mine] * LIFE_BINS).astype(np.int64), LIFE_BINS - 1)
    picks = np.eye(LIFE_BINS)[bins]
    counts = picks.sum(axis=0)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(picks.T @ runs.values[mine] / counts)


def rul_gap(a: Runs, b: Runs) -> float:
    """Mean absolute difference of the sensors' rank correlation with RUL."""
    return float(np.abs(_rul_correlation(a) - _rul_correlation(b)).mean())


def _rul_correlation(runs: Runs) -> Floats:
    assert runs.rul_h is not None
    ranks = np.column_stack([_ranks(column) for column in runs.values.T])
    rul = _ranks(runs.rul_h)
    measured = [np.corrcoef(column, rul)[0, 1] if np.ptp(column) > 0 else 0.0 for column in ranks.T]
    return np.nan_to_num(np.array(measured, dtype=np.float64))


def _ranks(values: Floats) -> Floats:
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _lives(seed: Runs, data: Runs) -> Check:
    """Run lengths: a data set whose lives are all alike, or are twice as long, is useless."""
    real, made = seed.lengths(), data.lengths()[:-1] if len(data.lengths()) > 3 else data.lengths()
    ratio = float(made.mean() / real.mean())
    spread = float(made.std() / max(real.std(), 1e-9)) if len(real) > 2 else 1.0
    off = max(abs(np.log(ratio)), 0.5 * abs(np.log(max(spread, 1e-3))))
    return graded(
        "Run lengths",
        off,
        warn=0.35,
        fail=0.8,
        meaning="lives are as long and as varied as the seed’s",
        text=f"mean {ratio:.2f} and spread {spread:.2f} of the seed’s",
    )


def _mode_shares(runs: Runs) -> Floats:
    assert runs.failure_mode is not None
    return np.bincount(runs.failure_mode[runs.starts()], minlength=len(runs.modes)) / len(runs.starts())


def _modes(seed: Runs, data: Runs) -> Check:
    shares = [_mode_shares(runs) for runs in (seed, data)]
    off = float(np.abs(shares[0] - shares[1]).sum() / 2)
    missing = int(((shares[0] > 0) & (shares[1] == 0)).sum())
    check = graded(
        "Failure modes",
        off,
        warn=0.15,
        fail=0.4,
        meaning="failure modes occur as often as in the seed",
        text=f"{off:.2f} apart, {missing} missing",
    )
    return check if missing == 0 else boolean("Failure modes", False, check.meaning, check.text)
