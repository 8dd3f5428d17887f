"""Which columns a synthesizer learns from, and which measures compare: not every sensor is a number that varies.

A constant tells nothing and is left out of both. The codes of switches and states are no quantities: a synthesizer
learns the numbers alone, and gan/synthesis/states.py learns which state goes with them. Measures compare states too:
of three or more, each but the first as a column that is 1 where it or a later one holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gan.data.runs import Floats, Runs
from gan.machine.profile import Profile, Sensor


def learned_sensors(profile: Profile) -> tuple[Sensor, ...]:
    """The sensors that a synthesizer learns. With no number that varies and is measured, it takes codes for numbers."""
    varying = tuple(sensor for sensor in profile.sensors if sensor.constant is None)
    # A state that is set decides what the numbers do: it is learned with them.
    numbers = tuple(sensor for sensor in varying if not sensor.coded or sensor.role is not None)
    return numbers if any(sensor.role is None for sensor in numbers) else varying or profile.sensors


def state_sensors(profile: Profile) -> tuple[Sensor, ...]:
    """The switches and states that are learned apart from the numbers."""
    learned = learned_sensors(profile)
    return tuple(s for s in profile.sensors if s.coded and s.constant is None and s not in learned)


def learned_profile(profile: Profile) -> Profile:
    """The profile with the learned sensors alone."""
    sensors = learned_sensors(profile)
    return profile if sensors == profile.sensors else replace(profile, sensors=sensors)


def learned(runs: Runs, profile: Profile) -> Runs:
    """The learned sensors of runs."""
    return only(runs, learned_profile(profile).sensor_names)


def only(runs: Runs, sensors: tuple[str, ...]) -> Runs:
    """Some of the sensors of runs."""
    if sensors == runs.sensors:
        return runs
    values = np.ascontiguousarray(runs.values[:, [runs.sensors.index(name) for name in sensors]])
    return replace(runs, sensors=sensors, values=values)


def measured(runs: Runs, profile: Profile) -> Runs:
    """The columns of runs that measures compare."""
    if not any(sensor.constant is not None or len(sensor.categories) > 2 for sensor in profile.sensors):
        return runs
    columns = [column for at, sensor in enumerate(profile.sensors) for column in _columns(sensor, runs.values[:, at])]
    if not columns:
        return runs
    return replace(runs, sensors=tuple(name for name, _ in columns), values=np.column_stack([v for _, v in columns]))


def _columns(sensor: Sensor, values: Floats) -> Iterator[tuple[str, Floats]]:
    if sensor.constant is not None:
        return
    if len(sensor.categories) <= 2:
        yield sensor.name, values
        return
    for code, word in enumerate(sensor.categories[1:], 1):
        yield f"{sensor.name} {word}", (values >= code).astype(np.float64)
