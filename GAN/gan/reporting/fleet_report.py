"""The fleet's summary page: every machine's published data set, worst first, with links to their reports."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from gan.evaluation.checks import Verdict
from gan.reporting.report import HTML, badge, document
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import machine_ids
from gan.store.layout import generation_key, generation_of
from gan.store.manifest import Manifest
from gan.store.publication import read_report

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
    generation: str | None

    @property
    def rank(self) -> tuple[int, int, float]:
        """Sorts the worst first: failed, then many warnings, then low quality; machines without a report last."""
        if self.report is None:
            return len(_ORDER), 0, 0.0
        bad = len(_not_passed(self.report))
        return _ORDER.index(self.report["verdict"]), -bad, self.report["quality"]


def _not_passed(report: Mapping[str, Any]) -> list[str]:
    """Names of the checks that warn or fail."""
    return [check["name"] for check in report["checks"] if check["verdict"] in ("warn", "fail")]


def lines(store: ArtifactStore) -> list[Line]:
    """The fleet's machines, worst first."""
    found = []
    for machine_id in machine_ids(store):
        shown = _failed(store, machine_id) or store.published(machine_id)
        found.append(Line(machine_id, None if shown is None else read_report(store, machine_id, shown), shown))
    return sorted(found, key=lambda line: (line.rank, line.machine_id))


def _failed(store: ArtifactStore, machine_id: str) -> str | None:
    """The newest generation, if it did not pass; an older one is then published."""
    record = Manifest(store, machine_id).step("generateDataset")
    if record is None:
        return None
    newest = generation_of(record["outputs"][0]["path"])
    report = read_report(store, machine_id, newest)
    return newest if report is not None and report["verdict"] == "fail" else None


def page(machines: list[Line], key: str) -> str:
    """The page as HTML, one file. key: the page's own, to which links are relative."""
    ready = sum(line.report is not None for line in machines)
    head = "".join(f"<th>{escape(name)}" for name in COLUMNS)
    rows = "".join(_row(line, key) for line in machines)
    lead = (
        f"<h1>Fleet report</h1><p>{ready} of {len(machines)} machines have a validated data set. "
        "The worst come first; one that failed is shown though an older one is published. "
        "Figures are against runs of the seed that the generator never saw; "
        "in brackets what real runs give in the data’s place.</p>"
    )
    table = (
        f"<div class=wide><table><thead><tr><th>Machine<th>Verdict{head}<th>Not passed</thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    return document("Fleet report", lead + table)


def _row(line: Line, key: str) -> str:
    if line.report is None or line.generation is None:
        none = f"<td colspan={len(COLUMNS) + 2}>no validated data set</td>"
        return f"<tr><th scope=row>{escape(line.machine_id)}</th>{none}</tr>"
    link = posixpath.relpath(generation_key(line.machine_id, line.generation, HTML), posixpath.dirname(key))
    bad = _not_passed(line.report)
    figures = line.report.get("figures", {})
    cells = "".join(f"<td>{_figure(figures.get(name))}</td>" for name in COLUMNS.values())
    return (
        f'<tr><th scope=row><a href="{escape(link)}">{escape(line.machine_id)}</a></th>'
        f"<td>{badge(line.report['verdict'])}</td>"
        f"{cells}<td>{escape(', '.join(bad)) or '–'}</td></tr>"
    )


def _figure(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    floor = figure["floor"]
    return f"{figure['value']:.3f}" + ("" if floor is None else f" ({floor:.3f})")
