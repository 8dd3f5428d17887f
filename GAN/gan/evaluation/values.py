"""Are all values ones that a sensor can have: whole numbers, codes of its categories, its constant?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gan.data.resolution import on_resolution
from gan.data.runs import Floats
from gan.evaluation.checks import Check, boolean
from gan.machine.profile import Profile, Sensor


def values_check(profile: Profile, wrong: Sequence[str]) -> list[Check]:
    """The check, given the sensors with other values; none where no sensor is bound to certain values."""
    bound = [sensor for sensor in profile.sensors if sensor.constant is not None or sensor.resolution is not None]
    if not bound:
        return []
    kept = [sensor.name for sensor in bound if sensor.constant is not None]
    good = f"{len(bound)} sensors" + (f", constant: {', '.join(kept)}" if kept else "")
    meaning = "sensors with steps, categories or a constant value have no other values"
    return [boolean("Possible values", not wrong, meaning, f"others in {', '.join(wrong)}" if wrong else good)]


def possible(values: Floats, sensor: Sensor) -> bool:
    """Whether all values (N,) are ones that the sensor can have."""
    if sensor.constant is not None:
        return bool(np.all(values == sensor.constant))
    return sensor.resolution is None or on_resolution(values, sensor.resolution)
