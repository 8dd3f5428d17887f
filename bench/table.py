"""The results as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = Sequence[str]


def as_table(results: dict[str, Any]) -> str:
    """All parts that were measured."""
    place = results["where"]
    lines = [
        f"{results['startedAt']} · {place['cpu']}, {place['cpus']} CPUs, load {place['loadAtStart']:.1f} at the start "
        f"· torch {place['torch']}, sdv {place['sdv']}, ctgan {place['ctgan']}",
        f"{results['epochs']} epochs, batch {results['batchSize']}, one thread a training. Ratios are stock over ours.",
    ]
    for part, show in (("train", _training), ("better", _better), ("sample", _sampling), ("fleet", _fleet)):
        if part in results:
            lines += ["", *show(results[part])]
    return "\n".join(lines)


def _training(rows: list[dict[str, Any]]) -> list[str]:
    body = [
        (
            r["machineId"],
            str(r["sensors"]),
            _s(r["oursS"]),
            _s(r["stockS"]),
            _x(r["ratio"]),
            _x(r["cpuRatio"]),
            _s(r["oursStartS"]),
            _s(r["stockStartS"]),
        )
        for r in rows
    ]
    head = (
        "seed to model, same epochs",
        "sensors",
        "ours",
        "stock",
        "ratio",
        "ratio of CPU time",
        "start-up ours",
        "start-up stock",
    )
    return _markdown(head, body)


def _better(rows: list[dict[str, Any]]) -> list[str]:
    body = [
        (
            r["machineId"],
            str(r["sensors"]),
            str(r["epochs"]),
            _s(r["oursS"]),
            _s(r["stockS"]),
            _x(r["ratio"]),
            ", ".join(r["worse"]) or "none",
            _nearer(r),
        )
        for r in rows
    ]
    head = (
        "seed to a better model",
        "sensors",
        "our epochs",
        "ours",
        "stock",
        "ratio",
        "worse, beyond chance",
        "stock nearer",
    )
    lines = _markdown(head, body)
    names = [name for name in rows[0]["figures"] if all(name in r["figures"] for r in rows)]
    figures = [(name, *(_compared(r["figures"][name]) for r in rows)) for name in names]
    return [
        *lines,
        "",
        *_markdown(("figure: ours / stock / real against real", *(r["machineId"] for r in rows)), figures),
    ]


def _compared(figure: dict[str, Any]) -> str:
    return f"{_f(figure['ours'])} / {_f(figure['stock'])} / {_f(figure['floor'])}"


def _nearer(row: dict[str, Any]) -> str:
    return f"{len(row['stockNearer'])} of {row['judged']}: {', '.join(row['stockNearer'])}"


def _sampling(rows: list[dict[str, Any]]) -> list[str]:
    body = [
        (r["machineId"], str(r["sensors"]), f"{r['rows']:,}", _s(r["workS"]), _s(r["processS"]), _s(r["processCpuS"]))
        for r in rows
    ]
    return _markdown(("sampled and written", "sensors", "rows", "time", "process and all", "its CPU time"), body)


def _fleet(result: dict[str, Any]) -> list[str]:
    body = [
        (
            f"{result['succeeded']} of {result['machines']}",
            _s(result["oursS"]),
            _s(result["stockEstimatedS"]),
            _x(result["ratio"]),
        )
    ]
    head = (
        "machines published, two CPUs, start-up and all",
        "ours",
        "sequential scripts with stock SDV (estimated)",
        "ratio",
    )
    return _markdown(head, body)


def _markdown(head: Row, body: Sequence[Row]) -> list[str]:
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *body)]


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def _x(ratio: float) -> str:
    return f"{ratio:.1f}×"


def _f(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
