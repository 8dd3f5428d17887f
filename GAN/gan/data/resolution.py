"""Values on a sensor's resolution: whole multiples of it, as the nearest decimal numbers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from gan.data.runs import Floats

# A limit that is a multiple of the resolution may come out of the division a little inside or outside of it.
_SLACK = 1e-9


def to_resolution(values: Floats, resolution: float, low: float, high: float) -> Floats:
    """Values rounded to multiples of `resolution` that lie within low…high."""
    least, most = np.ceil(low / resolution - _SLACK), np.floor(high / resolution + _SLACK)
    return _multiples(np.clip(np.round(values / resolution), least, most), resolution)


def on_resolution(values: Floats, resolution: float) -> bool:
    """Whether all values are multiples of `resolution`, but for the last bit of a number that was computed."""
    multiples = _multiples(np.round(values / resolution), resolution)
    return bool(np.allclose(multiples, values, rtol=1e-15, atol=0))


def _multiples(steps: Floats, resolution: float) -> Floats:
    """So many steps: 3 of 0.1 are 0.3, not 0.30000000000000004."""
    numerator, denominator = Decimal(repr(float(resolution))).as_integer_ratio()
    return np.asarray(steps * float(numerator) / float(denominator) + 0.0)
