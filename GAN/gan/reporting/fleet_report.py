"""The fleet's summary page: every machine's published data set, worst first, with links to their reports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gan.evaluation.checks import Verdict
from gan.reporting.report import HTML, badge, document
from gan.store.files import Paths
from gan.store.manifest import Manifest
from gan.store.publication import current_generation, read_report

PAGE = "fleet-report.html"
COLUMNS = {
    "SDMetrics quality": "quality",
    "Discriminative score": "discriminative",
    "TSTR / TRTR": "tstr_ratio",
    "Autocorrelation gap": "autocorrelation_gap",
    "Dynamics gap": "detrended_autocorrelation_gap",
    "Degradation gap": "degradation_gap",
    "Memorised dynamics": "memorised_dynamics",
}
_ORDER: tuple[Verdict, ...] = ("fail", "warn", "pass")


@dataclass(frozen=True)
class Line:
    """A machine; report is None when it has no validated data set."""

    machine_id: str
    report: Mapping[str, Any] | None
    folder: Path | None

    @property
    def rank(self) -> tuple[int, int, float]:
        """Sorts the worst first: failed, then many warnings, then low quality; machines without a report last."""
        if self.report is None:
            return len(_ORDER), 0, 0.0
        bad = sum(check["verdict"] != "pass" for check in self.report["checks"])
        return _ORDER.index(self.report["verdict"]), -bad, self.report["quality"]


def lines(paths: Paths) -> list[Line]:
    """The fleet's machines, worst first."""
    found = []
    for machine_id in paths.fleet_ids():
        folder = _failed(paths, machine_id) or current_generation(paths, machine_id)
        found.append(Line(machine_id, None if folder is None else read_report(folder), folder))
    return sorted(found, key=lambda line: (line.rank, line.machine_id))


def _failed(paths: Paths, machine_id: str) -> Path | None:
    """The newest generation, if it did not pass: what is published is an older one then."""
    record = Manifest(paths, machine_id).step("generateDataset")
    if record is None:
        return None
    folder = (paths.root / record["outputs"][0]["path"]).parent
    report = read_report(folder)
    return folder if report is not None and report["verdict"] == "fail" else None


def page(machines: list[Line], beside: Path) -> str:
    """The page as HTML, one file. beside: the folder it lies in, which the links start from."""
    ready = sum(line.report is not None for line in machines)
    head = "".join(f"<th>{escape(name)}" for name in COLUMNS)
    rows = "".join(_row(line, beside) for line in machines)
    lead = (
        f"<h1>Fleet report</h1><p>{ready} of {len(machines)} machines have a validated data set. The worst come first; one that failed is shown though an older one is published. Figures are "
        "against runs of the seed that the generator never saw; in brackets what real runs give in the data’s place.</p>"
    )
    table = f"<div class=wide><table><thead><tr><th>Machine<th>Verdict{head}<th>Not passed</thead><tbody>{rows}</tbody></table></div>"
    return document("Fleet report", lead + table)


def _row(line: Line, beside: Path) -> str:
    if line.report is None or line.folder is None:
        none = f"<td colspan={len(COLUMNS) + 2}>no validated data set</td>"
        return f"<tr><th scope=row>{escape(line.machine_id)}</th>{none}</tr>"
    link = os.path.relpath(line.folder / HTML, beside)
    bad = [check["name"] for check in line.report["checks"] if check["verdict"] != "pass"]
    figures = line.report.get("figures", {})
    cells = "".join(f"<td>{_figure(figures.get(name))}</td>" for name in COLUMNS.values())
    return (
        f'<tr><th scope=row><a href="{escape(link)}">{escape(line.machine_id)}</a></th><td>{badge(line.report["verdict"])}</td>'
        f"{cells}<td>{escape(', '.join(bad)) or '–'}</td></tr>"
    )


def _figure(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    floor = figure["floor"]
    return f"{figure['value']:.3f}" + ("" if floor is None else f" ({floor:.3f})")
