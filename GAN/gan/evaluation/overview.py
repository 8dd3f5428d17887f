"""What people look at before they trust run-to-failure data: real beside synthetic, as figures to draw.

Nothing here judges: the checks do. The floor, where one is given, is the same figure between the seed's training runs
and its held-out runs, real against real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gan.data.conditions import life_hours
from gan.data.runs import Floats, Runs, both, joined
from gan.evaluation.measures import (
    centred,
    correlations,
    courses,
    lagged,
    life_of_rows,
    monotonicity,
    prognosability,
    rul_correlations,
)
from gan.evaluation.operation import operation

# Of larger data sets, whole runs of about so many rows are drawn evenly: the figures hardly change beyond.
MOST_ROWS = 100_000
LENGTH_BINS = 24
VALUE_BINS = 30
SURVIVAL_POINTS = 60
LAGS = (1, 2, 3, 5, 8, 12, 20, 30, 50)
# Parts of life whose distributions are compared.
EARLY, LATE = 0.2, 0.8
TINY = 1e-12


def overview(train: Runs, held_out: Runs, splits: Mapping[str, Runs], settings: Sequence[str] = ()) -> dict[str, Any]:
    """Aggregates of the seed (its training and held-out runs) and of a data set's splits, JSON-ready.

    Each part has `real` (the whole seed) and `synthetic` (all splits), and some a `floor`. settings: columns that are
    set and not measured.
    """
    real, whole = both(train, held_out), joined(list(splits.values()))
    made = some_runs(whole)
    wears = real.rul_h is not None
    return {
        "sensors": list(real.sensors),
        "modes": list(real.modes) if wears else [],
        "splits": [_split("seed", real), *(_split(name, runs) for name, runs in splits.items())],
        "drawn": {"rows": len(made), "of": len(whole), "runs": len(made.starts()), "ofRuns": len(whole.starts())},
        "constant": [name for name, column in zip(real.sensors, real.values.T, strict=True) if np.ptp(column) == 0],
        "runLengths": _run_lengths(real, whole),
        "survival": _survival(real, whole) if wears else [],
        "operation": operation(real, made, settings),
        "distributions": _distributions(real, made),
        "correlation": _correlation(train, held_out, real, made),
        "autocorrelation": _autocorrelation(real, made),
        "degradation": _degradation(real, made) if wears else [],
        "leakage": _leakage(splits),
    }


def some_runs(runs: Runs, most_rows: int = MOST_ROWS) -> Runs:
    """Every n-th run, so that at most about most_rows rows are left, at least one run."""
    step = max(1, -(-len(runs) // most_rows))
    return runs if step == 1 else runs.select(runs.ids()[::step])


def _split(name: str, runs: Runs) -> dict[str, Any]:
    lengths, ids = life_hours(runs), runs.ids()
    order = np.argsort(lengths, kind="stable")
    modes = runs.modes if runs.rul_h is not None else ()
    counts = np.bincount(runs.run_modes(), minlength=len(runs.modes))
    return {
        "name": name,
        "rows": len(runs),
        "runs": len(ids),
        "hours": {"least": lengths.min(), "median": float(np.median(lengths)), "most": lengths.max()},
        "modes": {mode: int(count) for mode, count in zip(modes, counts, strict=False)},
        "examples": {
            name: int(ids[order[at]])
            for name, at in (("shortest", 0), ("median", len(ids) // 2), ("longest", len(ids) - 1))
        },
    }


def _run_lengths(real: Runs, made: Runs) -> dict[str, Any]:
    a, b = life_hours(real), life_hours(made)
    edges = np.histogram_bin_edges(np.concatenate([a, b]), LENGTH_BINS)
    return {
        "edges": edges.tolist(),
        "real": (np.histogram(a, edges)[0] / len(a)).tolist(),
        "synthetic": (np.histogram(b, edges)[0] / len(b)).tolist(),
    }


def _survival(real: Runs, made: Runs) -> list[dict[str, Any]]:
    """Share of each failure mode's runs that live longer, over hours."""
    at = np.linspace(0, max(life_hours(real).max(), life_hours(made).max()), SURVIVAL_POINTS)

    def alive(runs: Runs, mode: int) -> list[float] | None:
        lengths = np.sort(life_hours(runs)[runs.run_modes() == mode])
        return (1 - np.searchsorted(lengths, at, "right") / len(lengths)).tolist() if len(lengths) else None

    return [
        {"mode": name, "hours": at.tolist(), "real": alive(real, mode), "synthetic": alive(made, mode)}
        for mode, name in enumerate(real.modes)
    ]


def _distributions(real: Runs, made: Runs) -> list[dict[str, Any]]:
    """Shares of each sensor's values in equal bins, early and late in life."""
    lives = life_of_rows(real), life_of_rows(made)
    result = []
    for at, sensor in enumerate(real.sensors):
        a, b = real.values[:, at], made.values[:, at]
        edges = np.histogram_bin_edges(np.concatenate([a, b]), VALUE_BINS)
        parts = {
            f"{side}{part}": _shares(values[chosen], edges)
            for side, values, life in (("real", a, lives[0]), ("synthetic", b, lives[1]))
            for part, chosen in (("Early", life <= EARLY), ("Late", life >= LATE))
        }
        result.append({"sensor": sensor, "edges": edges.tolist(), **parts})
    return result


def _shares(values: Floats, edges: Floats) -> list[float]:
    counts = np.histogram(values, edges)[0]
    return [round(float(count) / max(len(values), 1), 5) for count in counts]


def _correlation(train: Runs, held_out: Runs, real: Runs, made: Runs) -> dict[str, Any]:
    a, b = correlations(real.values), correlations(made.values)
    upper = np.triu_indices(len(a), 1)
    between = np.abs(correlations(train.values) - correlations(held_out.values))[upper]
    return {
        "real": np.round(a, 3).tolist(),
        "synthetic": np.round(b, 3).tolist(),
        "gap": float(np.abs(a - b)[upper].mean()) if len(upper[0]) else 0.0,
        "floor": float(between.mean()) if len(between) else 0.0,
    }


def _autocorrelation(real: Runs, made: Runs) -> dict[str, Any]:
    def of(runs: Runs) -> Any:
        rest = centred(runs)
        power = np.maximum((rest**2).mean(axis=0), TINY)
        table = [lagged(rest, runs.run_id, lag) / power for lag in LAGS]
        return np.round(np.stack(table, axis=1), 3).tolist()

    return {"lags": list(LAGS), "real": of(real), "synthetic": of(made)}


def _degradation(real: Runs, made: Runs) -> list[dict[str, Any]]:
    """How each sensor shows wear, by four measures between 0 and 1, the most telling sensor first."""
    measures = {
        "rulCorrelation": lambda runs: np.abs(rul_correlations(runs)),
        "monotonicity": monotonicity,
        "trendability": trendability,
        "prognosability": prognosability,
    }
    values = {name: (measure(real), measure(made)) for name, measure in measures.items()}
    order = np.argsort(-values["rulCorrelation"][0], kind="stable")
    return [
        {
            "sensor": real.sensors[at],
            **{
                name: {"real": round(float(a[at]), 4), "synthetic": round(float(b[at]), 4)}
                for name, (a, b) in values.items()
            },
        }
        for at in order
    ]


def trendability(runs: Runs) -> Floats:
    """Of each sensor, (S,): how alike the runs of a failure mode take their course; mean over modes.

    Mean correlation of the runs' courses with their mode's mean course, not below 0. Coble and Hines (2009) take the
    least correlation of two runs, which falls with the number of runs; a mean compares sets of different sizes.
    """
    each, mode = courses(runs), runs.run_modes()
    rest = each - each.mean(axis=1, keepdims=True)
    scores = []
    for m in np.unique(mode):
        mine = rest[mode == m]
        mean = mine.mean(axis=0)
        size = np.sqrt((mine**2).sum(axis=1) * (mean**2).sum(axis=0))
        scores.append(((mine * mean).sum(axis=1) / np.maximum(size, TINY)).mean(axis=0))
    return np.asarray(np.maximum(np.mean(scores, axis=0), 0.0))


def _leakage(splits: Mapping[str, Runs]) -> dict[str, Any]:
    """Runs that occur in two splits: none, or the splits mean nothing."""
    ids = [(name, set(runs.ids().tolist())) for name, runs in splits.items()]
    shared = [
        {"a": a, "b": b, "runs": sorted(mine & others)}
        for at, (a, mine) in enumerate(ids)
        for b, others in ids[at + 1 :]
    ]
    return {"shared": shared}
