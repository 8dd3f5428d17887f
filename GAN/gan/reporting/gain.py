"""What adding a data set to the real runs does for RUL models, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def gain_sentences(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the report's figures say; nothing where use was not measured."""
    return [_gain(figures["augmentation_gain"], figures["rul_cap_h"])] if "augmentation_gain" in figures else []


def _gain(figure: Mapping[str, Any], cap: Mapping[str, Any]) -> str:
    """figure: the share by which the error falls, with its interval. cap: where RUL is capped, hours."""
    gain, interval = float(figure["value"]), figure["interval"]
    change = f"{'falls' if gain >= 0 else 'rises'} by {abs(gain):.0%}"
    said = (
        f"Does adding this help? The error of RUL models (RUL capped at {cap['value']:.4g} h) on "
        f"{_runs(figure['runs'])} {change} when the data are added"
    )
    if interval is None:
        return f"{said} to the real training runs. One run does not tell whether that is chance."
    low, high = interval
    verdict = "it helps" if low > 0 else "it harms" if high < 0 else "it may be chance"
    return f"{said} to the real training runs (95 % interval of the fall: {low:.0%} to {high:.0%}): {verdict}."


def _runs(count: int) -> str:
    return f"{count} held-out run{'' if count == 1 else 's'}"
