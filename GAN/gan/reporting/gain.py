"""What adding a data set to the real runs does for RUL models, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def gain_sentence(figure: Mapping[str, Any]) -> str:
    """figure: the report's augmentation_gain, the share by which the error falls, with its interval."""
    gain, interval = float(figure["value"]), figure["interval"]
    change = f"{'falls' if gain >= 0 else 'rises'} by {abs(gain):.0%}"
    said = f"Does adding this help? The error of RUL models on {_runs(figure['runs'])} {change} when the data are added"
    if interval is None:
        return f"{said} to the real training runs. One run does not tell whether that is chance."
    low, high = interval
    verdict = "it helps" if low > 0 else "it harms" if high < 0 else "it may be chance"
    return f"{said} to the real training runs (95 % interval of the fall: {low:.0%} to {high:.0%}): {verdict}."


def _runs(count: int) -> str:
    return f"{count} held-out run{'' if count == 1 else 's'}"
