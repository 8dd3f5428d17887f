"""How long runs last where some were still running when their record ended: such a run says that it lasts longer.

Leaving those runs out makes lives too short, since long lives are the ones that are still running.
"""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats


def failure_weights(failed: Floats, running: Floats, share: float = 1.0) -> tuple[Floats, float]:
    """Of each failed run, how often a run is like it, (F,), in all 1; and the share of runs that outlast all of them.

    The jumps of the estimate of Kaplan and Meier (1958) at the failed runs' lengths (F,), given the lengths (C,) that
    the others had reached; taken with the mode that ended each, those of Aalen and Johansen (1978). What outlasts the
    longest failed run is given to it, after Efron (1967): how much longer it lasts is not known. share: of all failed
    runs that `failed` are, by which the others count.
    """
    order = np.argsort(failed, kind="stable")
    lengths = failed[order]
    # Running means: not failed by then, so it is at risk in the row in which its record ends.
    at_risk = (len(lengths) - np.searchsorted(lengths, lengths)) + share * (running[None, :] >= lengths[:, None]).sum(1)
    # Of runs that fail together, each has its part of the jump.
    together = np.searchsorted(lengths, lengths, side="right") - np.searchsorted(lengths, lengths)
    times, first = np.unique(lengths, return_index=True)
    survive = np.cumprod(1 - together[first] / at_risk[first])
    before = np.concatenate([[1.0], survive[:-1]])
    jump = before[np.searchsorted(times, lengths)] / at_risk
    weights = np.empty(len(failed))
    weights[order] = jump
    outlast = max(1.0 - float(weights.sum()), 0.0)
    weights[order[-1]] += outlast
    return weights / weights.sum(), outlast
