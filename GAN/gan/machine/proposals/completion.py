"""A configuration completed to a profile: what is missing is proposed, and what nobody can know is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gan.machine.profile import Profile, parse_profile
from gan.machine.proposals.effects import complete_mode
from gan.machine.proposals.sensors import Filled, complete_sensor
from gan.machine.validation import CODED, Problem, configuration_problems, profile_problems, refuse
from gan.machine.wear import DEFAULTS, MACHINE_TYPES, Wear
from gan.machine.written import in_own_words

# Minutes from row to row that people use, and how many rows a run of mean length should have.
_INTERVALS = (60, 30, 20, 15, 10, 5, 2, 1)
_LEAST_ROWS, _MOST_ROWS = 150, 2000
_REGIMES = [
    {"name": "rated", "load": 1.0, "share": 0.7, "mean_dwell_hours": 16},
    {"name": "partial", "load": 0.6, "share": 0.3, "mean_dwell_hours": 8},
]


@dataclass(frozen=True)
class Completion:
    """configuration: in the contract's own words, with all that was proposed. problems: what is wrong, or is asked."""

    configuration: dict[str, Any]
    problems: list[Problem]


def complete(given: object) -> Completion:
    """Checks and completes a configuration, however incomplete; `given` is left as it was."""
    if not isinstance(given, dict):
        return Completion({}, configuration_problems(given))
    written = in_own_words(given)
    problems = configuration_problems(written)
    broken = {".".join(problem.field.split(".")[:2]) for problem in problems}
    if "sensors" in broken or "failure_modes" in broken:
        return Completion(written, problems)
    configuration, asked = _completed(written, broken)
    return Completion(configuration, [*problems, *asked] or profile_problems(configuration)[1])


def parse_configuration(given: object) -> Profile:
    """The profile that a configuration gives. Raises InvalidInput naming every field that is wrong or is asked for."""
    completion = complete(given)
    refuse(completion.problems)
    return parse_profile(completion.configuration)


def assumptions(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was assumed of a configuration: field, value and basis of each."""
    parts = [("", configuration)]
    for name in ("sensors", "failure_modes"):
        parts += [(f"{name}.{at}.", part) for at, part in enumerate(configuration.get(name, []))]
    return [
        {"field": f"{path}{name}", "value": part.get(name), "basis": basis}
        for path, part in parts
        for name, basis in part.get("assumed", {}).items()
    ]


def _completed(written: Mapping[str, Any], broken: Collection[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Also what must be asked. broken: the parts with problems of their own; they stay as they are."""
    machine = _usable(written, broken)

    def parts(name: str, complete_one: Callable[[Mapping[str, Any], str], Filled]) -> list[Filled]:
        numbered = ((f"{name}.{at}", part) for at, part in enumerate(written.get(name, [])))
        return [Filled(part) if path in broken else complete_one(part, path) for path, part in numbered]

    sensors = parts("sensors", lambda sensor, path: complete_sensor(sensor, path, machine))
    known = [sensor.fields for at, sensor in enumerate(sensors) if f"sensors.{at}" not in broken]
    modes = parts("failure_modes", lambda mode, path: complete_mode(mode, path, known))
    configuration = {**written, "sensors": [sensor.fields for sensor in sensors]}
    if modes:
        configuration["failure_modes"] = [mode.fields for mode in modes]
    assumed: dict[str, str] = {}
    if "sampling_interval_minutes" not in written:
        configuration["sampling_interval_minutes"], assumed["sampling_interval_minutes"] = _interval(machine)
    follows = any("load_gain" in sensor.assumed and sensor.fields.get("type") in CODED for sensor in sensors)
    if follows and "operating" not in written:
        configuration["operating"] = {"regimes": [dict(regime) for regime in _REGIMES]}
        assumed["operating"] = "a sensor follows operation: two ways of running; verify"
    if assumed:
        configuration["assumed"] = {**written.get("assumed", {}), **assumed}
    return configuration, [problem for part in (*sensors, *modes) for problem in part.asked]


def _usable(written: Mapping[str, Any], broken: Collection[str]) -> dict[str, Any]:
    """What proposals look at of the machine, whatever is wrong with it."""
    kind = written.get("machine_type")
    used = {"machine_type": kind if kind in MACHINE_TYPES else "other"}
    tops = {path.split(".")[0] for path in broken}
    return used | {
        name: written[name] for name in ("operational_parameters", "wear") if name in written and name not in tops
    }


def _interval(written: Mapping[str, Any]) -> tuple[float, str]:
    default = DEFAULTS[written["machine_type"]]
    hours = Wear(
        written.get("wear", {}).get("max_rul_hours", default.max_rul_hours), default.degradation
    ).mean_run_hours
    even = next((m for m in _INTERVALS if _LEAST_ROWS <= hours * 60 / m <= _MOST_ROWS), None)
    minutes = float(f"{hours * 60 / 500:.1g}") if even is None else even
    return minutes, f"about {hours * 60 / minutes:.0f} rows in a run of {hours:g} h"
