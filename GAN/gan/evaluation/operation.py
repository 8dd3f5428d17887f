"""How a machine is run, for people to look at: its operating points and its settings, real beside synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan.data.operating_points import OperatingPoints, find_points
from gan.data.runs import Floats, Runs

BINS = 30


def operation(real: Runs, made: Runs, settings: Sequence[str]) -> dict[str, Any] | None:
    """Share of the rows at each operating point of the real rows and how long a stay lasts, in rows; each setting's
    distribution. JSON-ready; None for a machine without settings. No points where settings vary continuously.
    """
    own = np.isin(real.sensors, list(settings))
    if not own.any():
        return None
    points = find_points(real.values[:, own], real.values[:, ~own], real.run_id)
    both = {"real": real, "synthetic": made}
    return {
        "settings": [name for name, is_own in zip(real.sensors, own, strict=True) if is_own],
        "points": _points(points, {side: (runs.values[:, own], runs) for side, runs in both.items()}),
        "off": {side: 1 - float(points.reached(runs.values[:, own]).mean()) for side, runs in both.items()},
        "distributions": [_distribution(real.values[:, at], made.values[:, at]) for at in np.flatnonzero(own)],
    }


def _points(points: OperatingPoints, sides: dict[str, tuple[Floats, Runs]]) -> list[dict[str, Any]]:
    """The most common first; a setting without levels has no value at a point."""
    if len(points) < 2:
        return []
    shares, stays = {}, {}
    for side, (settings, runs) in sides.items():
        point = points.nearest(settings)
        begins = np.append(True, (np.diff(point) != 0) | (np.diff(runs.run_id) != 0))
        rows = np.bincount(point, minlength=len(points))
        shares[side] = rows / len(point)
        stays[side] = rows / np.maximum(np.bincount(point[begins], minlength=len(points)), 1)
    return [
        {
            "values": [
                float(value) if levelled else None
                for value, levelled in zip(points.centers[k], points.levelled, strict=True)
            ],
            "share": {side: float(shares[side][k]) for side in sides},
            "stay": {side: float(stays[side][k]) for side in sides},
        }
        for k in np.argsort(-shares["real"], kind="stable")
    ]


def _distribution(a: Floats, b: Floats) -> dict[str, Any]:
    edges = np.histogram_bin_edges(np.concatenate([a, b]), BINS)
    return {
        "edges": edges.tolist(),
        "real": (np.histogram(a, edges)[0] / len(a)).tolist(),
        "synthetic": (np.histogram(b, edges)[0] / len(b)).tolist(),
    }
