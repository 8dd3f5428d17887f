"""Switches and states: which one holds, given the numbers beside it, life, failure mode, and the state before.

A multinomial logistic regression for each, as a Markov chain with covariates: states keep their dwells, follow what
operation or wear does to the numbers, and are always ones that there are. Sampled after the numbers, run by run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gan.data.modelled import learned_sensors, only, state_sensors
from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import Profile, Sensor

# Life fractions between which the log odds are straight.
KNOTS = (0.0, 0.25, 0.5, 0.7, 0.85, 0.95, 1.0)
# At most so many rows are learned from, evenly chosen.
MOST_ROWS = 100_000
# Inverse of the L2 penalty's weight: thresholds are sharp.
SHARPNESS = 100.0
NEVER = -60.0
_PREFIX = "state."


def fit_states(runs: Runs, profile: Profile) -> dict[str, Floats]:
    """What is learned of each state from runs of all sensors: (K, F) weights by name, the constant's last."""
    sensors = state_sensors(profile)
    if not sensors:
        return {}
    numbers = only(runs, tuple(sensor.name for sensor in learned_sensors(profile)))
    arrays = {"state_mean": numbers.values.mean(axis=0), "state_spread": np.maximum(numbers.values.std(axis=0), 1e-9)}
    known = _known(numbers, arrays)
    for sensor in sensors:
        codes = only(runs, (sensor.name,)).values[:, 0].astype(np.int64)
        before = _one_hot(_shifted(codes, runs), len_of(sensor))
        arrays[f"{_PREFIX}{sensor.name}"] = _fit(np.hstack([known, before]), codes, len_of(sensor))
        known = np.hstack([known, _one_hot(codes, len_of(sensor))])
    return arrays


def len_of(sensor: Sensor) -> int:
    """How many states it has."""
    return int(sensor.physical_max) + 1


def with_states(runs: Runs, profile: Profile, arrays: Mapping[str, Floats], random_seed: int) -> Runs:
    """Sampled runs of the learned sensors, with states drawn and constants added: all sensors of the profile.

    A run's states depend on the random seed and the run's id alone, not on which runs are sampled together.
    """
    if runs.sensors == profile.sensor_names:
        return runs
    columns = {name: runs.values[:, at] for at, name in enumerate(runs.sensors)}
    sensors = state_sensors(profile)
    if sensors:
        known = _known(runs, arrays)
        draws = np.concatenate(
            [
                np.random.default_rng([random_seed, 97, int(run)]).random((int(rows), len(sensors)))
                for run, rows in zip(runs.ids(), runs.lengths(), strict=True)
            ]
        )
        for at, sensor in enumerate(sensors):
            codes = _draw(known, arrays[f"{_PREFIX}{sensor.name}"], draws[:, at], runs)
            columns[sensor.name] = codes.astype(np.float64)
            known = np.hstack([known, _one_hot(codes, len_of(sensor))])
    columns |= {s.name: np.full(len(runs), s.constant) for s in profile.sensors if s.constant is not None}
    values = np.column_stack([columns[name] for name in profile.sensor_names])
    return replace(runs, sensors=profile.sensor_names, values=values)


def _known(numbers: Runs, arrays: Mapping[str, Floats]) -> Floats:
    """What each row knows before its states, (N, F): the numbers, and life by failure mode."""
    scaled = (numbers.values - arrays["state_mean"]) / arrays["state_spread"]
    lengths = np.repeat(numbers.lengths(), numbers.lengths())
    life = (numbers.position() + 1.0) / lengths
    hats = np.stack([np.interp(life, KNOTS, knot) for knot in np.eye(len(KNOTS))], axis=1)
    modes = np.zeros(len(numbers), dtype=np.int64) if numbers.failure_mode is None else numbers.failure_mode
    by_mode = _one_hot(modes, max(len(numbers.modes), 1))[:, :, None] * hats[:, None, :]
    return np.hstack([scaled, by_mode.reshape(len(numbers), -1)])


def _one_hot(codes: Ints, count: int) -> Floats:
    """(N, count); a row of zeros for a code of -1."""
    return np.asarray((codes[:, None] == np.arange(count)).astype(np.float64))


def _shifted(codes: Ints, runs: Runs) -> Ints:
    """The code of the row before, -1 in the first row of a run."""
    before = np.concatenate([[-1], codes[:-1]])
    before[runs.starts()] = -1
    return before


def _fit(design: Floats, codes: Ints, count: int) -> Floats:
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((count, design.shape[1] + 1))
    weights[:, -1] = NEVER
    rows = np.unique(np.linspace(0, len(codes) - 1, min(len(codes), MOST_ROWS)).astype(np.int64))
    seen = np.unique(codes[rows])
    if len(seen) == 1:
        weights[seen[0], -1] = 0.0
        return weights
    model = LogisticRegression(C=SHARPNESS, max_iter=300).fit(design[rows], codes[rows])
    found = np.hstack([model.coef_, model.intercept_[:, None]])
    # Of two states, sklearn gives the log odds of the second.
    weights[seen] = np.vstack([np.zeros_like(found), found]) if len(seen) == 2 else found
    return weights


def _draw(known: Floats, weights: Floats, draws: Floats, runs: Runs) -> Ints:
    """The state of each row, (N,), the runs advancing together."""
    count = len(weights)
    split = known.shape[1]
    odds = known @ weights[:, :split].T + weights[:, -1]
    by_state = weights[:, split : split + count].T
    starts, lengths = runs.starts(), runs.lengths()
    codes = np.full(len(known), -1, dtype=np.int64)
    for step in range(int(lengths.max())):
        rows = starts[lengths > step] + step
        logits = odds[rows] + (by_state[codes[rows - 1]] if step else 0.0)
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        reached = np.cumsum(share, axis=1) / share.sum(axis=1, keepdims=True)
        codes[rows] = np.minimum((draws[rows, None] > reached).sum(axis=1), count - 1)
    return codes
