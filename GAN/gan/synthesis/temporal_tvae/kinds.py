"""Ways of failing that no label tells apart, found where runs end: two groups of runs with nothing between them.

A model that took them for one would blend them, and let runs end where no run does. Ends that merely spread are one
kind: a kind must be clear of the others, whatever the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan.data.runs import Floats, Ints, Runs

# Rows whose mean is where a run ends.
LAST_ROWS = 5
# Kinds are apart if the gap between them is GAP + GAP_RUNS / runs spreads of the runs within them (or of a row's noise,
# if that is more). Of 2,400 sets of 8 to 200 runs of one kind with 15 sensors, none has such a gap, whether their ends
# are normal, uniform, exponential or distributed as Student's t with 3 degrees of freedom, each sensor by itself or
# all going together.
GAP, GAP_RUNS = 2.5, 90.0
MAX_KINDS = 4
LEAST_RUNS, LEAST_SHARE = 3, 0.08
# Directions, besides the sensors themselves, along which ends may be apart: those in which they spread most.
AXES = 3
LEAST_NOISE = 1e-9


@dataclass(frozen=True)
class Kinds:
    """centers (K, S): where runs of each kind end, in units of scale (S,)."""

    centers: Floats
    scale: Floats

    def of(self, ends: Floats) -> Ints:
        """The kind that each end (R, S) is nearest to, (R,)."""
        away = ends[:, None, :] / self.scale - self.centers
        return np.asarray((away**2).sum(axis=2).argmin(axis=1))


def ends_of(runs: Runs, values: Floats) -> Floats:
    """Where runs end, (R, S), by their rows' values (N, S)."""
    lengths = runs.lengths()
    last = runs.position() >= np.repeat(lengths - LAST_ROWS, lengths)
    rows = np.minimum(lengths, LAST_ROWS)
    return np.asarray(np.add.reduceat(values[last], np.cumsum(rows) - rows, axis=0) / rows[:, None])


def find_kinds(ends: Floats, noise: Floats) -> Kinds:
    """The kinds of runs that end so, (R, S); one if they are not clearly apart. noise (S,): a row's spread."""
    scale = np.maximum(noise, LEAST_NOISE)
    points = ends / scale
    waiting: list[Ints] = [np.arange(len(ends))]
    whole: list[Ints] = []
    while waiting:
        group = waiting.pop()
        parts = _parts(points[group], MAX_KINDS - len(waiting) - len(whole))
        if len(parts) == 1:
            whole.append(group)
        else:
            waiting += [group[part] for part in parts]
    return Kinds(np.stack([points[group].mean(axis=0) for group in whole]), scale)


def _parts(points: Floats, most: int) -> list[Ints]:
    """Runs (R, S), in units of noise, in the clearest two or more parts, at most so many, along one direction; in one
    if no parts are clear."""
    rest = points - points.mean(axis=0)
    axes = np.linalg.svd(rest, full_matrices=False)[2][:AXES]
    along = np.concatenate([rest, rest @ axes.T], axis=1)
    tried = [(_cut(np.sort(line), cuts), line) for line in along.T for cuts in range(1, most)]
    (clear, cuts), line = max(tried, key=lambda one: one[0][0], default=((0.0, []), along[:, 0]))
    if clear < GAP + GAP_RUNS / len(points):
        return [np.arange(len(points))]
    return np.split(np.argsort(line, kind="stable"), cuts)


def _cut(rising: Floats, count: int) -> tuple[float, list[int]]:
    """How clear so many cuts of sorted values (R,) at their largest gaps are, and where they are; 0 if a part is small.

    Clear: the smallest gap, in spreads within the parts.
    """
    least = max(LEAST_RUNS, int(np.ceil(LEAST_SHARE * len(rising))))
    gaps = np.diff(rising)[least - 1 : len(rising) - least]
    at = np.sort(np.argsort(gaps)[-count:])
    cuts = at + least
    if len(at) < count or np.diff(cuts).min(initial=least) < least:
        return 0.0, []
    squares = sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(rising, cuts))
    within = np.sqrt(squares / (len(rising) - count - 1))
    return float(gaps[at].min() / max(within, 1.0)), [int(cut) for cut in cuts]
