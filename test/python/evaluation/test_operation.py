"""How a machine is run, as the data tab shows it, on rows whose operating points are known."""

from __future__ import annotations

import numpy as np
import pytest

from gan.data.runs import Runs
from gan.evaluation.operation import operation


def runs_at(share_high: float, seed: int, stay: int = 10) -> Runs:
    """Four runs of 500 rows; a setting is 1 or 5, changed every `stay` rows, and a sensor follows it."""
    rng = np.random.default_rng(seed)
    high = np.repeat(rng.random(2000 // stay) < share_high, stay)
    setting = np.where(high, 5.0, 1.0)
    values = np.column_stack([setting, 3 * setting + rng.normal(0, 0.1, 2000)])
    run_id = np.repeat(np.arange(4), 500)
    return Runs(("load", "power"), values, run_id, np.arange(2000.0), None, None, ())


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_share_of_the_rows_at_each_point_is_that_of_the_rows(share: float) -> None:
    real, made = runs_at(share, 1), runs_at(0.5, 2)
    found = operation(real, made, ["load"])
    assert found is not None
    assert found["settings"] == ["load"]
    shares = {point["values"][0]: point["share"] for point in found["points"]}
    for level in (1.0, 5.0):
        for side, runs in (("real", real), ("synthetic", made)):
            assert shares[level][side] == pytest.approx((runs.values[:, 0] == level).mean())
    assert found["points"][0]["share"]["real"] >= found["points"][1]["share"]["real"]
    assert found["off"] == {"real": 0.0, "synthetic": 0.0}


def test_stays_are_as_long_as_the_rows_at_a_point_in_a_row() -> None:
    found = operation(runs_at(0.5, 1, stay=5), runs_at(0.5, 2, stay=50), ["load"])
    assert found is not None
    assert all(point["stay"]["real"] < point["stay"]["synthetic"] for point in found["points"])


def test_rows_at_no_point_of_the_real_ones_are_counted() -> None:
    made = runs_at(0.5, 2)
    made.values[:500, 0] = 3.0
    found = operation(runs_at(0.5, 1), made, ["load"])
    assert found is not None
    assert found["off"]["synthetic"] == pytest.approx(0.25)


def test_distributions_add_up_to_one() -> None:
    found = operation(runs_at(0.5, 1), runs_at(0.2, 2), ["load"])
    assert found is not None
    for side in ("real", "synthetic"):
        assert sum(found["distributions"][0][side]) == pytest.approx(1.0)


def test_a_machine_without_settings_has_none() -> None:
    assert operation(runs_at(0.5, 1), runs_at(0.5, 2), []) is None
