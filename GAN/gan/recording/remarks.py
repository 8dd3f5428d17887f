"""Sensors that are none, or that are told of: those that count rows, have few values, or rest at one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gan.data.runs import MIN_RUN_ROWS
from gan.machine.profile import Profile
from gan.recording.columns import Columns
from gan.recording.cutting import Cut
from gan.recording.grid import Life

# A sensor with so few values has levels; one that rests at its least or greatest for so long is told of.
FEW_VALUES, RESTING = 6, 0.05


def without_counters(columns: Columns, pieces: Cut, notes: list[str]) -> Columns:
    """Without columns that count the rows of each run, one by one: they are its time again, and no sensor."""
    counting = [
        name
        for at, name in enumerate(columns.sensors)
        if name not in columns.named
        and all((life.values[:, at] == life.values[0, at] + np.arange(len(life.values))).all() for life in pieces.lives)
        and all(life.values[0, at] in (0, 1) for life in pieces.lives)
        and max(len(life.values) for life in pieces.lives) >= MIN_RUN_ROWS
    ]
    if not counting or len(counting) == len(columns.sensors):
        return columns
    named = ", ".join(f"{columns.sensors[name]!r}" for name in counting)
    notes.append(f"left out, since they count the rows of each run: {named} (--map <name>=<column> makes one a sensor)")
    kept = [at for at, name in enumerate(columns.sensors) if name not in counting]
    pieces.lives = [replace(life, values=life.values[:, kept]) for life in pieces.lives]
    return replace(columns, sensors={name: c for name, c in columns.sensors.items() if name not in counting})


def tell_levels(profile: Profile, sensors: tuple[str, ...], lives: list[Life], notes: list[str]) -> None:
    """Says of sensors that have few values, or rest at one for long, that synthetic rows do not stand exactly on them."""
    for name in profile.sensor_names:
        values = np.concatenate([life.values[:, sensors.index(name)] for life in lives])
        found, counts = np.unique(values, return_counts=True)
        most = int(counts.argmax())
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
