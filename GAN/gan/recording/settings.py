"""Which recorded columns are settings: set and not measured. Declared, else known by name or by their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from gan.data.levels import find_levels, is_switch
from gan.data.operating_points import explained, find_points, is_fixed
from gan.data.runs import Floats, Ints
from gan.machine.profile import Profile
from gan.recording.grid import RecordedRun
from gan.runtime.errors import InvalidInput

# setting_1, speed_setpoint, temperature_sp
_NAMED = re.compile(r"(^|_)(settings?|set_?points?)(_|\d|$)|_sp$")
# By its values, a column is a setting if it has levels that are this many times farther apart than values at one are
# wide, and that explain at least this share of some sensor, …
TIGHT, FOLLOWED = 100.0, 0.25
# … and if life explains less than this share of it; more, up to the most, where it changes so seldom that chance does.
BY_LIFE, BY_LIFE_MOST, CHANCE = 0.02, 0.2, 6.0
NONE = "none"


def parse_settings(text: str | None, sensors: Sequence[str]) -> tuple[str, ...] | None:
    """The sensors that `--settings` names; None where it is not given. Raises InvalidInput."""
    if text is None:
        return None
    names = () if text.strip() == NONE else tuple(word.strip() for word in text.split(",") if word.strip())
    strange = [name for name in names if name not in sensors]
    if strange:
        raise InvalidInput(
            f"settings: no sensor {', '.join(strange)}", field="settings", hint=f"there are: {', '.join(sensors)}"
        )
    if names and len(set(names)) == len(sensors):
        raise InvalidInput("settings: nothing is left that is measured", field="settings")
    return names


def find_settings(
    runs: Sequence[RecordedRun], sensors: Sequence[str], declared: Collection[str] | None, notes: list[str]
) -> tuple[str, ...]:
    """The settings among sensors, none where nothing else moves; notes say which, and their operating points."""
    values, run_id = _joined(runs)
    found = declared if declared is not None else _recognised(values, run_id, sensors)
    moves = np.ptp(values, axis=0) > 0
    moving = [at for at, name in enumerate(sensors) if name in found and moves[at]]
    if not moving or len(moving) == moves.sum():
        return ()
    names = tuple(sensors[at] for at in moving)
    said = (
        "" if declared is not None else f" (--settings a,b names others, --settings {NONE} says that all is measured)"
    )
    notes.append(f"settings, which sensors follow: {', '.join(names)}{said}")
    others = [at for at in range(len(sensors)) if at not in moving]
    points = find_points(values[:, moving], values[:, others], run_id)
    if len(points) > 1:
        share = np.bincount(points.nearest(values[:, moving]), minlength=len(points)) / len(values)
        shown = "; ".join(
            f"{', '.join(f'{value:g}' for value in center)} ({part:.0%})"
            for center, part in zip(points.centers[:, points.levelled], share, strict=True)
        )
        of = ", ".join(name for name, levelled in zip(names, points.levelled, strict=True) if levelled)
        notes.append(f"{len(points)} operating points of {of}: {shown}")
    return names


def at_one_point(
    runs: Sequence[RecordedRun], sensors: Sequence[str], settings: Collection[str]
) -> Sequence[RecordedRun]:
    """The runs as they would be at one operating point: each sensor less its mean at the point, plus its mean."""
    values, run_id = _joined(runs)
    own = np.array([name in settings for name in sensors])
    points = find_points(values[:, own], values[:, ~own], run_id)
    if len(points) < 2:
        return runs
    point = points.nearest(values[:, own])
    turned = np.eye(len(points))[point]
    level = turned.T @ values / turned.sum(axis=0)[:, None]
    steady = np.where(is_fixed(values, point), 0.0, values - level[point]) + values.mean(axis=0)
    ends = np.cumsum([len(run.values) for run in runs])[:-1]
    return [replace(run, values=part) for run, part in zip(runs, np.split(steady, ends), strict=True)]


def kept_exactly(profile: Profile, sensors: Sequence[str], runs: Sequence[RecordedRun]) -> set[str]:
    """Sensors of which synthetic rows have recorded values only: settings, what these determine, and switches."""
    values, run_id = _joined(runs)
    own = [sensors.index(name) for name in profile.settings]
    others = [at for at, name in enumerate(sensors) if name not in profile.settings]
    points = find_points(values[:, own], values[:, others], run_id)
    fixed = is_fixed(values, points.nearest(values[:, own]))
    switches = [is_switch(values[:, at], run_id) for at in range(len(sensors))]
    return {name for at, name in enumerate(sensors) if at in own or fixed[at] or switches[at]}


def _joined(runs: Sequence[RecordedRun]) -> tuple[Floats, Ints]:
    sizes = [len(run.values) for run in runs]
    return np.concatenate([run.values for run in runs]), np.repeat(np.arange(len(runs)), sizes)


def _recognised(values: Floats, run_id: Ints, sensors: Sequence[str]) -> list[str]:
    """By their names, else by their values: levels that life does not explain, and that some sensor follows."""
    named = [name for name in sensors if _NAMED.search(name)]
    if named and len(named) < len(sensors):
        return named
    levels = {at: level for at in range(len(sensors)) if (level := _tight_levels(values[:, at])) is not None}
    free = [at for at in levels if not _worn(values[:, at], run_id)]
    rest = [at for at in range(len(sensors)) if at not in free]
    share = {at: float(explained(levels[at], values[:, rest], run_id).max(initial=0.0)) for at in free}
    leading = [at for at in free if share[at] >= FOLLOWED]
    if not leading:
        return []
    # A sensor may have the levels of what it follows, and wear shows beside them.
    first = levels[max(leading, key=lambda at: share[at])]
    beside = values - first @ (first.T @ values / first.sum(axis=0)[:, None])
    return [sensors[at] for at in leading if not _worn(beside[:, at], run_id)]


def _worn(column: Floats, run_id: Ints) -> bool:
    """Whether life explains a column (N,) beyond chance, which the number of its changes decides."""
    life = (np.arange(len(run_id)) - np.searchsorted(run_id, run_id) + 1.0) / np.bincount(run_id)[run_id]
    share = explained(np.column_stack([life, life**2]), column[:, None], run_id)[0]
    changes = 1 + np.count_nonzero(np.diff(column))
    return bool(share >= min(BY_LIFE + CHANCE / changes, BY_LIFE_MOST))


def _tight_levels(column: Floats) -> Floats | None:
    """Which level each value of a column (N,) is at, (N, L), if values are hardly spread at each; else None."""
    found = find_levels(column)
    if len(found) < 2:
        return None
    away = np.abs(column[:, None] - found)
    spread = np.sqrt((away.min(axis=1) ** 2).mean())
    return np.eye(len(found))[away.argmin(axis=1)] if spread * TIGHT <= np.diff(found).min() else None
