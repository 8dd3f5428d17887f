"""A check of data: what was measured, against which threshold, what it means, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["pass", "warn", "fail"]
_ORDER: dict[Verdict, int] = {"pass": 0, "warn": 1, "fail": 2}
_MARK: dict[Verdict, str] = {"pass": "✅", "warn": "⚠️ ", "fail": "❌"}


@dataclass(frozen=True)
class Check:
    """text: the measured value for a person. value: the same as a number, if it is one. floor: what real data score."""

    name: str
    text: str
    value: float | None
    threshold: str
    meaning: str
    verdict: Verdict
    floor: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def graded(
    name: str,
    value: float,
    *,
    warn: float,
    fail: float,
    meaning: str,
    high_is_bad: bool = True,
    text: str | None = None,
    floor: float | None = None,
) -> Check:
    """A check against two limits; with an infinite `fail` it can only warn."""
    sense = 1 if high_is_bad else -1
    verdict: Verdict = "pass" if sense * value <= sense * warn else "warn" if sense * value <= sense * fail else "fail"
    sign = "≤" if high_is_bad else "≥"
    beyond = f" (fails beyond {fail:g})" if math.isfinite(fail) else ""
    return Check(name, text or f"{value:.3f}", value, f"{sign} {warn:g}{beyond}", meaning, verdict, floor)


def boolean(name: str, good: bool, meaning: str, text: str | None = None) -> Check:
    """A check that passes or fails."""
    return Check(name, text or str(good), float(good), "True", meaning, "pass" if good else "fail")


def overall(checks: Sequence[Check]) -> Verdict:
    """The worst verdict."""
    return max((check.verdict for check in checks), key=_ORDER.__getitem__, default="pass")


def _shown(text: str) -> str:
    """In the form people know from earlier scripts: `RUL decreasing (98.5%)`, `Timestamp sorted: True`."""
    return f" ({text})" if text.endswith("%") else f": {text}"


def as_text(checks: Sequence[Check]) -> str:
    """The checks for a person, ending in the overall verdict."""
    lines = [f"{_MARK[c.verdict]} {c.name}{_shown(c.text)}  [{c.threshold}]" for c in checks]
    verdict = overall(checks)
    words: dict[Verdict, str] = {"pass": "✅ PASS", "warn": "✅ PASS (with warnings)", "fail": "❌ FAIL"}
    return "\n".join([*lines, words[verdict]])
