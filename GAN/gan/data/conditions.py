"""What a data set may be asked to hold in other proportions than the seed: failure modes, and how long runs last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gan.data.runs import Floats, Runs
from gan.runtime.errors import InvalidInput

AS_SEEN, BALANCED = "as-seen", "balanced"


@dataclass(frozen=True)
class Conditions:
    """shares: of the runs, by failure mode; empty: as they occur. life_h: least and most hours from a run's first row
    to its failure, None: as they occur. in_runs: its size counts runs, however long, instead of rows.
    settings: their values at the operating points that all rows are at, by name; empty: as they occur."""

    shares: Mapping[str, float] = field(default_factory=dict)
    life_h: tuple[float, float] | None = None
    in_runs: bool = False
    settings: Mapping[str, float] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether the runs are in other proportions than the seed's."""
        return self.of_runs or bool(self.settings)

    @property
    def of_runs(self) -> bool:
        """Whether runs of some failure modes or lives are asked for."""
        return bool(self.shares) or self.life_h is not None

    def to_json(self) -> dict[str, Any]:
        """As the data set's manifest has them."""
        life = None if self.life_h is None else list(self.life_h)
        at = {"settings": dict(self.settings)} if self.settings else {}
        return {"failureModes": dict(self.shares) or None, "lifeHours": life, "inRuns": self.in_runs, **at}

    @staticmethod
    def from_json(given: Mapping[str, Any] | None) -> Conditions:
        """What `to_json` gave; None where nothing was asked for."""
        if given is None:
            return AS_THEY_OCCUR
        life = given["lifeHours"]
        shares, at = given["failureModes"] or {}, given.get("settings", {})
        return Conditions(shares, None if life is None else (life[0], life[1]), given["inRuns"], at)

    def told(self) -> str:
        """In words, for a person."""
        modes = ", ".join(f"{name} {share:.0%}" for name, share in self.shares.items())
        life = "" if self.life_h is None else f"runs of {self.life_h[0]:g} to {self.life_h[1]:g} h"
        at = ", ".join(f"{name} {value:g}" for name, value in self.settings.items())
        return "; ".join(
            part for part in (modes and f"failure modes {modes}", life, at and f"operation at {at}") if part
        )


AS_THEY_OCCUR = Conditions()


def parse_conditions(runs: int, failure_mode: str, life_hours: str, modes: Sequence[str]) -> Conditions:
    """The flags' values; modes: those of the machine. Raises InvalidInput for an unknown mode or an empty range."""
    return Conditions(_shares(failure_mode, modes), _life(life_hours), in_runs=runs > 0)


def parse_condition(text: str, settings: Sequence[str]) -> dict[str, float]:
    """Values of settings, from the flag; settings: those of the machine. Raises InvalidInput for an unknown one."""
    if text == AS_SEEN:
        return {}
    pairs = [part.split("=") for part in text.split(",")]
    unknown = [name for name, _ in pairs if name not in settings]
    if unknown:
        raise InvalidInput(
            f"condition: {', '.join(unknown)}: the machine has no such setting",
            field="condition",
            hint=f"it has: {', '.join(settings)}"
            if settings
            else "recorded rows with settings: machine import --settings a,b",
        )
    return {name: float(value) for name, value in pairs}


def _shares(text: str, modes: Sequence[str]) -> dict[str, float]:
    if text == AS_SEEN:
        return {}
    if text == BALANCED and modes:
        return {name: 1 / len(modes) for name in modes}
    pairs = [part.split("=") for part in text.split(",")]
    shares = {pair[0].strip(): float(pair[1]) if len(pair) > 1 else 1.0 for pair in pairs}
    unknown = sorted(set(shares) - set(modes))
    if unknown:
        raise InvalidInput(
            f"failure_mode: {', '.join(unknown)}: the machine has no such failure mode",
            field="failure_mode",
            hint=f"it has: {', '.join(modes) or 'none'}",
        )
    total = sum(shares.values())
    if len(shares) < len(pairs) or not math.isclose(total, 1, abs_tol=1e-6):
        raise InvalidInput(
            f"failure_mode: the shares of {text!r} sum to {total:g}: each mode once, and 1 in all, is allowed",
            field="failure_mode",
        )
    return {name: share for name, share in shares.items() if share > 0}


def _life(text: str) -> tuple[float, float] | None:
    if text == AS_SEEN:
        return None
    low, high = (float(word) for word in text.split(".."))
    if not low <= high or high == 0:
        raise InvalidInput(f"life_hours: {text!r}: the shortest life comes first, e.g. 200..800", field="life_hours")
    return low, high


def life_hours(runs: Runs) -> Floats:
    """Hours from each run's first row to its last, (R,)."""
    starts = runs.starts()
    hours: Floats = runs.time_h[starts + runs.lengths() - 1] - runs.time_h[starts]
    return hours
