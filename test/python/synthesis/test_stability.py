"""The process stays near its mean, whatever the linear path learned."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.runs import Floats
from gan.synthesis.temporal_tvae.features import MemoryState
from gan.synthesis.temporal_tvae.stability import MAX_RADIUS, spectral_radius, stabilised

SENSORS = 3


def after(weights: Floats, rows: int) -> float:
    """How large the process is so many rows after it began at 1, without noise."""
    state, x = MemoryState(1, SENSORS), np.ones((1, SENSORS))
    for _ in range(rows):
        state.push(x)
        x = state.features()[:, : 4 * SENSORS] @ weights[:, : 4 * SENSORS].T
    return float(np.linalg.norm(x))


def wild(seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.hstack([0.5 * np.eye(SENSORS), 0.4 * np.eye(SENSORS), rng.normal(0, 0.4, (SENSORS, 2 * SENSORS + 5))])


def test_the_spectral_radius_is_how_fast_the_process_grows() -> None:
    weights = wild(1)
    grown = (after(weights, 6000) / after(weights, 1000)) ** (1 / 5000)
    assert spectral_radius(weights[:, : 4 * SENSORS]) == pytest.approx(grown, abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_a_process_that_would_run_away_returns(seed: int) -> None:
    weights = wild(seed) * 2
    assert after(weights, 500) > 1e3
    stable = stabilised(weights)
    assert spectral_radius(stable[:, : 4 * SENSORS]) == pytest.approx(MAX_RADIUS, abs=1e-6)
    assert after(stable, 2000) < 1e-3
    assert (stable[:, 4 * SENSORS :] == weights[:, 4 * SENSORS :]).all(), "the condition's weights stay"


def test_a_stable_process_is_left_as_it_is() -> None:
    weights = 0.3 * wild(0)
    assert stabilised(weights) is weights
