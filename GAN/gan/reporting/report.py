"""A data set's validation report: report.json for programs, report.html for people, one file without network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from gan.data.conditions import Conditions
from gan.data.runs import Floats, Runs
from gan.evaluation.assessment import Assessment
from gan.evaluation.checks import Check, CheckVerdict, overall
from gan.evaluation.measures import LIFE_BINS, degradation_curves
from gan.machine.profile import Profile, Sensor
from gan.reporting.charts import Chart, span
from gan.reporting.gain import gain_sentences
from gan.reporting.style import STYLE

JSON, HTML = "report.json", "report.html"
SIMULATED = "the seed’s held-out runs; the seed itself is simulated from the profile"
RECORDED = "held-out runs of the recorded data that were imported as the seed"
WORDS: dict[CheckVerdict, str] = {
    "fail": "✗ fail",
    "warn": "! warning",
    "not judged": "– not judged",
    "pass": "✓ pass",
}
_ORDER: tuple[CheckVerdict, ...] = tuple(WORDS)
RUL_RUNS = 8


def body(
    machine_id: str,
    generation: str,
    assessment: Assessment,
    files: Mapping[str, str],
    rows: Mapping[str, int],
    conditions: Conditions,
    *,
    recorded: bool,
    full: bool,
) -> dict[str, Any]:
    """The report as JSON. files: name → sha256 of what was validated. recorded: the seed was imported."""
    return {
        "machineId": machine_id,
        "generation": generation,
        "verdict": overall(assessment.checks),
        "quality": assessment.quality,
        "files": dict(files),
        "rows": dict(rows),
        "real": RECORDED if recorded else SIMULATED,
        "full": full,
        **({"conditions": conditions.to_json()} if conditions.asked else {}),
        "checks": [check.to_json() for check in assessment.checks],
        "figures": assessment.figures.to_json(),
        "certificate": assessment.certificate.to_json(),
    }


def page(report: Mapping[str, Any], profile: Profile, seed: Runs, held_out: Runs, data: Runs, *, version: str) -> str:
    """The report as one HTML page, which states the version of pages.

    Real runs are the held-out ones; seed is all of them, for run lengths and modes.
    """
    name = f"{profile.manufacturer} {profile.model}".strip() or profile.machine_id
    checks = [Check(**check) for check in report["checks"]]
    sections = [checks_table(checks)]
    if seed.rul_h is not None:
        sections.append(section("Runs", [_rul(held_out, data), _lengths(seed, data), _modes(seed, data)]))
    sections += [
        _sensor(sensor, at, held_out, data, profile)
        for at, sensor in enumerate(profile.sensors)
        if sensor.constant is None
    ]
    sections += _constants(profile)
    rows = ", ".join(f"{split} {count:,}" for split, count in report["rows"].items())
    conditions = Conditions.from_json(report.get("conditions"))
    lead = (
        f"<p>{badge(report['verdict'])} SDMetrics quality <strong>{report['quality']:.3f}</strong> "
        f"against held-out runs. Rows: {rows}. Generation {escape(report['generation'])}.</p>"
        + (f"<p>{escape(asked_for(conditions))}</p>" if conditions.asked else "")
        + (f"<p>{escape(measured_on(report))}</p>" if "measured" in report else "")
        + (f"<p>{escape(hidden_modes(report))}</p>" if "hiddenFailureModes" in report else "")
        + f"<p>“Real” here is {escape(report['real'])}. Beside each figure stands "
        "what the training runs give in the data’s place, real against real.</p>"
        + "".join(f"<p>{escape(said)}</p>" for said in gain_sentences(report["figures"]))
        + '<p class="legend"><span class="key real"></span> real <span class="key made"></span> synthetic (dashed)</p>'
    )
    return document(
        f"{name}: data set report",
        f"<h1>{escape(name)}</h1><p class=id>{profile.machine_id}</p>" + lead + "".join(sections),
        version,
    )


def asked_for(conditions: Conditions) -> str:
    """That a data set does not have the seed's proportions, in a sentence."""
    return (
        f"Conditioned: {conditions.told()} was asked for. Runs are not in the proportions in which they occur, and are "
        "compared with those real runs that are as was asked."
    )


def hidden_modes(report: Mapping[str, Any]) -> str:
    """How many ways of failing were found that no failure mode tells apart."""
    runs = report["hiddenFailureModes"]
    return (
        f"The seed's runs end in {len(runs)} ways that no failure mode tells apart, with nothing between them "
        f"({', '.join(map(str, runs))} of the training runs): each is learned by itself. The data do not name them."
    )


def measured_on(report: Mapping[str, Any]) -> str:
    """By how many of a large data set's rows it is judged, in a sentence."""
    rows, runs = (sum(report["measured"][unit].values()) for unit in ("rows", "runs"))
    return (
        f"Order, counts, RUL, limits, copied rows, run lengths and failure modes were checked in all "
        f"{sum(report['rows'].values()):,} rows; everything else, and the plots, in {rows:,} of them: {runs:,} whole "
        "runs, spread evenly over the splits."
    )


def document(title: str, content: str, version: str = "") -> str:
    """A whole page around its content."""
    told = f'<meta name="version" content="{escape(version)}">' if version else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"{told}<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{content}</main></body></html>\n"
    )


def badge(verdict: CheckVerdict) -> str:
    return f'<span class="badge {verdict.replace(" ", "-")}">{WORDS[verdict]}</span>'


def worst_first(checks: Sequence[Check]) -> list[Check]:
    """Sorted by verdict, otherwise in their original order."""
    return sorted(checks, key=lambda check: _ORDER.index(check.verdict))


def checks_table(checks: Sequence[Check]) -> str:
    """All checks as a table, the worst first."""
    cells = "".join(
        f"<tr><td>{badge(c.verdict)}</td><th scope=row>{escape(c.name)}</th>"
        f"<td>{escape(_without_floor(c.text))}</td>"
        f"<td>{'' if c.floor is None else f'{c.floor:.3f}'}</td>"
        f"<td>{'' if c.runs is None else c.runs}</td>"
        f"<td>{escape('holds' if c.threshold == 'True' else c.threshold)}</td><td>{escape(c.meaning)}</td></tr>"
        for c in worst_first(checks)
    )
    return (
        "<section><h2>Checks</h2><div class=wide><table><thead>"
        "<tr><th>Verdict<th>Check<th>Measured<th>Real against real<th>Real runs<th>Allowed"
        f"<th>Meaning</thead><tbody>{cells}</tbody></table></div></section>"
    )


def _without_floor(text: str) -> str:
    """The floor has a column of its own."""
    return re.sub(r" \(real against real: [^)]*\)", "", text)


def section(title: str, charts: Sequence[str], note: str = "") -> str:
    text = f"<p>{escape(note)}</p>" if note else ""
    return f"<section><h2>{escape(title)}</h2>{text}<div class=charts>{''.join(charts)}</div></section>"


def _rul(held_out: Runs, data: Runs) -> str:
    assert held_out.rul_h is not None and data.rul_h is not None
    some = [
        (runs, style, int(i))
        for runs, style in ((held_out, "real"), (data, "made"))
        for i in range(min(RUL_RUNS, len(runs.starts())))
    ]
    top = max(float(runs.rul_h.max()) for runs in (held_out, data) if runs.rul_h is not None)
    chart = Chart(
        "RUL over the life of some runs",
        f"RUL falls to 0 in each of {len(some)} runs",
        (0, top),
        (0, top),
        "hours since the run began",
        "RUL, h",
    )
    for runs, style, i in some:
        rows = slice(int(runs.starts()[i]), int(runs.starts()[i] + runs.lengths()[i]))
        assert runs.rul_h is not None
        chart.line(runs.time_h[rows] - runs.time_h[rows][0], runs.rul_h[rows], style)
    return chart.svg()


def _lengths(seed: Runs, data: Runs) -> str:
    lengths = [_hours(runs) for runs in (seed, data)]
    edges = np.linspace(*span(lengths), 13)
    shares = [np.histogram(hours, edges)[0] / len(hours) for hours in lengths]
    summary = f"mean {lengths[0].mean():.0f} h in the seed, {lengths[1].mean():.0f} h in the data"
    chart = Chart(
        "Length of runs",
        summary,
        (edges[0], edges[-1]),
        (0, 1.05 * max(float(s.max()) for s in shares)),
        "hours",
        "share of runs",
    )
    for share, style in zip(shares, ("real", "made"), strict=True):
        chart.steps(edges, share, style)
    return chart.svg()


def _hours(runs: Runs) -> Floats:
    assert runs.rul_h is not None
    return np.asarray(runs.rul_h[runs.starts()])


def _modes(seed: Runs, data: Runs) -> str:
    modes = len(seed.modes)
    shares = [np.bincount(runs.run_modes(), minlength=modes) / len(runs.starts()) for runs in (seed, data)]
    top = 1.1 * max(float(share.max()) for share in shares)
    summary = "; ".join(f"{name} {a:.0%} and {b:.0%}" for name, a, b in zip(seed.modes, *shares, strict=True))
    numbers = [(mode + 0.5, str(mode + 1)) for mode in range(modes)]
    chart = Chart("Failure modes", summary, (0, modes), (0, top), "", "share of runs", x_names=numbers)
    for mode in range(modes):
        chart.bar(mode + 0.15, 0.32, float(shares[0][mode]), "real")
        chart.bar(mode + 0.53, 0.32, float(shares[1][mode]), "made")
    names = "".join(
        f"<li>{escape(name.replace('_', ' '))}: {a:.0%} real, {b:.0%} synthetic</li>"
        for name, a, b in zip(seed.modes, *shares, strict=True)
    )
    return f"<figure>{chart.svg()}<figcaption><ol>{names}</ol></figcaption></figure>"


def _sensor(sensor: Sensor, at: int, held_out: Runs, data: Runs, profile: Profile) -> str:
    unit = f"{sensor.unit}"
    title = f"{sensor.name.replace('_', ' ')}, {unit}"
    charts = [*_two_runs(sensor, at, held_out, data), _distribution(sensor, at, held_out, data)]
    if profile.failure_modes and held_out.failure_mode is not None:
        charts += _degradation(sensor, at, held_out, data)
    codes = ", ".join(f"{code} {word}" for code, word in enumerate(sensor.categories))
    return section(title, charts, "; ".join(part for part in (sensor.description, codes) if part))


def _constants(profile: Profile) -> list[str]:
    still = [sensor for sensor in profile.sensors if sensor.constant is not None]
    rows = "".join(
        f"<tr><th scope=row>{escape(s.name)}</th><td>{escape(s.shown(s.constant or 0.0))}</td>"
        f"<td>{escape(s.unit)}</td></tr>"
        for s in still
    )
    head = "<tr><th>Sensor<th>Value<th>Unit"
    note = "<p>In the data as they are, and not modelled; measures leave them out.</p>"
    table = f"<div class=wide><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
    return [f"<section><h2>Constant sensors</h2>{note}{table}</section>"] if still else []


def _two_runs(sensor: Sensor, at: int, held_out: Runs, data: Runs) -> list[str]:
    """A real and a synthetic run of the same failure mode, on the same scale."""
    mode = int(held_out.run_modes()[0])
    same = np.flatnonzero(data.run_modes() == mode)
    picked = [(held_out, 0, "real", "Real run"), (data, int(same[0]) if len(same) else 0, "made", "Synthetic run")]
    pieces = [
        runs.values[int(runs.starts()[i]) : int(runs.starts()[i] + runs.lengths()[i]), at] for runs, i, _, _ in picked
    ]
    longest = max(len(piece) for piece in pieces)
    charts = []
    for piece, (runs, _, style, title) in zip(pieces, picked, strict=True):
        ending = f", ends by {runs.modes[mode].replace('_', ' ')}" if runs.modes else ""
        chart = Chart(
            f"{title}{ending}",
            f"from {piece[0]:.4g} to {piece[-1]:.4g} {sensor.unit}",
            (0, float(longest)),
            _with_limits(pieces, sensor),
            "row",
            sensor.unit,
        )
        _limits(chart, sensor)
        chart.line(np.arange(len(piece), dtype=np.float64), piece, f"{style} thin")
        charts.append(chart.svg())
    return charts


def _limits(chart: Chart, sensor: Sensor) -> None:
    if sensor.warning is not None:
        chart.level(sensor.warning, "warning", "limit-warning")
    if sensor.trip is not None:
        chart.level(sensor.trip, "trip", "limit-trip")


def _with_limits(values: Sequence[Floats], sensor: Sensor) -> tuple[float, float]:
    """A range for the values, and for limits no further away than the values spread."""
    low, high = span(values)
    near = [x for x in (sensor.warning, sensor.trip) if x is not None and 2 * low - high <= x <= 2 * high - low]
    return span(values, near)


def _distribution(sensor: Sensor, at: int, held_out: Runs, data: Runs) -> str:
    columns = [held_out.values[:, at], data.values[:, at]]
    edges = np.linspace(*span(columns), 41)
    shares = [np.histogram(column, edges)[0] / len(column) for column in columns]
    summary = f"median {np.median(columns[0]):.4g} real and {np.median(columns[1]):.4g} synthetic"
    chart = Chart(
        "Distribution",
        summary,
        (edges[0], edges[-1]),
        (0, 1.05 * max(float(s.max()) for s in shares)),
        sensor.unit,
        "share of rows",
    )
    for share, style in zip(shares, ("real", "made"), strict=True):
        chart.steps(edges, share, style)
    return chart.svg()


def _degradation(sensor: Sensor, at: int, held_out: Runs, data: Runs) -> list[str]:
    """Mean course over life: a chart for each failure mode of the real runs."""
    real, made = degradation_curves(held_out), degradation_curves(data)
    life = (np.arange(LIFE_BINS) + 0.5) / LIFE_BINS
    both = [curves[mode][:, at] for curves in (real, made) for mode in real.keys() & curves.keys()]
    charts = []
    for mode in sorted(real):
        chart = Chart(
            f"Mean course: {held_out.modes[mode].replace('_', ' ')}",
            f"from {real[mode][0, at]:.4g} to {real[mode][-1, at]:.4g} {sensor.unit} real",
            (0, 1),
            _with_limits(both, sensor),
            "share of life",
            sensor.unit,
        )
        _limits(chart, sensor)
        for curves, style in ((real, "real"), (made, "made")):
            if mode in curves:
                chart.line(life, curves[mode][:, at], style)
        charts.append(chart.svg())
    return charts
