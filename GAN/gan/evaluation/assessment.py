"""Is a data set good? Its checks: structure and limits by themselves, the rest against the seed's held-out runs.

The generator never saw the held-out runs. Each measure has a floor, which is what the seed's training runs score in the
place of the data: two sets of real runs differ too. A measure may exceed its floor by an allowance: what a perfect
generator needs by chance, and a margin. bench/calibrate_thresholds.py measures it; docs/quality.md has the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan.data.conditions import AS_THEY_OCCUR, Conditions, life_hours
from gan.data.modelled import learned, measured
from gan.data.runs import Floats, Runs, both, joined
from gan.data.survival import failure_weights
from gan.evaluation import conditioned
from gan.evaluation.certificate import Certificate, certify, likest_pair, shared_by_chance
from gan.evaluation.checks import Check, boolean, graded, not_judged
from gan.evaluation.figures import RUN_GAPS, Figure, Figures, evaluate
from gan.evaluation.measures import pile_up
from gan.evaluation.operating import Operated, operating_checks
from gan.evaluation.structure import RunTable, Structure
from gan.machine.profile import Profile


@dataclass(frozen=True)
class Rule:
    """How a figure is judged: a relative one by its excess over its floor, another by its value.

    warn, fail: the most that this may be. The excess of a score, where low is bad, is how far it lies below its floor.
    warn is about one and a half times the worst excess in the fleet that a perfect generator has by chance, fail about
    five times. least_runs: on fewer real runs a perfect generator fails too, so that the figure is not judged.
    """

    figure: str
    name: str
    meaning: str
    warn: float
    fail: float
    high_is_bad: bool = True
    relative: bool = True
    least_runs: int = 1


RULES = (
    Rule(
        "quality",
        "SDMetrics quality",
        "how alike the columns' distributions and their pairs' dependence are, 1 at best",
        0.04,
        0.15,
        high_is_bad=False,
    ),
    Rule(
        "quality_train",
        "SDMetrics quality, training runs",
        "the same against the runs that were trained on",
        0.84,
        0.75,
        high_is_bad=False,
        relative=False,
    ),
    Rule(
        "validity",
        "SDMetrics validity",
        "share of values within the range that the seed shows",
        0.01,
        0.05,
        high_is_bad=False,
    ),
    Rule("marginal_gap", "Marginal gap", "largest distance of the sensors' cumulative distributions", 0.05, 0.16),
    Rule(
        "autocorrelation_gap",
        "Autocorrelation gap",
        "difference of the sensors' autocorrelation at lags 1, 5, 20",
        0.05,
        0.15,
    ),
    Rule(
        "detrended_autocorrelation_gap",
        "Dynamics gap",
        "the same without each run's course of wear: fast dynamics",
        0.02,
        0.06,
    ),
    Rule("cross_sensor_gap", "Cross-sensor gap", "difference of the sensors' correlations with each other", 0.04, 0.12),
    Rule(
        "degradation_gap",
        "Degradation gap",
        "distance of the mean courses over life per failure mode, in standard deviations",
        0.05,
        0.15,
        least_runs=2,
    ),
    Rule(
        "rul_correlation_gap", "RUL correlation gap", "difference of the sensors' rank correlation with RUL", 0.06, 0.18
    ),
    Rule(
        "monotonicity_gap",
        "Monotonicity gap",
        "difference of how steadily sensors rise or fall over a run",
        0.05,
        0.15,
    ),
    Rule("prognosability_gap", "Prognosability gap", "difference of how alike sensors are at failure", 0.05, 0.15),
    Rule(
        "run_length_gap",
        "Run lengths",
        "largest distance of the run lengths' cumulative distributions",
        0.45,
        0.60,
        relative=False,
    ),
    Rule(
        "run_length_spread",
        "Run length spread",
        "run lengths vary as much as the seed's, |log| of the ratio",
        0.80,
        1.50,
        relative=False,
    ),
    Rule(
        "failure_mode_gap", "Failure modes", "failure modes end as many runs as in the seed", 0.12, 0.35, relative=False
    ),
    Rule("strange_starts", "Strange starts", "share of runs that begin far from where real runs do", 0.08, 0.25),
    Rule(
        "quiet_stretches",
        "Quiet stretches",
        "share of runs with 30 rows that have far less noise than any real run's",
        0.06,
        0.20,
    ),
    Rule(
        "discriminative",
        "Discriminative score",
        "how well a classifier tells its windows from real ones, 0 to 0.5",
        0.15,
        0.40,
        least_runs=2,
    ),
    Rule(
        "memorised_courses",
        "Memorised courses",
        "share of runs nearest to a training run by course, 0.5 without memory",
        0.85,
        0.97,
        relative=False,
    ),
    Rule(
        "memorised_dynamics",
        "Memorised dynamics",
        "share of runs nearest to a training run by fast dynamics, 0.5 without memory",
        0.85,
        0.95,
        relative=False,
    ),
    Rule(
        "tstr_ratio",
        "Train on synthetic, test on real",
        "RUL error of a model that learnt from the data, over that of one that learnt from real runs",
        1.30,
        2.00,
        relative=False,
        least_runs=2,
    ),
)
# The allowances hold for this many held-out runs; with fewer, chance grows by the square root.
CALIBRATED_RUNS = 4
# Copies of runs: likeness of their fast dynamics (similarity.py). Independent runs score 0.3 to 0.5.
COPY_WARN, COPY_FAIL = 0.7, 0.8
# What chance alone gives more often than this shows nothing.
CHANCE = 0.05
PILED_WARN, PILED_FAIL = 0.005, 0.02
# A sensor whose range has fewer steps of its resolution than this has many rows on each value, the outermost too.
PILED_STEPS = 100


NONE_RUNNING: Floats = np.zeros(0)
# Runs that stand for the real ones where these are counted by weight.
STAND_FOR = 1_000


@dataclass(frozen=True)
class Assessment:
    """The checks, the figures they judge, and the certificate that no run is in two splits."""

    checks: list[Check]
    figures: Figures
    certificate: Certificate

    @property
    def quality(self) -> float:
        """A single figure for tables: SDMetrics' quality against the held-out runs. The checks say more."""
        return self.figures["quality"].value


def assess(
    train_seed: Runs,
    held_out: Runs,
    splits: Mapping[str, Runs],
    rows: Mapping[str, int],
    profile: Profile,
    *,
    full: bool = False,
    conditions: Conditions = AS_THEY_OCCUR,
    structure: Structure | None = None,
    running: Floats = NONE_RUNNING,
    rul_cap: int = 0,
) -> Assessment:
    """Checks a data set. train_seed and held_out are the seed's runs; rows are the counts that were asked for.

    structure: of all rows, where `splits` are a selection of whole runs. running: rows of recorded runs that were still
    running, (C,), by which lives are longer than the seed shows. rul_cap: see figures.evaluate.

    full: all rows and more random draws, instead of a bounded selection. conditions: what the data were asked to hold;
    they are then compared with those real runs that are as was asked.
    """
    structure = Structure.of(splits, profile) if structure is None else structure
    certificate = certify(structure, splits, train_seed)
    data = splits["train"]
    if conditions.asked:
        operated = Operated.of(profile, both(train_seed, held_out))
        asked_at = operated.check(conditions, splits)
        train_seed, held_out = (
            operated.at(conditioned.like(runs, conditions), conditions) for runs in (train_seed, held_out)
        )
        data = conditioned.in_proportion(data, held_out if len(held_out) > 0 else train_seed)
    reference = held_out if len(held_out) > 0 else train_seed
    lives = None if len(running) == 0 else as_they_last(both(train_seed, reference), running)
    checks = structural_checks(both(train_seed, reference), structure, certificate, splits, rows)
    train, held, made = (measured(runs, profile) for runs in (train_seed, reference, data))
    figures = evaluate(
        train,
        held,
        made,
        proportions=structure.runs_of("train"),
        real_proportions=lives,
        full=full,
        rul_cap=rul_cap,
        settings=[name for name in profile.settings if name in train.sensors],
    )
    if conditions.asked:
        figures = figures.without(conditioned.left_out(reference, conditions))
        checks += conditioned.checks_of(conditions, {split: structure.runs_of(split) for split in structure.rows})
        checks += asked_at
    held_out_runs = len(reference.starts())
    if not conditions.settings:
        checks += operating_checks(profile, train_seed, reference, data, _room(held_out_runs))
    return Assessment([*checks, *judged(figures, held_out_runs)], figures, certificate)


def judged(figures: Figures, held_out_runs: int) -> list[Check]:
    """The checks of the figures that there are."""
    return [_judged(rule, figures, _room(held_out_runs)) for rule in RULES if rule.figure in figures]


def _room(held_out_runs: int) -> float:
    """The factor by which allowances are widened for lack of held-out runs."""
    return float(max(1.0, (CALIBRATED_RUNS / held_out_runs) ** 0.5))


def as_they_last(seed: Runs, running: Floats) -> RunTable:
    """Lengths and modes of real runs, each as often as it occurs by those that were still running."""
    weights, _ = failure_weights(seed.lengths().astype(np.float64), running)
    at = np.searchsorted(np.cumsum(weights), (np.arange(STAND_FOR) + 0.5) / STAND_FOR)
    at = np.minimum(at, len(weights) - 1)
    return RunTable(np.arange(STAND_FOR), seed.lengths()[at], seed.run_modes()[at], life_hours(seed)[at], seed.modes)


def structural_checks(
    seed: Runs, structure: Structure, certificate: Certificate, splits: Mapping[str, Runs], rows: Mapping[str, int]
) -> list[Check]:
    """What the data must fulfil by themselves: order, counts, RUL, limits, no run twice. seed: all its runs."""
    stepped = any(resolution is not None for resolution in structure.resolutions)
    allowed = shared_by_chance(seed, sum(structure.rows.values())) if stepped and certificate.copied_rows else 0
    checks = [
        *structure.checks(rows),
        structure.ranges_check(),
        *structure.value_checks(),
        _piled_up(structure, joined(list(splits.values())), seed),
        *_copies(certificate, allowed, seed, structure.profile),
    ]
    return [*checks, _no_mode_missing(seed, structure)] if structure.has_rul else checks


def _judged(rule: Rule, figures: Figures, room: float) -> Check:
    """room: the factor by which allowances are widened for lack of held-out runs."""
    figure = figures[rule.figure]
    sense = 1.0 if rule.high_is_bad else -1.0
    floor = figure.floor if figure.floor is not None else 0.0
    limits = [x * room if rule.relative or rule.figure in RUN_GAPS else x for x in (rule.warn, rule.fail)]
    warn, fail = (floor + sense * x if rule.relative else x for x in limits)
    check = graded(
        rule.name,
        figure.value,
        warn=round(warn, 4),
        fail=round(fail, 4),
        meaning=rule.meaning,
        high_is_bad=rule.high_is_bad,
        text=_text(figure),
        floor=figure.floor,
        runs=figure.runs,
    )
    lacking = _lacking(rule, figure, check)
    return check if lacking is None else not_judged(check, lacking)


def _text(figure: Figure) -> str:
    interval = "" if figure.interval is None else f", {figure.interval[0]:.2f} to {figure.interval[1]:.2f}"
    return f"{figure.value:.3f}{interval}" + (
        "" if figure.floor is None else f" (real against real: {figure.floor:.3f})"
    )


def _lacking(rule: Rule, figure: Figure, check: Check) -> str | None:
    """Why a figure decides nothing, or None. A perfect generator must not fail more often than by CHANCE."""
    if figure.runs is not None and figure.runs < rule.least_runs:
        return f"takes {rule.least_runs} runs"
    if figure.least_chance is not None and figure.least_chance > CHANCE:
        return "too few runs to tell from chance"
    if check.verdict != "pass" and figure.chance is not None and figure.chance > CHANCE:
        return f"by chance in {figure.chance:.0%}"
    if check.verdict != "pass" and figure.interval is not None and figure.interval[0] <= (figure.floor or 0.0):
        return "too few runs to tell from real"
    return None


def _piled_up(structure: Structure, runs: Runs, seed: Runs) -> Check:
    steps = np.ptp(seed.values, axis=0) / np.array([step or np.nan for step in structure.resolutions])
    excess = np.where(steps < PILED_STEPS, 0.0, pile_up(runs) - pile_up(seed))
    worst = int(np.argmax(excess))
    share = max(float(excess[worst]), 0.0)
    return graded(
        "Piled up at limits",
        share,
        warn=PILED_WARN,
        fail=PILED_FAIL,
        meaning="share of rows on a sensor's largest or smallest value, beyond the seed's",
        text=f"{share:.2%} ({runs.sensors[worst]})",
    )


def _copies(certificate: Certificate, allowed: int, real: Runs, profile: Profile) -> list[Check]:
    """allowed: how many rows may be those of another run. real: all runs of the seed. Runs of a few rows are alike by
    chance: where real ones are as much so, likeness tells no copies."""
    split, seed = certificate.nearest_split(), certificate.nearest_seed()
    by_chance = likest_pair(learned(real, profile)) if max(split, seed) > COPY_WARN else 0.0
    copied, *near = [
        boolean(
            "No copied rows",
            certificate.copied_rows <= allowed,
            "no row occurs in two runs, or in the seed",
            f"{certificate.copied_rows} rows" + (f", up to {allowed} by chance" if allowed else ""),
        ),
        graded(
            "No near-copies",
            split,
            warn=COPY_WARN,
            fail=COPY_FAIL,
            meaning="no run nearly repeats another, row by row, in any split; 1 is a copy",
            text=f"{split:.2f} at most",
        ),
        graded(
            "No copies of the seed",
            seed,
            warn=COPY_WARN,
            fail=COPY_FAIL,
            meaning="no run nearly repeats one of the training seed, row by row; 1 is a copy",
            text=f"{seed:.2f} at most",
        ),
    ]
    if by_chance > COPY_WARN:
        near = [not_judged(check, f"real runs are as alike, {by_chance:.2f}") for check in near]
    return [copied, *near]


def _no_mode_missing(seed: Runs, structure: Structure) -> Check:
    assert seed.failure_mode is not None
    occur = np.concatenate([structure.runs_of(split).codes for split in structure.rows])
    missing = [seed.modes[m] for m in np.setdiff1d(seed.failure_mode, occur)]
    text = f"missing: {', '.join(missing)}" if missing else "all"
    return boolean("Every failure mode occurs", not missing, "each failure mode of the seed ends some run", text)
