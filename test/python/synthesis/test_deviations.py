"""What runs' deviations have in common is estimated from them, and new runs deviate alike."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.runs import Floats, Ints
from gan.synthesis.temporal_tvae.deviations import fit_population, mix_deviations
from gan.synthesis.temporal_tvae.features import KNOTS, life_basis, life_of

RUNS, SENSORS = 40, 3


def made(spread: float, noise: float, slope: float = 0.0) -> tuple[Floats, Floats, Ints, Floats]:
    """Design, rest, lengths and true deviations of runs that fan out towards their end, the more the shorter."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(100, 300, RUNS)
    fan = spread * np.array(KNOTS)[:, None] ** 4 * rng.normal(0, 1, (RUNS, 1, SENSORS))
    log = np.log(lengths)
    true = fan + slope * (log - log.mean())[:, None, None] * np.ones((1, len(KNOTS), SENSORS))
    position = np.concatenate([np.arange(n) for n in lengths])
    design = life_basis(life_of(position, np.repeat(lengths, lengths)))
    rest = np.einsum("nk,nks->ns", design, np.repeat(true, lengths, axis=0))
    return design, rest + rng.normal(0, noise, rest.shape), lengths, true


def test_a_deviation_at_the_end_which_holds_few_rows_is_found_whole() -> None:
    design, rest, lengths, true = made(spread=5.0, noise=0.3)
    found = fit_population(design, rest, np.ones(rest.shape), lengths).deviations(
        design, rest, np.ones(rest.shape), lengths
    )
    assert (found[:, -1] * true[:, -1]).sum() / (true[:, -1] ** 2).sum() == pytest.approx(1, abs=0.02)


def test_runs_that_do_not_differ_have_no_deviation() -> None:
    design, rest, lengths, _ = made(spread=0.0, noise=0.3)
    found = fit_population(design, rest, np.ones(rest.shape), lengths).deviations(
        design, rest, np.ones(rest.shape), lengths
    )
    alone = np.linalg.lstsq(design[: lengths[0]], rest[: lengths[0]], rcond=None)[0]
    assert np.abs(found).mean() < 0.5 * np.abs(alone).mean()


def test_what_goes_with_the_length_of_a_run_is_told_from_what_does_not() -> None:
    design, rest, lengths, _ = made(spread=0.2, noise=0.3, slope=2.0)
    population = fit_population(design, rest, np.ones(rest.shape), lengths)
    assert population.slope == pytest.approx(2.0, abs=0.5)
    usual = population.expected(np.array([1, lengths.min(), lengths.max(), 10_000]))
    assert (usual[0] == usual[1]).all() and (usual[2] == usual[3]).all(), "no run of such a length was seen"


def test_new_runs_deviate_as_much_as_the_runs_do_and_by_their_length() -> None:
    design, rest, lengths, true = made(spread=1.0, noise=0.1, slope=2.0)
    population = fit_population(design, rest, np.ones(rest.shape), lengths)
    arrays = {
        "units": population.deviations(design, rest, np.ones(rest.shape), lengths),
        "unit_kinds": np.zeros(RUNS),
        "unit_lengths": lengths.astype(np.float64),
        "unit_logs": population.logs,
        "unit_slope": population.slope,
    }
    source = np.tile(np.arange(RUNS), 50)
    mixed = mix_deviations(arrays, source, lengths[source], np.random.default_rng(0))
    assert mixed.std(axis=0) == pytest.approx(true.std(axis=0), rel=0.25)
    first = np.corrcoef(np.log(lengths[source]), mixed[:, 0, 0])[0, 1]
    assert first == pytest.approx(np.corrcoef(np.log(lengths), true[:, 0, 0])[0, 1], abs=0.1)


@pytest.mark.parametrize("lengths", [[60], [60, 60], [5, 300]])
def test_few_runs_are_enough(lengths: list[int]) -> None:
    rows = np.array(lengths)
    position = np.concatenate([np.arange(n) for n in rows])
    design = life_basis(life_of(position, np.repeat(rows, rows)))
    rest = np.column_stack([np.random.default_rng(0).normal(0, 1, len(design)), np.zeros(len(design))])
    found = fit_population(design, rest, np.ones(rest.shape), rows).deviations(design, rest, np.ones(rest.shape), rows)
    assert np.isfinite(found).all() and np.abs(found).max() < 5
