"""Keeps the process stable: a row that the linear path makes of a run's memory must not grow as rows follow each other.

What the decoder adds is bounded, since its memory is clipped to what the training rows showed (sampler.py). A linear
path whose spectral radius is below 1 then keeps the process bounded, whatever it was trained on, and no row is cut.
"""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats
from gan.synthesis.temporal_tvae.features import AVERAGES

# Above that of the slowest average, e^(−1/32) = 0.969: what is further from the mean has halved after 69 rows.
MAX_RADIUS = 0.99
_STEPS = 30


def stabilised(weights: Floats) -> Floats:
    """The linear path's weights (S, 4·S + …), memory first, but those of the memory smaller by one factor, no more than
    is needed for the process to return to its mean."""
    memory = slice(0, (2 + len(AVERAGES)) * len(weights))
    if spectral_radius(weights[:, memory]) <= MAX_RADIUS:
        return weights
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        stable = spectral_radius(middle * weights[:, memory]) <= MAX_RADIUS
        low, high = (middle, high) if stable else (low, middle)
    weights = weights.copy()
    weights[:, memory] *= low
    return weights


def spectral_radius(weights: Floats) -> float:
    """Of x ← weights · (x, x before, averages), (S, 4·S): by how much the process grows a row in the long run."""
    sensors = len(weights)
    same, none = np.eye(sensors), np.zeros((sensors, sensors))
    past = [same] + [none] * (1 + len(AVERAGES))
    averages = [
        (1 - keep) * weights + keep * np.hstack([same if at == which + 2 else none for at in range(len(past))])
        for which, keep in enumerate(np.exp(-1.0 / np.array(AVERAGES)))
    ]
    return float(np.abs(np.linalg.eigvals(np.vstack([weights, np.hstack(past), *averages]))).max())
