"""What a failure mode does to the sensors, where nobody says: from its kind and the sensors' quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gan.machine.proposals.failures import kind_of, responses_of
from gan.machine.proposals.quantities import described, recognised
from gan.machine.proposals.sensors import Filled
from gan.machine.validation import CODED, Problem

# A switch that tells of trouble does so late in the damage.
_TELLS_LATE = ("up", 1.0, 0.55)
_LIKELY = ("up", 0.8, 0.3)
Response = tuple[str, float, float]


def complete_mode(given: Mapping[str, Any], where: str, sensors: Sequence[Mapping[str, Any]]) -> Filled:
    """The failure mode with its effects. where: its path. sensors: completed as far as possible."""
    filled = Filled(dict(given))
    kind = kind_of(given["name"], given.get("description", ""))
    basis = f"usual for failures of the kind {kind}; verify" if kind else "usual for wear; verify"
    if "effects" not in given:
        effects = _effects(kind, sensors)
        if effects:
            filled.fill({"effects": effects}, basis)
        else:
            hint = f'add "effects" to {where}: [{{"sensor": …, "direction": "up" or "down", "strength": 1}}]'
            said = "missing, and none of the sensors is known to react to it"
            filled.asked.append(Problem(f"{where}.effects", said, hint))
    elif any(name not in effect for effect in given["effects"] for name in ("direction", "strength")):
        by_name = {sensor["name"]: sensor for sensor in sensors}
        if all(effect["sensor"] in by_name for effect in given["effects"]):
            filled.fields["effects"] = [_completed(e, kind, by_name) for e in given["effects"]]
            filled.assumed["effects"] = f"directions and strengths: {basis}"
    if filled.assumed:
        filled.fields["assumed"] = {**given.get("assumed", {}), **filled.assumed}
    return filled


def _effects(kind: str | None, sensors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sensors that it moves, the strongest to its trip limit. A kind that moves none does what most wear does."""
    for one in (kind, None):
        found = [(sensor, response) for sensor in sensors if (response := _response(one, sensor)) is not None]
        moved = [(sensor, response) for sensor, response in found if sensor.get("type") not in CODED]
        if moved:
            most = max(strength for _, (_, strength, _) in moved)
            return [
                _effect(sensor, response, 1.0 if sensor.get("type") in CODED else most) for sensor, response in found
            ]
    return []


def _effect(sensor: Mapping[str, Any], response: Response, most: float) -> dict[str, Any]:
    direction, strength, onset = response
    return {
        "sensor": sensor["name"],
        "direction": direction,
        "strength": round(strength / most, 2),
        "onset": onset,
    }


def _response(kind: str | None, sensor: Mapping[str, Any]) -> Response | None:
    """How a sensor responds to a kind of failure; None where it does not, or is not known to."""
    if "constant" in sensor:
        return None
    if sensor.get("type") in CODED:
        return None if sensor.get("load_gain") else _TELLS_LATE
    quantity = _quantity(sensor)
    return None if quantity is None else responses_of(kind).get(quantity)


def _quantity(sensor: Mapping[str, Any]) -> str | None:
    description = sensor.get("description", "")
    found = recognised(sensor["name"], sensor.get("unit"), description) or described(sensor["name"], description)
    return None if found is None else found.key


def _completed(effect: Mapping[str, Any], kind: str | None, sensors: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An effect that may lack direction, strength and onset."""
    sensor = sensors[effect["sensor"]]
    direction, strength, onset = _response(kind, sensor) or _response(None, sensor) or _towards_trip(sensor)
    return {"direction": direction, "strength": strength, "onset": onset, **effect}


def _towards_trip(sensor: Mapping[str, Any]) -> Response:
    limit = sensor.get("trip", sensor.get("warning"))
    down = limit is not None and "normal" in sensor and limit < sensor["normal"]
    return ("down", *_LIKELY[1:]) if down else _LIKELY
