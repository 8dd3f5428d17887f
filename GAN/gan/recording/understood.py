"""What an import understands of recorded rows, for a person to look at before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from gan.machine.profile import Profile
from gan.recording.columns import Columns
from gan.recording.recorded_runs import RecordedRuns
from gan.runtime.errors import InvalidInput
from gan.runtime.printable import printable

# Values of a column that are shown, of how many rows, and how much of each; runs that are listed.
VALUES, ROWS, LONGEST, RUNS = 6, 10_000, 60, 200


@dataclass
class Understood:
    """Filled while rows are read: what is None was not known when the import ended or refused them."""

    notes: list[str] = field(default_factory=list)
    table: pa.Table | None = None
    columns: Columns | None = None
    pieces: RecordedRuns | None = None
    profile: Profile | None = None
    refused: InvalidInput | None = None

    def summary(self) -> str:
        if self.refused is not None:
            return f"refused: {self.refused.message}"
        assert self.pieces is not None and self.profile is not None
        runs, sensors = len(self.pieces.runs), len(self.profile.sensors)
        rows = sum(len(run.time_h) for run in self.pieces.runs)
        return f"{rows:,} rows in {runs} runs of {sensors} sensors, a row every {self.pieces.interval_h * 60:g} min"

    def to_json(self) -> dict[str, Any]:
        """The answer of a dry run, as contracts/rows-account.ts has it."""
        refused = self.refused
        return {
            "refused": None
            if refused is None
            else {"message": printable(refused.message), "field": refused.field, "hint": refused.hint},
            "rows": None if self.table is None else self.table.num_rows,
            "columns": list(self._columns()),
            "runs": None if self.pieces is None else _runs(self.pieces),
            "notes": [printable(note) for note in dict.fromkeys(self.notes)],
        }

    def _columns(self) -> Iterator[dict[str, Any]]:
        if self.table is None:
            return
        known = self.columns
        roles = {} if known is None else {column: role for role, column in known.roles.items()}
        sensors = {} if known is None else {column: name for name, column in known.sensors.items()}
        for column in self.table.column_names:
            name = sensors.get(column)
            left_out = None if known is None else known.left_out.get(column)
            if name is not None and self.profile is not None and name not in self.profile.sensor_names:
                name, left_out = None, "it never changes, or only counts the rows"
            elif known is not None and name is None and column not in roles and left_out is None:
                left_out = "as you asked"
            values = self.table.column(column).slice(0, ROWS).unique().to_pylist()
            shown = [text for value in values if value is not None and (text := printable(str(value)).strip())]
            yield {
                "column": printable(column),
                "role": "sensor" if name is not None else roles.get(column),
                "sensor": name,
                "unit": self._unit(name),
                "isSet": self.profile is not None and name in self.profile.settings,
                "leftOut": None if left_out is None else printable(left_out),
                "examples": [text[:LONGEST] for text in shown[:VALUES]],
            }

    def _unit(self, name: str | None) -> str | None:
        if name is None or self.columns is None:
            return None
        if self.profile is not None:
            return next(sensor.unit for sensor in self.profile.sensors if sensor.name == name)
        return self.columns.units.get(name, "")


def _runs(pieces: RecordedRuns) -> dict[str, Any]:
    hours = pieces.interval_h
    return {
        "count": len(pieces.runs),
        "failed": len(pieces.failed()),
        "intervalMinutes": hours * 60,
        "listed": [
            {
                "label": printable(run.label),
                "rows": len(run.time_h),
                "hours": len(run.time_h) * hours,
                "endsBy": run.mode,
            }
            for run in pieces.runs[:RUNS]
        ],
    }
