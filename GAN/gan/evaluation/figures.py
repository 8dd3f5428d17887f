"""All figures of a data set against the seed's held-out runs, each beside what real runs score by the same protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gan.data.runs import Runs, both
from gan.evaluation import measures
from gan.evaluation.discriminator import discriminative_score, long_runs
from gan.evaluation.measures import LengthsAndModes
from gan.evaluation.oddities import (
    quiet_stretches,
    quiet_stretches_floor,
    strange_starts,
    strange_starts_floor,
)
from gan.evaluation.sdmetrics_scores import quality, validity
from gan.evaluation.similarity import Memory, memorised_courses, memorised_dynamics
from gan.evaluation.usefulness import Usefulness, usefulness

# Rows of the data set that are measured, in whole runs; with `full`, all rows and this many draws of windows.
SAMPLE_ROWS = 15_000
FULL_DRAWS = 8


@dataclass(frozen=True)
class Figure:
    """value: the data set's. floor: that of the seed's training runs in its place, None where meaningless.

    runs: how many real runs it rests on. interval: where the value lies with 95 % confidence, over real runs and draws.
    chance: how often chance alone gives as much, least_chance: the least that this can be with so many runs.
    """

    value: float
    floor: float | None = None
    runs: int | None = None
    interval: tuple[float, float] | None = None
    chance: float | None = None
    least_chance: float | None = None


@dataclass(frozen=True)
class Figures:
    """Figures by name, in the order of docs/quality.md. Gaps are 0 at best, scores are 1 at best."""

    by_name: dict[str, Figure]

    def __getitem__(self, name: str) -> Figure:
        return self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def without(self, names: Sequence[str]) -> Figures:
        """The others."""
        return Figures({name: figure for name, figure in self.by_name.items() if name not in names})

    def to_json(self) -> dict[str, Any]:
        return {name: asdict(figure) for name, figure in self.by_name.items()}


GAPS: dict[str, Callable[[Runs, Runs], float]] = {
    "marginal_gap": measures.marginal_gap,
    "autocorrelation_gap": measures.autocorrelation_gap,
    "detrended_autocorrelation_gap": measures.detrended_autocorrelation_gap,
    "cross_sensor_gap": measures.cross_sensor_gap,
}
WEAR_GAPS: dict[str, Callable[[Runs, Runs], float]] = {
    "degradation_gap": measures.degradation_gap,
    "rul_correlation_gap": measures.rul_correlation_gap,
    "monotonicity_gap": measures.monotonicity_gap,
    "prognosability_gap": measures.prognosability_gap,
}
# Against the whole seed: a handful of held-out runs has no distribution of lengths or modes to speak of.
RUN_GAPS: dict[str, Callable[[LengthsAndModes, LengthsAndModes], float]] = {
    "run_length_gap": measures.run_length_gap,
    "run_length_spread": measures.run_length_spread,
    "failure_mode_gap": measures.failure_mode_gap,
}
MEMORY: dict[str, Callable[[Runs, Runs, Runs, int], Memory]] = {
    "memorised_courses": memorised_courses,
    "memorised_dynamics": memorised_dynamics,
}


def evaluate(
    train: Runs,
    held_out: Runs,
    data: Runs,
    random_seed: int = 0,
    *,
    proportions: LengthsAndModes | None = None,
    real_proportions: LengthsAndModes | None = None,
    full: bool = False,
    rul_cap: int = 0,
    settings: Sequence[str] = (),
) -> Figures:
    """Measures `data`, made by a generator that saw `train` and never `held_out`, both runs of the seed.

    proportions: lengths and modes of all runs, where `data` is a selection of them. real_proportions: those of the real
    runs, where they are not as in the seed. full: all rows and more draws, for figures that vary less. rul_cap: rows at
    which RUL is capped where the data's use is measured, 0 for the default. settings: columns that are set.
    Deterministic for a random seed, on one thread.
    """
    rng = np.random.default_rng([random_seed, 41])
    some = data if full else rows_of_whole_runs(data, SAMPLE_ROWS, rng)
    figures = _scores(train, held_out, some)
    for name, gap in (GAPS | WEAR_GAPS if held_out.rul_h is not None else GAPS).items():
        figures[name] = Figure(gap(held_out, some), gap(held_out, train))
    if held_out.rul_h is not None:
        whole = both(train, held_out) if real_proportions is None else real_proportions
        every = data if proportions is None else proportions
        figures |= {name: Figure(gap(whole, every), gap(train, held_out)) for name, gap in RUN_GAPS.items()}
    figures |= _odd_runs(both(train, held_out), some)
    figures["discriminative"] = Figure(
        # One draw of the training runs has nearly all of them.
        discriminative_score(held_out, some, random_seed, FULL_DRAWS if full else 1),
        discriminative_score(held_out, train, random_seed),
    )
    for name, measure in MEMORY.items():
        found = measure(train, held_out, some, random_seed)
        figures[name] = Figure(found.share, chance=found.chance, least_chance=found.least_chance)
    if held_out.rul_h is not None:
        figures |= _usefulness(usefulness(train, held_out, data, random_seed, rul_cap, settings))
    return Figures({name: _resting_on(figure, name, train, held_out) for name, figure in figures.items()})


def _resting_on(figure: Figure, name: str, train: Runs, held_out: Runs) -> Figure:
    """With the number of real runs: the held-out ones, or the whole seed's for lengths and modes."""
    runs = len(held_out.starts()) + (len(train.starts()) if name in RUN_GAPS else 0)
    if name == "discriminative":
        runs = long_runs(held_out)
    return replace(figure, runs=runs)


def _scores(train: Runs, held_out: Runs, data: Runs) -> dict[str, Figure]:
    of_data, of_train = quality(held_out, data), quality(held_out, train)
    return {
        "quality": Figure(of_data.overall, of_train.overall),
        "column_shapes": Figure(of_data.column_shapes, of_train.column_shapes),
        "column_pair_trends": Figure(of_data.column_pair_trends, of_train.column_pair_trends),
        "quality_train": Figure(quality(train, data).overall, quality(train, held_out).overall),
        "validity": Figure(validity(both(train, held_out), data), validity(train, held_out)),
    }


def _odd_runs(real: Runs, data: Runs) -> dict[str, Figure]:
    return {
        "strange_starts": Figure(strange_starts(real, data), strange_starts_floor(real)),
        "quiet_stretches": Figure(quiet_stretches(real, data), quiet_stretches_floor(real)),
    }


def _usefulness(found: Usefulness) -> dict[str, Figure]:
    """What RUL models learn from the data, in the real runs' place and beside them."""
    return {
        "tstr_ratio": Figure(found.tstr.value, 1.0, interval=found.tstr.interval),
        "tstr_rmse_h": Figure(found.tstr_rmse_h, found.trtr_rmse_h),
        "tstr_nasa": Figure(found.tstr_nasa, found.trtr_nasa),
        "constant_rmse_h": Figure(found.constant_rmse_h),
        "rul_cap_h": Figure(found.cap_h),
        "augmentation_gain": Figure(found.gain.value, 0.0, interval=found.gain.interval),
    }


def rows_of_whole_runs(runs: Runs, rows: int, rng: np.random.Generator) -> Runs:
    """Random whole runs of about this many rows in total."""
    order = rng.permutation(len(runs.starts()))
    count = int(np.searchsorted(np.cumsum(runs.lengths()[order]), rows)) + 1
    return runs.select(runs.ids()[order[:count]])
