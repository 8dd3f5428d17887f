"""Noise has its own size at each point of life, for each kind of failure, and what is fitted heeds it."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.runs import Floats, Ints
from gan.synthesis.temporal_tvae.deviations import fit_population
from gan.synthesis.temporal_tvae.features import KNOTS, life_basis, life_of
from gan.synthesis.temporal_tvae.noise import fit_sizes, sizes_at


def rows_of(lengths: Ints) -> Floats:
    """Life's hat functions at the rows of runs of these lengths."""
    return life_basis(life_of(np.concatenate([np.arange(n) for n in lengths]), np.repeat(lengths, lengths)))


def test_noise_that_grows_with_wear_is_small_where_runs_are_healthy() -> None:
    basis = rows_of(np.full(30, 200))
    life = basis @ np.array(KNOTS)
    true = 0.02 + life[:, None] ** 2
    rest = true * np.random.default_rng(0).normal(0, 1, (len(life), 2))
    kind = np.zeros(len(life), dtype=np.int64)
    found = sizes_at(fit_sizes(rest, basis, kind, 1), basis, kind)
    for low, high in ((0.0, 0.1), (0.4, 0.5), (0.9, 1.0)):
        there = (life >= low) & (life < high)
        assert np.sqrt((found[there] ** 2).mean()) == pytest.approx(np.sqrt((true[there] ** 2).mean()), rel=0.25)


def test_a_kind_of_failure_has_noise_of_its_own_and_a_rare_one_that_of_all() -> None:
    basis = rows_of(np.full(20, 200))
    kind = np.repeat([0, 1], [2_000, 2_000])
    rest = np.where(kind == 0, 1.0, 4.0)[:, None] * np.random.default_rng(0).normal(0, 1, (4_000, 1))
    sizes = fit_sizes(rest, basis, kind, 3)
    assert sizes[0].mean() == pytest.approx(1, rel=0.3)
    assert sizes[1].mean() == pytest.approx(4, rel=0.3)
    assert sizes[2].mean() == pytest.approx(np.sqrt((1 + 16) / 2), rel=0.2), "no row of it was seen"


def test_a_sensor_without_noise_is_no_division_by_zero() -> None:
    basis = rows_of(np.array([50]))
    sizes = fit_sizes(np.zeros((50, 1)), basis, np.zeros(50, dtype=np.int64), 1)
    assert (sizes > 0).all() and np.isfinite(1 / sizes**2).all()


def test_healthy_rows_with_little_noise_tell_small_deviations_that_worn_rows_would_hide() -> None:
    rng = np.random.default_rng(0)
    lengths = np.full(20, 200)
    basis, run = rows_of(lengths), np.repeat(np.arange(20), 200)
    true = rng.normal(0, 0.1, 20)
    size = (0.05 + 3.0 * (basis @ np.array(KNOTS)) ** 4)[:, None]
    rest = true[run, None] + size * rng.normal(0, 1, (len(run), 1))

    def error(weighed_by: Floats) -> float:
        found = fit_population(basis, rest, weighed_by, lengths).deviations(basis, rest, weighed_by, lengths)
        return float(np.abs(found[:, 0, 0] - true).mean())

    assert error(size) < 0.5 * error(np.ones(size.shape))
