"""A check of data: what was measured, on how many runs, against which threshold, what it means, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Verdict = Literal["pass", "warn", "fail"]
# A check without power decides nothing: with so few runs, good data would do as badly as bad.
CheckVerdict = Literal["pass", "warn", "fail", "not judged"]
_ORDER: dict[Verdict, int] = {"pass": 0, "warn": 1, "fail": 2}
_MARK: dict[CheckVerdict, str] = {"pass": "✅", "warn": "⚠️ ", "fail": "❌", "not judged": "➖"}


@dataclass(frozen=True)
class Check:
    """text: the measured value for a person. value: the same as a number, if it is one. floor: what real data score.

    runs: how many real runs it rests on, None where real runs do not matter.
    """

    name: str
    text: str
    value: float | None
    threshold: str
    meaning: str
    verdict: CheckVerdict
    floor: float | None = None
    runs: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "runs" or value is not None}


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
    runs: int | None = None,
) -> Check:
    """A check against two limits; with an infinite `fail` it can only warn."""
    sense = 1 if high_is_bad else -1
    verdict: Verdict = "pass" if sense * value <= sense * warn else "warn" if sense * value <= sense * fail else "fail"
    sign = "≤" if high_is_bad else "≥"
    beyond = f" (fails beyond {fail:g})" if math.isfinite(fail) else ""
    return Check(name, text or f"{value:.3f}", value, f"{sign} {warn:g}{beyond}", meaning, verdict, floor, runs)


def not_judged(check: Check, why: str) -> Check:
    """The same figure without a verdict. why: what it lacks."""
    return replace(check, text=f"{check.text}; {why}", verdict="not judged")


def boolean(name: str, good: bool, meaning: str, text: str | None = None) -> Check:
    """A check that passes or fails."""
    return Check(name, text or str(good), float(good), "True", meaning, "pass" if good else "fail")


def overall(checks: Sequence[Check]) -> Verdict:
    """The worst verdict of those that were reached."""
    reached = [check.verdict for check in checks if check.verdict != "not judged"]
    return max(reached, key=_ORDER.__getitem__, default="pass")


def _shown(text: str) -> str:
    """In the form people know from earlier scripts: `RUL decreasing (98.5%)`, `Timestamp sorted: True`."""
    return f" ({text})" if text.endswith("%") else f": {text}"


def _rests_on(check: Check) -> str:
    return "" if check.runs is None else f" on {check.runs} real run{'' if check.runs == 1 else 's'}"


def as_text(checks: Sequence[Check]) -> str:
    """The checks for a person, ending in the overall verdict."""
    lines = [f"{_MARK[c.verdict]} {c.name}{_shown(c.text)}  [{c.threshold}]{_rests_on(c)}" for c in checks]
    verdict = overall(checks)
    words: dict[Verdict, str] = {"pass": "✅ PASS", "warn": "✅ PASS (with warnings)", "fail": "❌ FAIL"}
    return "\n".join([*lines, words[verdict]])
