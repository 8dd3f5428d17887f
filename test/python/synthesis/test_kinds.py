"""Ways of failing that no label tells apart are found where runs end, and synthetic runs end so too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import parse_profile
from gan.store.local import LocalStore
from gan.synthesis.checkpoints import Checkpoints
from gan.synthesis.model import Model
from gan.synthesis.synthesizer import synthesizer_of_model
from gan.synthesis.temporal_tvae.kinds import ends_of, find_kinds
from gan.synthesis.temporal_tvae.trainer import TrainParams, train
from support import machine_config, sensor

SENSORS = 6
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
WITHOUT_KINDS: dict[str, Draw] = {
    "normal": lambda rng, size: rng.normal(0, 5, size),
    "uniform": lambda rng, size: rng.uniform(-9, 9, size),
    "exponential": lambda rng, size: rng.exponential(5, size),
    "long-tailed": lambda rng, size: 5 * rng.standard_t(3, size),
}


@pytest.mark.parametrize("count", [8, 25, 200])
@pytest.mark.parametrize("name", WITHOUT_KINDS)
def test_ends_that_merely_spread_are_of_one_kind(name: str, count: int) -> None:
    rng = np.random.default_rng(0)
    found = [len(find_kinds(WITHOUT_KINDS[name](rng, (count, SENSORS)), np.ones(SENSORS)).centers) for _ in range(50)]
    assert np.mean(np.array(found) > 1) <= 0.04


@pytest.mark.parametrize("kinds", [2, 3])
def test_ends_with_nothing_between_them_are_of_as_many_kinds(kinds: int) -> None:
    rng = np.random.default_rng(0)
    which = rng.permutation(np.arange(45) % kinds)
    ends = rng.normal(0, 1, (45, SENSORS))
    ends[:, 2] += 15.0 * which
    found = find_kinds(ends, np.full(SENSORS, 0.5))
    assert len(found.centers) == kinds
    of = found.of(ends)
    assert len(set(zip(of.tolist(), which.tolist(), strict=True))) == kinds


def test_a_gap_no_larger_than_the_noise_of_a_row_is_none() -> None:
    ends = np.repeat([[0.0], [1.0]], 20, axis=0)
    assert len(find_kinds(ends, np.array([0.01])).centers) == 2
    assert len(find_kinds(ends, np.array([0.5])).centers) == 1


def two_ways(labels: int) -> tuple[Runs, Ints]:
    """Runs whose first sensor rises to about 80 in half of them, and falls to about 20 in the others; and which do."""
    rng = np.random.default_rng(0)
    lengths, rises = rng.integers(50, 80, 24), np.arange(24) % 2
    run = np.repeat(np.arange(24), lengths)
    left: Floats = np.concatenate([np.arange(n - 1.0, -1.0, -1.0) for n in lengths])
    wear = np.exp(-left / 10)
    way = np.where(rises[run] == 1, 30.0, -30.0)
    values = np.column_stack([50 + way * wear, 50 + 20 * wear]) + rng.normal(0, 1, (len(run), 2))
    mode = rises[run] if labels == 2 else np.zeros(len(run), dtype=np.int64)
    time = np.arange(len(run)) + 24.0 * run
    return Runs(("a", "b"), values, run + 1, time, left, mode, ("up", "down")[:labels]), rises


def learned(runs: Runs, folder: Path) -> Model:
    sensors = [sensor(name, 50, 85, 95) for name in ("a", "b")]
    profile = parse_profile(machine_config("pump_a", sensors=sensors, failure_modes=[]))
    return train(
        runs,
        profile,
        TrainParams(epochs=30, batch_size=200, seed=1),
        checkpoints=Checkpoints(LocalStore(folder), "pump_a", "key"),
        provenance={},
        should_stop=lambda: False,
        on_epoch=lambda _: None,
    )


@pytest.mark.parametrize("labels", [1, 2])
def test_synthetic_runs_end_in_one_way_or_the_other_and_none_between(labels: int, tmp_path: Path) -> None:
    runs, _ = two_ways(labels)
    model = learned(runs, tmp_path)
    assert sum(model.header["hiddenKinds"]) == (0 if labels == 2 else len(model.header["trainRuns"]))
    made = synthesizer_of_model(model).sample(model, {"train": 6000}, 0)["train"]
    ends = ends_of(made, made.values)[:, 0]
    real = ends_of(runs, runs.values)[:, 0]
    between = (ends > real[real < 50].max() + 8) & (ends < real[real > 50].min() - 8)
    assert not between.any()
    assert 0.3 < (ends > 50).mean() < 0.7
    assert made.modes == runs.modes
    if labels == 2:
        assert ((ends > 50) == (made.run_modes() == 1)).all()
    else:
        assert not made.run_modes().any(), "what was found is no column of the data"
