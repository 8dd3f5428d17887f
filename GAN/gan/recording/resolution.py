"""The resolution that recorded values show: the step of which all of them are multiples."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gan.data.resolution import on_resolution
from gan.data.runs import Floats

# A sensor with at most so many values has levels: its resolution is the step between them if they are evenly spaced.
FEW_LEVELS = 8
# Fewer values could all be even, or multiples of 5, by chance.
ENOUGH_VALUES = 10
# A range of more steps than this is as good as continuous.
MOST_STEPS = 1e6
# Values that are looked at first: most candidates fail already there.
_FIRST = 100


def find_resolution(values: Floats) -> float | None:
    """The largest step of 1, 2 or 5 times a power of ten, or between levels, of which all values (N,) are multiples.

    None where there is none: the sensor is continuous. NaN is no value.
    """
    found = np.unique(values[np.isfinite(values)])
    if len(found) < 2:
        return None
    return next((step for step in _candidates(found) if _all_on(found, step)), None)


def _all_on(found: Floats, step: float) -> bool:
    return on_resolution(found[:_FIRST], step) and on_resolution(found, step)


def _candidates(found: Floats) -> Iterator[float]:
    """Steps from the largest on. found: the values, each once, rising."""
    span = float(found[-1] - found[0])
    between = np.diff(found)
    if len(found) <= FEW_LEVELS and np.allclose(between, between[0], rtol=1e-6, atol=0):
        yield float(f"{span / (len(found) - 1):.9g}")
    exponent = math.floor(math.log10(span))
    factors = (5, 2, 1) if len(found) >= ENOUGH_VALUES else (1,)
    steps = (float(f"{factor}e{power}") for power in range(exponent, exponent - 8, -1) for factor in factors)
    yield from (step for step in steps if step <= span <= MOST_STEPS * step)
