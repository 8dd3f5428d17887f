"""Is a seed fit to train on? Checked before time is spent on training."""

from __future__ import annotations

import numpy as np

from gan.data.runs import MIN_RUN_ROWS, Runs
from gan.evaluation.checks import Check, Verdict, boolean, graded
from gan.machine.profile import Profile

MIN_ROWS = 100
MIN_RUNS = 2
WISHED_RUNS = 8


def check_seed(profile: Profile, runs: Runs) -> list[Check]:
    """The checks of a seed. Values that are not finite were refused when it was read."""
    lengths = runs.lengths()
    checks = [
        boolean("Timestamp sorted", bool((np.diff(runs.time_h) > 0).all()), "time stamps rise through the file"),
        graded(
            "Rows",
            len(runs),
            warn=1000,
            fail=MIN_ROWS,
            meaning="rows to learn from",
            high_is_bad=False,
            text=str(len(runs)),
        ),
        graded(
            "Whole runs",
            len(lengths),
            warn=WISHED_RUNS,
            fail=MIN_RUNS,
            high_is_bad=False,
            text=str(len(lengths)),
            meaning="runs to learn from; a quarter is held out to measure quality",
        ),
        graded(
            "Shortest run",
            int(lengths.min()),
            warn=20,
            fail=MIN_RUN_ROWS,
            high_is_bad=False,
            text=f"{lengths.min()} rows",
            meaning="a run must be long enough to have a course",
        ),
        _ranges(profile, runs),
        _constant(profile, runs),
    ]
    if runs.rul_h is not None:
        checks += [_rul_falls(runs), _rul_follows_time(runs), _rul_ends(runs), _modes(runs)]
    return checks


def rul_decreasing(runs: Runs) -> float:
    """Share of steps within runs in which RUL falls."""
    assert runs.rul_h is not None
    inside = np.diff(runs.run_id) == 0
    return float((np.diff(runs.rul_h)[inside] < 0).mean()) if inside.any() else 1.0


def _rul_falls(runs: Runs) -> Check:
    share = rul_decreasing(runs)
    return graded(
        "RUL decreasing",
        share,
        warn=1.0,
        fail=1.0,
        high_is_bad=False,
        text=f"{share:.1%}",
        meaning="RUL falls in every step of every run",
    )


def _rul_follows_time(runs: Runs) -> Check:
    """RUL in another unit than hours, or made up, does not fall by the hours that pass."""
    assert runs.rul_h is not None
    inside = np.diff(runs.run_id) == 0
    off = float(np.abs(np.diff(runs.rul_h) + np.diff(runs.time_h))[inside].max(initial=0.0))
    return graded(
        "RUL falls with time",
        off,
        warn=1e-3,
        fail=1e-3,
        text=f"off by {off:.4f} h at most",
        meaning="RUL falls by the hours that pass",
    )


def _rul_ends(runs: Runs) -> Check:
    assert runs.rul_h is not None
    ends = runs.rul_h[runs.starts() + runs.lengths() - 1]
    return boolean("RUL ends at 0", bool((ends == 0).all()), "every run ends with its failure")


def _modes(runs: Runs) -> Check:
    assert runs.failure_mode is not None
    changes = (np.diff(runs.failure_mode) != 0) & (np.diff(runs.run_id) == 0)
    return boolean("One failure mode a run", not changes.any(), "the failure mode is what ends the run")


def _ranges(profile: Profile, runs: Runs) -> Check:
    low = np.array([s.physical_min for s in profile.sensors])
    high = np.array([s.physical_max for s in profile.sensors])
    outside = np.any((runs.values < low) | (runs.values > high), axis=0).tolist()
    names = [name for name, bad in zip(runs.sensors, outside, strict=True) if bad]
    text = "valid" if not names else f"outside: {', '.join(names)}"
    return boolean("Feature ranges", not names, "no value beyond what the sensor can physically show", text)


def _constant(profile: Profile, runs: Runs) -> Check:
    meant = {sensor.name for sensor in profile.sensors if sensor.constant is not None}
    still = [name for name, spread in zip(runs.sensors, np.ptp(runs.values, axis=0), strict=True) if spread == 0]
    text = ", ".join(f"{name} (as in the profile)" if name in meant else name for name in still) or "none"
    allowed = set(still) <= meant and len(still) < len(profile.sensors)
    verdict: Verdict = "pass" if allowed else "warn" if len(still) < len(profile.sensors) else "fail"
    return Check(
        "Constant sensors", text, float(len(still)), "none", "a sensor that never moves tells nothing", verdict
    )
