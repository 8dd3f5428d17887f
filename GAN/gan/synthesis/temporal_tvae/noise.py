"""How large the sensors' noise is over life, by kind of failure.

Wear moves some sensors by many times their healthy noise, and what the course leaves of them grows with it. In units of
its own size at each life fraction the process is alike from start to failure: a healthy run does not get the noise of a
worn one, nor a worn one that of a healthy one.
"""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Ints

# A kind's size at a knot is estimated as if so many more rows had shown that of all kinds, and that as if so many more
# had shown the mean over life.
KIND_ROWS, KNOT_ROWS = 30.0, 20.0
# A size is at least this share of what it is drawn to, and the mean this much of a sensor of unit variance.
LEAST_SHARE, LEAST = 1e-3, 1e-6


def fit_sizes(rest: Floats, basis: Floats, kind: Ints, kinds: int) -> Floats:
    """Standard deviation of rest (N, S) at each knot of life, for each kind of failure, (kinds, K, S).

    basis (N, K): hat functions of life. kind (N,): of each row's run.
    """
    square = rest**2
    mean = np.maximum(square.mean(axis=0), LEAST**2)
    shared = _variances(square, basis, np.broadcast_to(mean, (basis.shape[1], len(mean))), KNOT_ROWS)
    of_kind = [_variances(square[kind == k], basis[kind == k], shared, KIND_ROWS) for k in range(max(kinds, 1))]
    return np.sqrt(np.stack(of_kind))


def sizes_at(sizes: Floats, basis: Floats, kind: Ints) -> Floats:
    """The size at each row, (N, S); see `fit_sizes`."""
    out = np.empty((len(basis), sizes.shape[2]))
    for k, size in enumerate(sizes):
        out[kind == k] = basis[kind == k] @ size
    return out


def _variances(square: Floats, basis: Floats, prior: Floats, rows: float) -> Floats:
    """Variances at the knots, (K, S), drawn to `prior` (K, S) as if that were seen in so many rows.

    Their logarithms are: a size that is a tenth of the mean is as far from it as one that is ten times as large.
    """
    count = basis.sum(axis=0)[:, None]
    seen = np.maximum(basis.T @ square / np.maximum(count, 1e-9), LEAST_SHARE**2 * prior)
    return np.asarray(np.exp((count * np.log(seen) + rows * np.log(prior)) / (count + rows)))
