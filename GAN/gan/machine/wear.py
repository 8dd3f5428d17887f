"""Wear characteristics per machine type, from contracts/machine-types.ts: how long runs are and how damage grows."""

from __future__ import annotations

from dataclasses import dataclass

from gan.runtime.contracts import contract

_TABLE = contract("machine-types")
MACHINE_TYPES: tuple[str, ...] = tuple(_TABLE["types"])
DEGRADATIONS: tuple[str, ...] = tuple(_TABLE["degradations"])
# A simulated run of fewer rows has no course that could be learned.
MIN_SIMULATED_ROWS = 20
MAX_RUN_ROWS: int = contract("limits")["maxRunRows"]


@dataclass(frozen=True)
class Wear:
    """max_rul_hours: the longest run. degradation: how damage grows. life_cv: run lengths' coefficient of variation."""

    max_rul_hours: float
    degradation: str
    life_cv: float = 0.2

    @property
    def mean_run_hours(self) -> float:
        return 0.75 * self.max_rul_hours


DEFAULTS: dict[str, Wear] = {
    name: Wear(default["maxRulHours"], default["degradation"]) for name, default in _TABLE["types"].items()
}
