"""Physical limits without clipping: values bend smoothly towards a limit instead of piling up on it."""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats
from gan.machine.profile import Profile


def limit_widths(profile: Profile) -> tuple[Floats, Floats, Floats, Floats]:
    """Lower and upper limits and the widths of the bends before them, each (S,), in the sensors' units.

    A bend is a twentieth of the way from normal to the limit, so that a healthy sensor is not bent. Where normal is so
    near the limit that noise alone would cross it, the bend is as wide as the noise: values must not pile up.
    """
    low = np.array([s.physical_min for s in profile.sensors])
    high = np.array([s.physical_max for s in profile.sensors])
    normal = np.array([s.normal for s in profile.sensors])
    noise = np.array([s.noise_std for s in profile.sensors])
    least = 1e-6 * (high - low)

    def width(distance: Floats) -> Floats:
        return np.asarray(np.maximum(np.maximum(distance / 20, noise - distance / 8), least))

    return low, high, width(normal - low), width(high - normal)


def soft_limit(values: Floats, low: Floats, high: Floats, low_width: Floats, high_width: Floats) -> Floats:
    """Values (…, S) bent into low…high: x + w·log(1+e^((low−x)/w)) from below, the mirror image from above.

    Four widths from a limit, a value moves by 2 % of a width.
    """
    lifted = low + low_width * _softplus((values - low) / low_width)
    bent = high - high_width * _softplus((high - lifted) / high_width)
    return np.clip(bent, low, high)


def _softplus(x: Floats) -> Floats:
    result: Floats = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return result
