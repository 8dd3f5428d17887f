"""Our vectorised scores equal those of SDMetrics, which only tests may import (gan/evaluation/sdmetrics_scores.py)."""

import numpy as np
import pandas as pd
import pytest

from gan.data.runs import Runs
from gan.evaluation.sdmetrics_scores import quality, validity

sdmetrics = pytest.importorskip("sdmetrics.reports.single_table")


def made(seed: int, rows: int, bend: float) -> Runs:
    """Four sensors that depend on RUL and on the failure mode, more or less by `bend`."""
    rng = np.random.default_rng(seed)
    runs, length = rows // 50, 50
    rul = np.tile(np.arange(length - 1, -1, -1, dtype=np.float64), runs)
    mode = np.repeat(rng.integers(0, 3, runs), length)
    noise = rng.normal(size=(rows, 4))
    values = np.column_stack(
        [rul * bend + noise[:, 0], noise[:, 1] - rul, noise[:, 2], mode * 2.0 * bend + 0.3 * noise[:, 3]]
    )
    names = ("a", "b", "c", "d")
    return Runs(
        names, values, np.repeat(np.arange(runs), length), np.arange(rows, dtype=np.float64), rul, mode, ("x", "y", "z")
    )


def frame(runs: Runs) -> pd.DataFrame:
    assert runs.failure_mode is not None
    modes = np.array(runs.modes)[runs.failure_mode]
    return pd.DataFrame({"rul": runs.rul_h, **dict(zip(runs.sensors, runs.values.T, strict=True)), "mode": modes})


METADATA = {
    "columns": {name: {"sdtype": "numerical"} for name in ("rul", "a", "b", "c", "d")}
    | {"mode": {"sdtype": "categorical"}}
}


@pytest.mark.parametrize(("seed", "bend"), [(1, 0.5), (2, 0.05), (3, -0.2)])
@pytest.mark.filterwarnings("ignore")
def test_equal_to_sdmetrics(seed: int, bend: float) -> None:
    real, data = made(0, 1000, 0.5), made(seed, 2000, bend)
    report = sdmetrics.QualityReport()
    report.generate(frame(real), frame(data), METADATA, verbose=False)
    properties = report.get_properties().set_index("Property")["Score"]
    mine = quality(real, data)
    assert mine.column_shapes == pytest.approx(properties["Column Shapes"], abs=1e-12)
    assert mine.column_pair_trends == pytest.approx(properties["Column Pair Trends"], abs=1e-12)
    assert mine.overall == pytest.approx(report.get_score(), abs=1e-12)

    diagnostic = sdmetrics.DiagnosticReport()
    diagnostic.generate(frame(real), frame(data), METADATA, verbose=False)
    valid = diagnostic.get_properties().set_index("Property")["Score"]["Data Validity"]
    assert validity(real, data) == pytest.approx(valid, abs=1e-12)
