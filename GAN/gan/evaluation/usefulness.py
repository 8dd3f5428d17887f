"""What RUL models learn from the data: in the place of real runs (TSTR), and beside them (the gain of adding them).

As the field tests it: RUL is capped, since early in life sensors do not show it and errors there would drown the rest;
two models on windows (rul_models.py); several draws of the data. The held-out runs are the test, for both questions:
from every other real run the generator has learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.rul_models import MAX_ROWS, MODELS, Windows, joined, operation_of, standardised, windows_of

# Where RUL is capped: this share of a mean run. On C-MAPSS it is the 125 cycles of the literature.
CAP_SHARE = 0.6
# Parts of the data, in whole runs, that models learn from in turn; parts of the real training runs left out in turn.
DRAWS, LEFT_OUT = 2, 3
# A mean run counts as this many cycles in the NASA score, whose constants suit engines that last one or two hundred.
CYCLES_A_RUN = 206.0


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None with a single held-out run."""

    value: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Usefulness:
    """tstr: error of models that learned from the data over that of models that learned from the real training runs.
    gain: by how much the error falls when the data are added to these, as a share; negative where they harm.

    RMSE in hours, means over the models. nasa: mean a row of e^(−d/13)−1 early, e^(d/10)−1 late (Saxena et al., 2008).
    cap_h: where RUL is capped, hours.
    """

    tstr: Estimate
    gain: Estimate
    tstr_rmse_h: float
    trtr_rmse_h: float
    tstr_nasa: float
    trtr_nasa: float
    constant_rmse_h: float
    cap_h: float


def usefulness(
    train: Runs, held_out: Runs, data: Runs, random_seed: int, rul_cap: int = 0, settings: Sequence[str] = ()
) -> Usefulness:
    """rul_cap: the rows of RUL at which it is capped, 0: CAP_SHARE of a mean run. settings: columns that are set."""
    cap_h, mean_h = _cap_hours(train, rul_cap)
    operation = operation_of(train, settings)
    tests, real = (windows_of(runs, MAX_ROWS, cap_h, operation) for runs in (held_out, train))
    made = windows_of(data, DRAWS * MAX_ROWS, cap_h, operation)
    parts = _dealt(made, DRAWS)
    fewer = [real.where(real.run % LEFT_OUT != at) for at in range(LEFT_OUT)] if real.run[-1] >= LEFT_OUT - 1 else []

    def late(lessons: list[Windows]) -> Floats:
        """How late each prediction is, hours, (models, draws, W)."""
        pairs = [standardised(windows, tests) for windows in lessons]
        made = [[model(learned, tested, random_seed) for learned, tested in pairs] for model in MODELS.values()]
        return np.asarray(np.clip(np.array(made), 0.0, cap_h) - tests.rul)

    of_real, of_data = late([real]), late(parts)
    of_both = late([joined(real, made.where(np.arange(len(made.run)) % DRAWS == 0))])
    of_fewer = late(fewer) if fewer else None
    with_data = _ratio(of_both, of_real, tests.run)
    low_high = None if with_data.interval is None else (1 - with_data.interval[1], 1 - with_data.interval[0])
    return Usefulness(
        tstr=_ratio(of_data, of_real, tests.run, of_fewer),
        gain=Estimate(1 - with_data.value, low_high),
        tstr_rmse_h=_rmse(of_data),
        trtr_rmse_h=_rmse(of_real),
        tstr_nasa=_nasa(of_data / mean_h * CYCLES_A_RUN),
        trtr_nasa=_nasa(of_real / mean_h * CYCLES_A_RUN),
        constant_rmse_h=float(np.sqrt(((real.rul.mean() - tests.rul) ** 2).mean())),
        cap_h=cap_h,
    )


def _cap_hours(train: Runs, rul_cap: int) -> tuple[float, float]:
    """The cap, and the length of a mean run, hours."""
    assert train.rul_h is not None
    mean_h = float(train.rul_h[train.starts()].mean()) or 1.0
    return (rul_cap * float(train.rul_h[0] - train.rul_h[1]) if rul_cap else CAP_SHARE * mean_h), mean_h


def _dealt(windows: Windows, parts: int) -> list[Windows]:
    """Windows dealt out by runs, so that no part has a run of another."""
    return [windows.where(windows.run % parts == at) for at in range(min(parts, int(windows.run[-1]) + 1))]


def _rmse(late: Floats) -> float:
    """Mean over models, (models, draws, W)."""
    return float(np.sqrt((late**2).mean(axis=(1, 2))).mean())


def _nasa(late: Floats) -> float:
    return float(np.where(late < 0, np.expm1(-late / 13), np.expm1(late / 10)).mean())


def _ratio(errors: Floats, of_real: Floats, run: Ints, of_fewer: Floats | None = None) -> Estimate:
    """RMSE over that of real runs, geometric mean over models. errors (models, draws, W), of_real (models, 1, W).

    The interval is that of the jackknife over held-out runs (Efron and Stein, 1981), widened by how draws differ, and
    by how models of real runs differ that learn from fewer of them: (models, groups left out, W).
    """
    runs = np.unique(run)
    squares, of_runs = (
        np.stack([(x[:, :, run == r] ** 2).sum(axis=2) for r in runs], axis=2) for x in (errors, of_real)
    )

    def log_ratio(kept: Ints) -> float:
        made, real = (x[:, :, kept].sum(axis=2).mean(axis=1) for x in (squares, of_runs))
        return float(np.log(np.maximum(made, 1e-12) / np.maximum(real, 1e-12)).mean() / 2)

    everyone = np.arange(len(runs))
    value = log_ratio(everyone)
    if len(runs) < 2:
        return Estimate(float(np.exp(value)), None)
    left_out = np.array([log_ratio(np.delete(everyone, at)) for at in everyone])
    parts = [((len(runs) - 1) * left_out.var(), len(runs) - 1)]
    if errors.shape[1] > 1:
        parts.append((_logs(errors).var(ddof=1) / errors.shape[1], errors.shape[1] - 1))
    if of_fewer is not None and of_fewer.shape[1] > 1:
        parts.append(((of_fewer.shape[1] - 1) * _logs(of_fewer).var(), of_fewer.shape[1] - 1))
    reach = _reach(parts)
    return Estimate(float(np.exp(value)), (float(np.exp(value - reach)), float(np.exp(value + reach))))


def _logs(late: Floats) -> Floats:
    """Log of the RMSE of each draw, mean over models, (draws,)."""
    return np.asarray(np.log(np.maximum((late**2).mean(axis=2), 1e-12)).mean(axis=0) / 2)


def _reach(parts: list[tuple[float, int]]) -> float:
    """Half the width of a 95 % interval, from variances and their degrees of freedom (Welch and Satterthwaite)."""
    # Imported here because scikit-learn, which needs it, is loaded only where models are fitted.
    from scipy.special import stdtrit

    variance = float(max(sum(part for part, _ in parts), 1e-12))
    freedom = variance**2 / max(sum(part**2 / own for part, own in parts), 1e-24)
    return float(stdtrit(freedom, 0.975) * variance**0.5)
