"""What accompanies a data set's files: manifest.json, from which it can be made again, and README.md, its data card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gan.data.conditions import Conditions
from gan.machine.profile import Profile, Sensor
from gan.reporting.gain import gain_sentences
from gan.reporting.report import asked_for, measured_on
from gan.store.layout import name_of
from gan.store.manifest import Inputs

MANIFEST, CARD = "manifest.json", "README.md"
# Data from the project's own physics have the project's licence. Data learned from recorded runs belong to their owner.
LICENSE, RECORDED_LICENSE = "apache-2.0", "other"
_MADE_BY = ("generateSeed", "trainTvae")


@dataclass(frozen=True)
class SplitFile:
    """The file of a split, as it was written."""

    sha256: str
    rows: int
    runs: int


def data_manifest(
    profile: Profile,
    inputs: Inputs,
    files: Mapping[str, SplitFile],
    steps: Mapping[str, Any],
    conditions: Conditions,
    learned: Mapping[str, int] | None,
    *,
    recorded: bool,
) -> dict[str, Any]:
    """Digests and parameters of what a data set is made from. Without clock times: made again, it is the same.

    files: of each split. learned: from how many of the seed's runs, if not from all. steps: the machine's manifest's
    records, by step. recorded: the seed was imported, not simulated.
    """
    return {
        "machineId": profile.machine_id,
        "generation": inputs.digest[:12],
        "license": RECORDED_LICENSE if recorded else LICENSE,
        "seed": "recorded" if recorded else "simulated",
        "sampling": {"parameters": dict(inputs.parameters), "version": inputs.version},
        **({} if learned is None else {"learned": dict(learned)}),
        **({"conditions": conditions.to_json()} if conditions.asked else {}),
        "inputs": dict(inputs.files),
        "before": {
            # What 0.1.0 made has no version.
            step: {"parameters": record["parameters"], "version": record.get("version")}
            | {"outputs": {name_of(output["path"]): output["sha256"] for output in record["outputs"]}}
            for step in _MADE_BY
            if (record := steps.get(step)) is not None
        },
        "intervalMinutes": profile.sampling_interval_minutes,
        "sensors": {sensor.name: sensor.unit for sensor in profile.sensors},
        "failureModes": list(profile.mode_names),
        "files": {
            f"{split}.parquet": {"sha256": file.sha256, "rows": file.rows, "runs": file.runs}
            for split, file in files.items()
        },
    }


def data_card(
    profile: Profile, manifest: Mapping[str, Any], report: Mapping[str, Any], own: Mapping[str, Any] | None = None
) -> str:
    """The data card: Markdown, with the front matter that data hubs read.

    own: what sensors and failure modes are called in the file that was imported, by their names here.
    """
    name = f"{profile.manufacturer} {profile.model}".strip() or profile.machine_id
    names = [entry.removesuffix(".parquet") for entry in manifest["files"]]
    wanted = ", ".join(f"{key} {_shown(value)}" for key, value in manifest["sampling"]["parameters"].items())
    return "\n".join(
        [
            *_front_matter(name, manifest["license"], names),
            f"# {name}: synthetic runs to failure",
            "",
            f"`{profile.machine_id}`, {profile.machine_type.replace('_', ' ')}. {profile.description}".rstrip(),
            "",
            "## What",
            "",
            *_what(profile, manifest, own or {}),
            "",
            "## From what, and how made",
            "",
            f"Sampled from a TVAE over time (model `{manifest['inputs']['model'][:12]}`) that learnt from "
            f"{_seed_words(manifest)}. A quarter of those runs never reached it. Parameters: {wanted}. "
            f"All digests are in `{MANIFEST}`; "
            f"`npm run gan -- machine verify {profile.machine_id}` makes the data again from them and compares.",
            "",
            "## How good",
            "",
            *_how_good(report),
            "",
            "## How to load",
            "",
            "```python",
            "import pandas as pd",
            "",
            'train = pd.read_parquet("train.parquet")',
            'for run_id, run in train.groupby("run_id"):',
            f"    sensors = run[{list(profile.sensor_names)[:2]!r}]  # and so on",
            *([] if not profile.failure_modes else ['    rul_hours = run["rul"]']),
            "```",
            "",
            "Read the files by name: the folder holds this card and the report as well, so a reader that is given the "
            "folder",
            "stops at them. Over many machines: "
            "`SELECT * FROM read_parquet('GAN/data/synthetic/*/train.parquet', union_by_name=true)`",
            "in DuckDB (one `*`, since `**` does not follow the links), `glob.glob` with the same pattern in Python.",
            "",
            "Split by run, never by row. Fit scalers on train alone.",
            "",
        ]
    )


def _front_matter(name: str, license_name: str, splits: list[str]) -> list[str]:
    files = [line for split in splits for line in (f"      - split: {split}", f"        path: {split}.parquet")]
    return [
        "---", f"license: {license_name}", f"pretty_name: {_scalar(name)}",
        "tags: [synthetic, run-to-failure, prognostics, rul]",
        "configs:", "  - config_name: default", "    data_files:", *files, "---", "",
    ]  # fmt: skip


def _scalar(text: str) -> str:
    """A YAML scalar: any JSON string is one."""
    return json.dumps(text, ensure_ascii=False)


def _described(sensor: Sensor) -> str:
    if sensor.constant is not None:
        values = f"always {sensor.shown(sensor.constant)}"
    elif sensor.categories:
        values = f"one of {', '.join(sensor.categories)}"
    elif sensor.type != "numerical":
        values = "true or false" if sensor.type == "boolean" else "whole numbers"
    else:
        values = "" if sensor.resolution is None else f"in steps of {sensor.resolution:g}"
    return "; ".join(part for part in (sensor.description, values) if part)


def _cell(text: str) -> str:
    """User text escaped for a table cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _shown(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


def _seed_words(manifest: Mapping[str, Any]) -> str:
    learned = manifest.get("learned")
    some = "" if learned is None else f"{learned['runs']:,} of {learned['of']:,} runs of "
    return some + ("recorded runs" if manifest["seed"] == "recorded" else "a seed simulated from the machine's profile")


def _what(profile: Profile, manifest: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    rows = [f"| {name} | {entry['rows']:,} | {entry['runs']} |" for name, entry in manifest["files"].items()]
    conditions = Conditions.from_json(manifest.get("conditions"))
    lines = [
        *([f"**{asked_for(conditions)}**", ""] if conditions.asked else []),
        f"Whole runs from healthy to failure, a row every {profile.sampling_interval_minutes:g} minutes."
        if profile.failure_modes
        else f"Runs without failure, a row every {profile.sampling_interval_minutes:g} minutes; no RUL.",
        "", "| file | rows | runs |", "| --- | ---: | ---: |", *rows, "",
        "| column | unit | meaning |", "| --- | --- | --- |",
        "| timestamp | UTC | rises through the file; its origin has no meaning |",
    ]  # fmt: skip
    if profile.failure_modes:
        lines.append("| rul | h | time to the end of the run, 0 in its last row; not capped |")
    for s in profile.sensors:
        described = "; ".join(filter(None, (_described(s), _recorded_as(s.name, own.get("sensors", {})))))
        lines.append(f"| {s.name} | {_cell(s.unit)} | {_cell(described)} |")
    if profile.failure_modes:
        modes = [" ".join(filter(None, (m, _bracketed(m, own)))) for m in profile.mode_names]
        lines.append(f"| failure_mode | | what ends the run: {_cell(', '.join(modes))} |")
    return [*lines, "| run_id | | the run; no run is in two files |"]


def _recorded_as(name: str, own: Mapping[str, str]) -> str:
    return "" if own.get(name, name) == name else f"recorded as “{own[name]}”"


def _bracketed(mode: str, own: Mapping[str, Any]) -> str:
    said = _recorded_as(mode, own.get("failure_modes", {}))
    return f"({said})" if said else ""


def _adding(report: Mapping[str, Any]) -> list[str]:
    """What adding the data to the real training runs does for RUL models, where it was measured."""
    return [line for said in gain_sentences(report["figures"]) for line in ("", said)]


def _how_good(report: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {check['name']} | {check['text']} | {check.get('runs') or ''} | {check['verdict']} |"
        for check in report["checks"]
        if check["floor"] is not None or check["verdict"] != "pass"
    ]
    return [
        f"Verdict: **{report['verdict']}**, {len(report['checks'])} checks. “Real” is {report['real']}. "
        "`report.html` has every check and the plots, `report.json` the same for programs.",
        *(["", measured_on(report)] if "measured" in report else []),
        "", "| check | measured | real runs | verdict |", "| --- | --- | ---: | --- |", *rows, *_adding(report),
    ]  # fmt: skip
