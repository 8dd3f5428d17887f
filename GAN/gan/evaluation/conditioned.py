"""Judging data that were asked to hold other proportions than the seed: what they are compared with, and checks of
their own in place of those that compare proportions with the seed's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan.data.conditions import Conditions, life_hours
from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.checks import Check, boolean
from gan.evaluation.structure import RunTable

# A real run that is longer or shorter than asked for by less than this factor is still alike.
NEAR_LIFE = 1.2
# Figures that compare proportions of runs with the seed's.
OF_PROPORTIONS = ("run_length_gap", "run_length_spread", "failure_mode_gap")
# Figures in hours: they say nothing where no real run lasts as long as the data's.
IN_HOURS = ("tstr_ratio", "tstr_rmse_h", "tstr_nasa", "constant_rmse_h", "rul_cap_h", "augmentation_gain")
# Figures of how rows follow on one another: real rows at one operating point seldom do.
OF_SEQUENCES = (
    "autocorrelation_gap", "detrended_autocorrelation_gap", "quiet_stretches", "discriminative", "memorised_dynamics",
)  # fmt: skip


def like(runs: Runs, conditions: Conditions) -> Runs:
    """The real runs that the conditions ask for; those of the modes alone, where none is near their life."""
    kept = (
        np.isin(runs.run_modes(), [runs.modes.index(name) for name in conditions.shares])
        if conditions.shares
        else np.ones(len(runs.ids()), bool)
    )
    near = kept & _alike(runs, conditions)
    return runs.select(runs.ids()[near if near.any() else kept])


def _alike(runs: Runs, conditions: Conditions) -> Ints:
    hours = life_hours(runs)
    low, high = conditions.life_h or (0.0, np.inf)
    return np.asarray((hours >= low / NEAR_LIFE) & (hours <= high * NEAR_LIFE))


def left_out(held_out: Runs, conditions: Conditions) -> tuple[str, ...]:
    """The figures that conditions make meaningless."""
    if conditions.settings:
        return (*OF_PROPORTIONS, *OF_SEQUENCES, *IN_HOURS)
    return OF_PROPORTIONS if _alike(held_out, conditions).any() else (*OF_PROPORTIONS, *IN_HOURS)


def in_proportion(data: Runs, reference: Runs) -> Runs:
    """Whole runs of the data whose failure modes are in the proportions of the reference's, as many as there are.

    Marginal distributions compare like with like only then. The runs are the first of each mode.
    """
    mine, wanted = data.run_modes(), np.bincount(reference.run_modes(), minlength=len(data.modes) or 1)
    have = np.bincount(mine, minlength=len(wanted))
    both = (wanted > 0) & (have > 0)
    if not both.any():
        return data
    scale: float = (have[both] / wanted[both]).min()
    count = np.where(both, np.maximum(np.floor(scale * wanted), 1), 0).astype(np.int64)
    place = _place_among_like(mine)
    return data.select(data.ids()[place < count[mine]])


def _place_among_like(codes: Ints) -> Ints:
    """How many before each have the same code, (R,)."""
    order = np.argsort(codes, kind="stable")
    first = np.searchsorted(codes[order], codes[order])
    place = np.empty(len(codes), dtype=np.int64)
    place[order] = np.arange(len(codes)) - first
    return place


def checks_of(conditions: Conditions, splits: Mapping[str, RunTable]) -> list[Check]:
    """Whether the data hold what was asked for."""
    checks = []
    if conditions.shares:
        checks.append(_shares_as_asked(conditions, splits))
    if conditions.life_h is not None:
        checks.append(_lives_as_asked(conditions, conditions.life_h, splits))
    return checks


def _shares_as_asked(conditions: Conditions, splits: Mapping[str, RunTable]) -> Check:
    """A split of a few runs cannot have every share: a run more or less of each mode is allowed."""
    off: list[float] = []
    told: list[str] = []
    for split, runs in splits.items():
        codes = [runs.modes.index(name) for name in conditions.shares]
        counts: Floats = np.bincount(runs.run_modes(), minlength=len(runs.modes)).astype(np.float64)
        wanted = np.zeros(len(counts))
        wanted[codes] = np.array(list(conditions.shares.values())) * counts.sum()
        off.append(float(np.abs(counts - wanted).max()))
        told.append(f"{split} {'/'.join(f'{share:.0%}' for share in counts[codes] / counts.sum())}")
    return boolean(
        "Failure modes as asked",
        max(off) <= 1 + 1e-9,
        f"the runs end as was asked: {conditions.told()}; not compared with the seed's shares",
        ", ".join(told),
    )


def _lives_as_asked(conditions: Conditions, life_h: tuple[float, float], splits: Mapping[str, RunTable]) -> Check:
    """Where a number of rows was asked for, the last run of a split begins late, or lasts a few rows longer."""
    hours = [runs.hours[: None if conditions.in_runs else -1] for runs in splits.values()]
    joined = np.concatenate(hours)
    low, high = (float(joined.min()), float(joined.max())) if len(joined) else life_h
    return boolean(
        "Lives as asked",
        life_h[0] - 1e-6 <= low and high <= life_h[1] + 1e-6,
        f"runs last {life_h[0]:g} to {life_h[1]:g} h, as was asked; not compared with the seed's lengths",
        f"{low:g} to {high:g} h",
    )
