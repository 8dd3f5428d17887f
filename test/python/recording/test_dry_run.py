"""What an import says of recorded rows before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import Root

IMPORT = "GAN/scripts/import_seed.py"


def rows(runs: int = 3, length: int = 30, first: str = "Time") -> str:
    """A CSV of hourly rows, weeks between the runs: the flow falls, an operator's note says nothing."""
    lines = [f"{first},Pump no,Q [m3/h],Note"]
    for run in range(runs):
        for at in range(length):
            lines.append(f"2025-0{run + 1}-{at // 24 + 1:02d}T{at % 24:02d}:00:00Z,{run + 1},{50 - at + run / 8},ok")
    return "\n".join(lines) + "\n"


def look(root: Root, text: str, *flags: str) -> dict[str, Any]:
    root.path.mkdir(parents=True, exist_ok=True)
    file = root.path.parent / "rows.csv"
    file.write_text(text, "utf-8")
    ran = root.call(IMPORT, "--machine_id", "pump_own", "--csv", str(file), "--dry_run", *flags)
    assert ran.code == 0
    answer: dict[str, Any] = ran.of("result")[0]["data"]
    return answer


def column(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in answer["columns"] if each["column"] == name)
    return found


def written(root: Root) -> list[Path]:
    return [path for path in root.path.rglob("*") if path.is_file()]


def test_says_what_each_column_is_which_runs_there_are_and_writes_nothing(root: Root) -> None:
    answer = look(root, rows(), "--run_column", "Pump no")
    assert answer["refused"] is None
    assert answer["rows"] == 90
    assert column(answer, "Time")["role"] == "timestamp"
    assert column(answer, "Pump no")["role"] == "run_id"
    flow = column(answer, "Q [m3/h]")
    assert (flow["role"], flow["sensor"], flow["unit"], flow["examples"][:2]) == (
        "sensor",
        "q",
        "m3/h",
        ["50.0", "49.0"],
    )
    note = column(answer, "Note")
    assert note["role"] is None
    assert "words" in note["leftOut"]
    runs = answer["runs"]
    assert (runs["count"], runs["failed"], runs["intervalMinutes"]) == (3, 3, 60)
    assert [run["rows"] for run in runs["listed"]] == [30, 30, 30]
    assert written(root) == []


def test_a_refusal_comes_with_what_was_understood_until_then(root: Root) -> None:
    answer = look(root, rows(first="When"), "--run_column", "Pump no")
    assert answer["refused"]["field"] == "timestamp"
    assert answer["refused"]["hint"] is not None
    assert column(answer, "Pump no")["role"] == "run_id"
    assert answer["runs"] is None


def test_a_file_that_is_no_table_is_refused_with_the_way_out(root: Root) -> None:
    answer = look(root, '{"rows": []}')
    assert "JSON" in answer["refused"]["message"]
    assert answer["columns"] == []
    assert answer["rows"] is None


def test_a_column_left_out_on_demand_says_so_and_names_with_commas_can_be_given(root: Root) -> None:
    text = rows().replace("Note", '"Note, free"')
    answer = look(root, text, "--run_column", "Pump no", "--drop", json.dumps(["Note, free"]))
    assert column(answer, "Note, free")["leftOut"] == "as you asked"


def test_rows_that_others_would_be_lost_for_are_refused_until_it_is_asked_for(root: Root) -> None:
    flags = ("--run_column", "Pump no")
    look(root, rows(), *flags)
    file = root.path.parent / "rows.csv"
    assert root.call(IMPORT, "--machine_id", "pump_own", "--csv", str(file), *flags).code == 0
    assert look(root, rows(), *flags)["refused"] is None
    assert look(root, rows(runs=4), *flags)["refused"]["field"] == "replace"
    assert look(root, rows(runs=4), *flags, "--replace")["refused"] is None
