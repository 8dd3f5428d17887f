"""The results as Markdown tables: the official test, and how often the product's verdict agrees with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cmapss.rul_models import MODELS

Results = Sequence[dict[str, Any]]
# Half the width of a 95 % interval of a mean over n seeds, in standard errors: Student's t, by n.
T95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
# From this ratio of errors on, the official test calls data bad: the product's TSTR should not pass them.
BAD = 1.3
# Contestants whose errors are nearer than this are not ranked.
TIE = 1.1


def tables(results: Results) -> str:
    """Every subset and size: errors as means over seeds and draws, and what the product said."""
    lines: list[str] = []
    for subset, units in sorted({(r["subset"], -r["units"]) for r in results}):
        some = [r for r in results if (r["subset"], r["units"]) == (subset, -units)]
        seeds, draws = (len({r[key] for r in some}) for key in ("seed", "draw"))
        lines += [f"### {subset}, {-units} units, {seeds} seeds × {draws} draws", ""]
        lines += ["| learned from | " + " | ".join(f"{m}: RMSE | over real | NASA" for m in MODELS) + " |"]
        lines += ["| --- |" + " --- |" * (3 * len(MODELS))]
        for label in dict.fromkeys(r["label"] for r in some):
            cells = [cell for model in MODELS for cell in _cells(some, label, model)]
            lines.append(f"| {label} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join([*lines, *agreement(results)])


def _cells(results: Results, label: str, model: str) -> tuple[str, str, str]:
    rmse, nasa = (_by_seed(results, label, model, key) for key in ("rmse", "nasa"))
    real = _by_seed(results, "real", model, "rmse")
    return _interval(rmse, 1), "1" if label == "real" else _interval(rmse / real, 2), f"{nasa.mean():.0f}"


def _by_seed(results: Results, label: str, model: str, key: str) -> Any:
    """Means over the draws of each seed, in the order of seeds."""
    mine = [r for r in results if r["label"] == label]
    return np.array(
        [
            np.mean([r["scores"][model][key] for r in mine if r["seed"] == seed])
            for seed in sorted({r["seed"] for r in mine})
        ]
    )


def _interval(values: Any, digits: int) -> str:
    """Mean over seeds, and half the width of its 95 % interval."""
    mean = f"{values.mean():.{digits}f}"
    if len(values) < 2:
        return mean
    return f"{mean} ± {T95.get(len(values), 1.96) * values.std(ddof=1) / len(values) ** 0.5:.{digits}f}"


def official_ratio(results: Results, one: dict[str, Any]) -> float:
    """Error after learning from data over that after learning from the real runs, mean over the models."""
    real = next(r for r in results if r["label"] == "real" and all(r[k] == one[k] for k in ("subset", "units", "seed")))
    return float(np.mean([one["scores"][m]["rmse"] / real["scores"][m]["rmse"] for m in MODELS]))


def agreement(results: Results) -> list[str]:
    """How often the product's TSTR and its verdict agree with the official test, and how often they rank alike."""
    judged = [(r, official_ratio(results, r)) for r in results if r["product"] is not None]
    bad = [ratio > BAD for _, ratio in judged]
    tstr = [_tstr(r) not in ("pass", "not judged") for r, _ in judged]
    verdict = [r["product"]["verdict"] == "fail" for r, _ in judged]
    lines = [
        f"The official test calls {sum(bad)} of {len(bad)} data sets bad (mean error above {BAD:g} of real). "
        f"TSTR agrees on {_share(tstr, bad)}, the verdict fails {sum(verdict)}. {_ranked(judged)}", "",
        "| data | official ratio | TSTR | TSTR's verdict: pass, warn, fail, not judged | verdict | checks that fail |",
        "| --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for label in dict.fromkeys(r["label"] for r, _ in judged):
        mine = [(r, ratio) for r, ratio in judged if r["label"] == label]
        low, high = min(ratio for _, ratio in mine), max(ratio for _, ratio in mine)
        figures = [r["product"]["figures"]["tstr_ratio"] for r, _ in mine]
        said = [sum(_tstr(r) == word for r, _ in mine) for word in ("pass", "warn", "fail", "not judged")]
        words = [sum(r["product"]["verdict"] == word for r, _ in mine) for word in ("pass", "warn", "fail")]
        failed: dict[str, int] = {}
        for r, _ in mine:
            for name, verdict_of in r["product"]["checks"].items():
                if verdict_of == "fail":
                    failed[name] = failed.get(name, 0) + 1
        told = ", ".join(f"{name} {count}" for name, count in sorted(failed.items(), key=lambda x: -x[1]))
        lines.append(
            f"| {label} | {low:.2f}–{high:.2f} | {min(figures):.2f}–{max(figures):.2f} | "
            f"{', '.join(map(str, said))} | {', '.join(map(str, words))} | {told or '–'} |"
        )
    return lines


def _tstr(result: dict[str, Any]) -> str:
    return str(result["product"]["checks"]["Train on synthetic, test on real"])


def _share(one: Sequence[bool], other: Sequence[bool]) -> str:
    return f"{sum(a == b for a, b in zip(one, other, strict=True))} of {len(one)}"


def _ranked(judged: Sequence[tuple[dict[str, Any], float]]) -> str:
    """Pairs of contestants of one experiment and draw that the official test tells apart: ranked alike?"""
    alike = count = 0
    for at, (a, official_a) in enumerate(judged):
        for b, official_b in judged[at + 1 :]:
            if any(a[k] != b[k] for k in ("subset", "units", "seed", "draw")):
                continue
            if max(official_a / official_b, official_b / official_a) < TIE:
                continue
            first, second = (r["product"]["figures"]["tstr_ratio"] for r in (a, b))
            count, alike = count + 1, alike + ((first < second) == (official_a < official_b))
    return f"It ranks {alike} of {count} pairs as the official test does." if count else ""
