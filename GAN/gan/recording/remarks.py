"""Remarks on sensors: those that only count rows are left out; few values, or long rests at a limit, are noted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from gan.data.runs import MIN_RUN_ROWS, Floats
from gan.machine.profile import Profile
from gan.recording.columns import Columns
from gan.recording.grid import RecordedRun
from gan.recording.recorded_runs import RecordedRuns

# A sensor with at most FEW_VALUES has levels; one at its minimum or maximum for more than RESTING of its rows is noted.
FEW_VALUES, RESTING = 6, 0.05
# The resolution of at most this many sensors is listed.
LISTED = 10


def without_counters(columns: Columns, pieces: RecordedRuns, notes: list[str]) -> Columns:
    """The columns without those that count the rows of each run: they repeat its time and are no sensors."""
    counting = [
        name
        for at, name in enumerate(columns.sensors)
        if name not in columns.named
        and all((run.values[:, at] == run.values[0, at] + np.arange(len(run.values))).all() for run in pieces.runs)
        and all(run.values[0, at] in (0, 1) for run in pieces.runs)
        and max(len(run.values) for run in pieces.runs) >= MIN_RUN_ROWS
    ]
    if not counting or len(counting) == len(columns.sensors):
        return columns
    named = ", ".join(f"{columns.sensors[name]!r}" for name in counting)
    notes.append(f"left out, since they count the rows of each run: {named} (--map <name>=<column> makes one a sensor)")
    return _without(counting, columns, pieces)


def without_labels(columns: Columns, pieces: RecordedRuns, notes: list[str]) -> Columns:
    """The columns without those that stay the same all through each run, and differ between runs: they name it."""
    naming = [
        name
        for at, name in enumerate(columns.sensors)
        if name not in columns.named
        and all((run.values[:, at] == run.values[0, at]).all() for run in pieces.runs)
        and len({float(run.values[0, at]) for run in pieces.runs}) > 1
    ]
    if not naming or len(naming) == len(columns.sensors):
        return columns
    named = ", ".join(f"{columns.sensors[name]!r}" for name in naming)
    notes.append(
        f"left out, since they are the same all through each run: {named} (--map <name>=<column> makes one a sensor)"
    )
    return _without(naming, columns, pieces)


def tell_states(profile: Profile, notes: list[str]) -> None:
    """Notes which columns are states, and which never change."""
    words = [f"{s.name} ({', '.join(s.categories)})" for s in profile.sensors if s.categories]
    if words:
        notes.append(f"states: {'; '.join(words)}")
    constant = [f"{s.name} {s.shown(s.constant)}" for s in profile.sensors if s.constant is not None]
    if constant:
        notes.append(f"constant: {', '.join(constant)}: in the data as they are, and not modelled")


def _without(names: Collection[str], columns: Columns, pieces: RecordedRuns) -> Columns:
    kept = [at for at, name in enumerate(columns.sensors) if name not in names]
    pieces.runs = [replace(run, values=run.values[:, kept]) for run in pieces.runs]
    return replace(columns, sensors={name: c for name, c in columns.sensors.items() if name not in names})


def tell_levels(
    profile: Profile, sensors: tuple[str, ...], runs: list[RecordedRun], kept: Collection[str], notes: list[str]
) -> None:
    """Notes that synthetic rows do not hit exactly the levels of sensors with few values or long rests, but for those
    whose values are kept."""
    resolutions = {s.name: s.resolution for s in profile.sensors if s.constant is None and not s.coded}
    for name in resolutions:
        values = np.concatenate([run.values[:, sensors.index(name)] for run in runs])
        found, counts = np.unique(values, return_counts=True)
        most = int(counts.argmax())
        if name in kept or _every_step(found, resolutions[name]):
            continue
        if len(found) <= FEW_VALUES < len(values) / 2:
            said = ", ".join(f"{value:g}" for value in found)
            notes.append(
                f"{name} has {len(found)} values: {said}; synthetic rows come near them, and not always onto them"
            )
        elif found[most] in (found[0], found[-1]) and counts[most] > RESTING * len(values):
            notes.append(
                f"{name} is {found[most]:g} in {counts[most] / len(values):.0%} of its rows; synthetic rows "
                "come near that, and not always onto it"
            )


def _every_step(found: Floats, resolution: float | None) -> bool:
    """Whether the values are all the multiples of the resolution in their range: synthetic rows can only hit them."""
    return resolution is not None and round((found[-1] - found[0]) / resolution) == len(found) - 1


def tell_resolution(profile: Profile, notes: list[str]) -> None:
    """Notes in one line which sensors have which resolution."""
    known = [f"{s.name} {s.resolution:g}" for s in profile.sensors if s.resolution is not None and not s.coded]
    if known:
        more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
        notes.append(f"resolution: {', '.join(known[:LISTED])}{more}")
