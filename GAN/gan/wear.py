"""Wear characteristics per machine type: how long a life is, how many the seed has, how damage grows."""

from __future__ import annotations

from dataclasses import dataclass

MACHINE_TYPES = (
    "motor", "pump", "cnc", "fan", "compressor", "conveyor", "hydraulic", "cooling_tower", "robot", "transformer",
    "turbofan", "chiller", "other",
)  # fmt: skip
DEGRADATIONS = ("slow", "medium", "fast", "exponential")


@dataclass(frozen=True)
class Wear:
    """max_rul_hours: the longest usual life. life_cv: spread of lives over their mean. noise_std_rul: hours."""

    max_rul_hours: float
    lifecycles_in_seed: int
    degradation: str
    noise_std_rul: float
    life_cv: float = 0.2

    @property
    def mean_life_hours(self) -> float:
        return 0.8 * self.max_rul_hours


DEFAULTS: dict[str, Wear] = {
    "motor": Wear(1000, 3, "slow", 10),
    "pump": Wear(800, 4, "medium", 12),
    "compressor": Wear(600, 5, "fast", 8),
    "cnc": Wear(500, 7, "exponential", 15),
    "fan": Wear(1200, 3, "slow", 20),
    "conveyor": Wear(900, 4, "medium", 15),
    "robot": Wear(1100, 3, "slow", 18),
    "hydraulic": Wear(850, 4, "medium", 14),
    "transformer": Wear(1500, 2, "slow", 25),
    "cooling_tower": Wear(1100, 3, "medium", 20),
    "turbofan": Wear(700, 5, "exponential", 12),
    "chiller": Wear(1200, 3, "medium", 18),
    "other": Wear(900, 4, "medium", 15),
}
