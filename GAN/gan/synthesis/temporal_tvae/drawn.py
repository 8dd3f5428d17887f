"""What new runs are given: their regimes, settings and switches, drawn before their sensors are sampled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gan.data.limits import soft_limit
from gan.data.runs import Floats
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.given import Followed, Given, given_of
from gan.synthesis.temporal_tvae.regimes import RegimePlan, sample_regimes
from gan.synthesis.temporal_tvae.run_plan import RunPlan


@dataclass(frozen=True)
class Drawn:
    """What R new runs are given. settings, switches: of all rows, one run after the other; empty without `given`."""

    plan: RunPlan
    regimes: RegimePlan
    given: Given | None
    settings: Floats
    switches: Floats

    def whole(self, model: Model, run: int, values: Floats) -> Floats:
        """All columns of a run in their units, (rows, S), from its modelled sensors (rows, M)."""
        limits = [model.arrays[name] for name in ("low", "high", "low_width", "high_width")]
        if self.given is None:
            return soft_limit(values, *limits)
        first = int(self.plan.lengths[:run].sum())
        rows = slice(first, first + len(values))
        measured = self.given.restored(values, self.settings[rows], limits)
        return self.given.whole(measured, self.settings[rows], self.switches[rows])


def draw(model: Model, plan: RunPlan, burn_in: int, rng: np.random.Generator) -> Drawn:
    """Draws what the runs of a plan are given, from `burn_in` steps before their first rows on."""
    given = given_of(model.arrays)
    if given is None:
        return Drawn(plan, _regimes(model, plan, burn_in, rng), None, np.zeros((0, 0)), np.zeros((0, 0)))
    settings, switches = given.sample(plan.source, plan.lengths, rng)
    followed = given.follow(settings, switches, plan.lengths)
    return Drawn(plan, _laid_out(followed, model, plan, burn_in, rng), given, settings, switches)


def _regimes(model: Model, plan: RunPlan, burn_in: int, rng: np.random.Generator) -> RegimePlan:
    steps = burn_in + int(plan.lengths.max())
    return sample_regimes(model.arrays, int(model.header["regimes"]), len(plan.lengths), steps, rng)


def _laid_out(followed: Followed, model: Model, plan: RunPlan, burn_in: int, rng: np.random.Generator) -> RegimePlan:
    """What runs follow, step by step; before its first row, and after its last, a run stays as it is there."""
    step = np.maximum(np.arange(-burn_in, int(plan.lengths.max())), 0)[:, None]
    row = np.cumsum(plan.lengths) - plan.lengths + np.minimum(step, plan.lengths - 1)
    inputs, known = followed.inputs[row], followed.regimes
    if known is None:
        return replace(_regimes(model, plan, burn_in, rng), inputs=inputs)
    return RegimePlan(known.regime[row], known.before[row], known.age[row], inputs)
