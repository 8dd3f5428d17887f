"""The regression gate: a data set that is clearly worse than the published one is not published automatically.

Both were measured against held-out runs of the seed when they were validated; here their reports are compared.
"Clearly" means by more than two random seeds of the same machine differ; bench/gate_margin.py measures that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Between data sets of one machine that differ in nothing but the random seed (six machines, four seeds, 300 epochs) the
# shortfall differed by up to 0.115, quality itself by up to 0.18, and up to 2 checks turned from pass to warn:
# bench/gate_margin.py. The margins lie above that.
QUALITY_MARGIN = 0.15
MORE_WARNINGS = 6


def clearly_worse(candidate: Mapping[str, Any], published: Mapping[str, Any]) -> str | None:
    """Why a data set is clearly worse than the published one, by their reports; None when it is not."""
    reasons = [*_quality(candidate, published), *_warnings(candidate, published)]
    return "; ".join(reasons) or None


def shortfall(report: Mapping[str, Any]) -> float:
    """How far quality lies below that of real runs among themselves.

    Quality alone says as much about which runs were held out: another random seed holds out others.
    """
    quality = report["figures"]["quality"]
    return float(quality["floor"] - quality["value"])


def _quality(candidate: Mapping[str, Any], published: Mapping[str, Any]) -> list[str]:
    new, old = shortfall(candidate), shortfall(published)
    if new <= old + QUALITY_MARGIN:
        return []
    return [
        f"quality is {new:.3f} below real runs', that of the published {old:.3f} (allowed: {QUALITY_MARGIN:g} more)"
    ]


def warnings_gained(candidate: Mapping[str, Any], published: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Checks that passed before and now warn or fail."""
    passed = {check["name"] for check in published["checks"] if check["verdict"] == "pass"}
    return [check for check in candidate["checks"] if check["verdict"] in ("warn", "fail") and check["name"] in passed]


def _warnings(candidate: Mapping[str, Any], published: Mapping[str, Any]) -> list[str]:
    """A few checks change their verdict by chance; many at once are a trend."""
    worse = warnings_gained(candidate, published)
    if len(worse) < MORE_WARNINGS:
        return []
    figures = ", ".join(f"{check['name']}: {check['text']}" for check in worse)
    return [f"{len(worse)} checks that passed now warn (allowed: {MORE_WARNINGS - 1}): {figures}"]
