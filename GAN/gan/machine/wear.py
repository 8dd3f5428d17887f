"""Wear characteristics per machine type: how long a life is and how damage grows."""

from __future__ import annotations

from dataclasses import dataclass

MACHINE_TYPES = (
    "motor", "pump", "cnc", "fan", "compressor", "conveyor", "hydraulic", "cooling_tower", "robot", "transformer",
    "turbofan", "chiller", "other",
)  # fmt: skip
DEGRADATIONS = ("slow", "medium", "fast", "exponential")
# A life of fewer rows has no course that could be learnt.
MIN_LIFE_ROWS = 20


@dataclass(frozen=True)
class Wear:
    """max_rul_hours: the longest life there is. degradation: how damage grows. life_cv: spread of lives over their mean."""

    max_rul_hours: float
    degradation: str
    life_cv: float = 0.2

    @property
    def mean_life_hours(self) -> float:
        return 0.75 * self.max_rul_hours


DEFAULTS: dict[str, Wear] = {
    "motor": Wear(1000, "slow"),
    "pump": Wear(800, "medium"),
    "compressor": Wear(600, "fast"),
    "cnc": Wear(500, "exponential"),
    "fan": Wear(1200, "slow"),
    "conveyor": Wear(900, "medium"),
    "robot": Wear(1100, "slow"),
    "hydraulic": Wear(850, "medium"),
    "transformer": Wear(1500, "slow"),
    "cooling_tower": Wear(1100, "medium"),
    "turbofan": Wear(700, "exponential"),
    "chiller": Wear(1200, "medium"),
    "other": Wear(900, "medium"),
}
