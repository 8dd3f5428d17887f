"""Quantities that are measured on machines: how each is recognised, and what is usual of it.

All figures are usual ones of the trade, no machine's own: whoever uses them verifies them. Limits that a standard gives
name it. They are in the base unit of the quantity's dimension (units.py), or multiples of a reference that the machine
has, e.g. its rated power.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gan.machine.proposals.units import unit_of

TRADE = "usual in the trade; verify"


@dataclass(frozen=True)
class Quantity:
    """What is usual of a quantity.

    words: a pattern of beginnings of words, in names and descriptions. limits: physical minimum and maximum, normal,
    warning, trip; None where there is no limit. noise, drift: standard deviations. load: change from no load to rated
    load; ambient: per °C. reference: the rated value, by which all the others are multiplied. alone: the unit alone
    tells this quantity.
    """

    key: str
    dimension: str
    words: str
    limits: tuple[float, float, float, float | None, float | None]
    noise: float
    drift: float
    load: float = 0.0
    ambient: float = 0.0
    basis: str = TRADE
    reference: str | None = None
    alone: bool = False


_Q = Quantity
_RELAY = "overload relay at 1.05 to 1.2 × rated current (IEC 60947-4-1); verify"
_ZONES = "IEC 60034-1: zone A ±5 %, zone B ±10 % of rated voltage; verify"
_VELOCITY = "ISO 20816-3, zones B/C and C/D of a machine of 15 to 300 kW on a flexible support; verify"
_WINDING = "IEC 60034-1, class F (155 °C) used as class B (130 °C); verify"
_HOT_SPOT = "IEC 60076-7, hot spot 120 °C in normal cyclic, 140 °C in emergency loading; verify"
_OIL = "ISO 3448 grade ±10 % warning, ±20 % limit, the trade's rule; verify"
_INSULATION = "IEEE 43: 100 MΩ for form-wound, 5 MΩ for random-wound windings; verify"
_GASES = "IEC 60599, typical values of gases dissolved in oil; verify"
# Of one dimension, the more special ones come first: the first whose words occur is taken.
QUANTITIES: tuple[Quantity, ...] = (
    _Q("linear speed", "velocity", r"belt|feed|convey|wind|air|line.?speed|stroke|axis",
       (0, 5000, 1000, 900, 800), 6, 6, -20),
    _Q("vibration velocity", "velocity", r"vib|veloc|shak|swing|schwing", (0, 45, 1.8, 4.5, 7.1), 0.08, 0.08, 0.6,
       basis=_VELOCITY, alone=True),
    _Q("vibration acceleration", "acceleration", r"vib|accel|shock|peak|envel|bearing|beschl", (0, 50, 1.2, 4, 8), 0.06,
       0.06, 0.4, alone=True),
    _Q("backlash", "length", r"backlash|clearance|play|position.?err|deviation|tool.?wear|flank|wear|runout|error",
       (0, 1000, 12, 60, 100), 0.8, 1.0, 2),
    _Q("displacement", "length", r"vib|displ|shaft|orbit|proximity|peak", (0, 500, 35, 90, 130), 1.5, 2, 8,
       basis="ISO 20816-3, displacement at zones B/C and C/D; verify"),
    _Q("level", "length", r"level|tank|sump|reservoir", (0, 2e6, 1.2e6, 6e5, 4e5), 1e4, 2e4),
    _Q("position", "length", r"position|stroke|travel|height|distance|head", (0, 1e6, 5e5, None, None), 2e3, 2e3, 5e4),
    _Q("winding temperature", "temperature", r"wind(?:ing|ung)|stator|coil|wicklung", (-40, 250, 85, 130, 155), 0.7,
       1.2, 40, 1.0, _WINDING),
    _Q("hot spot temperature", "temperature", r"hot.?spot", (-40, 250, 80, 120, 140), 0.7, 1.2, 35, 1.0, _HOT_SPOT),
    _Q("bearing temperature", "temperature", r"bearing|lager|journal", (-40, 180, 58, 85, 100), 0.4, 0.8, 15, 0.9,
       "grease-lubricated rolling bearings, usual in the trade; verify"),
    _Q("exhaust temperature", "temperature", r"exhaust|egt|combust|flue|turbine", (-60, 1200, 450, 600, 660), 3, 4, 180,
       0.8),
    _Q("discharge temperature", "temperature", r"discharge|element|outlet.?air|compress", (-40, 200, 82, 100, 110), 0.6,
       1.0, 12, 0.8, "oil-injected screw compressors stop at 110 °C as a rule; verify"),
    _Q("oil temperature", "temperature", r"oil|hydraul|lubric|gear|fluid|sump", (-40, 150, 52, 75, 85), 0.4, 0.8, 12,
       0.8, "mineral oil, usual in the trade; verify"),
    _Q("spindle temperature", "temperature", r"spindle|tool|chuck", (-10, 150, 42, 60, 70), 0.4, 0.7, 12, 0.8),
    _Q("ambient temperature", "temperature", r"ambient|room|outdoor|outside|environment|intake|inlet.?air|umgebung",
       (-50, 80, 20, None, None), 0.3, 0.2, 0, 1.0),
    _Q("coolant temperature", "temperature", r"cool|water|chill|supply|return|condens|brine", (-40, 130, 32, 45, 52),
       0.3, 0.5, 5, 0.6),
    _Q("temperature", "temperature", r"temp|therm|heat|(?:^|_)t\d*(?:_|$)", (-40, 200, 55, 80, 95), 0.5, 0.9, 18, 0.9),
    _Q("differential pressure", "pressure", r"diff|delta|(?:^|_)dp(?:_|$)|filter|drop|across", (0, 20, 0.6, 1.5, 2.5),
       0.02, 0.03, 0.2, basis="filters are changed at 2.5 times their clean pressure drop; verify"),
    _Q("suction pressure", "pressure", r"suction|inlet|intake|saug|vacuum", (-1, 40, 1.2, 0.7, 0.4), 0.03, 0.04, -0.2),
    _Q("oil pressure", "pressure", r"oil|lube|lubric", (0, 20, 3, 2, 1.3), 0.04, 0.06, 0.2),
    _Q("pressure", "pressure", r"press|discharge|outlet|system|line|pump|druck|head|(?:^|_)p\d*(?:_|$)",
       (0, 2.5, 1, 0.85, 0.75), 0.006, 0.008, 0.1, reference="pressure"),
    _Q("current", "current", r"current|amp|load|phase|strom|motor", (0, 2.5, 0.8, 1.05, 1.15), 0.008, 0.01, 0.6,
       basis=_RELAY, reference="current", alone=True),
    _Q("voltage", "voltage", r"volt|supply|bus|phase|spannung", (0, 1.5, 1, 0.95, 0.9), 0.004, 0.004, -0.01,
       basis=_ZONES, reference="voltage", alone=True),
    _Q("power", "power", r"power|load|consum|leistung|watt", (0, 2.5, 0.8, 1.0, 1.1), 0.008, 0.01, 0.65,
       reference="power", alone=True),
    _Q("flow", "flow", r"flow|volume|rate|discharge|durchfluss", (0, 2, 0.9, 0.75, 0.65), 0.008, 0.01, 0.45,
       reference="flow", alone=True),
    _Q("flow", "mass flow", r"flow|rate|mass|fuel|steam", (0, 2, 0.9, 0.75, 0.65), 0.008, 0.01, 0.45,
       reference="mass flow", alone=True),
    _Q("leakage", "leakage", r"leak|drip|seal", (0, 5000, 3, 30, 90), 0.4, 0.5, 0.5, alone=True),
    _Q("speed", "rotation", r"speed|rpm|rotat|revol|drehzahl|spindle|fan|rotor", (0, 2, 1, 0.96, 0.92), 0.002, 0.002,
       -0.012, reference="speed", alone=True),
    _Q("frequency", "frequency", r"freq|inverter|supply|grid|drive", (0, 400, 50, None, None), 0.02, 0.02, -0.05),
    _Q("torque", "torque", r"torque|moment|axis|joint|drehmoment", (0, 2.5, 0.7, 1.0, 1.2), 0.01, 0.012, 0.5,
       reference="torque", alone=True),
    _Q("force", "force", r"force|thrust|tension|load|clamp|kraft", (0, 2.5, 0.7, 1.0, 1.2), 0.01, 0.012, 0.5,
       reference="force", alone=True),
    _Q("humidity", "share", r"humid|moist|(?:^|_)rh(?:_|$)|feucht", (0, 100, 45, 75, 90), 0.8, 1.0, 0, -0.5),
    _Q("unbalance", "share", r"unbal|imbal|asymm", (0, 100, 1.5, 4, 6), 0.1, 0.1, 0.2,
       basis="IEC 60034-26 and NEMA MG 1: derating from 1 to 5 % of voltage unbalance; verify"),
    _Q("slip", "share", r"slip|schlupf", (0, 100, 2, 5, 8), 0.05, 0.08, 1.2),
    _Q("efficiency", "share", r"effic|wirkungs|yield|performance|oee", (0, 100, 82, 74, 68), 0.3, 0.4, 2),
    _Q("level", "share", r"level|tank|reservoir|fill", (0, 100, 75, 45, 30), 0.4, 0.8),
    _Q("valve position", "share", r"valve|opening|position|damper|vane", (0, 100, 55, 85, 95), 0.5, 0.8, 25),
    _Q("load", "share", r"load|torque|utili|duty|capacity|spindle|power|current", (0, 200, 65, 100, 115), 0.6, 0.8, 55),
    _Q("sound", "sound", r"sound|noise|acoust|level|schall|ultras", (0, 180, 78, 88, 95), 0.6, 0.6, 3, alone=True),
    _Q("viscosity", "viscosity", r"visc", (0, 2000, 46, 41.4, 36.8), 0.3, 0.4, 0, -0.05, _OIL, alone=True),
    _Q("oil water", "ppm", r"water|moist", (0, 10000, 80, 300, 500), 6, 8),
    _Q("wear metal", "ppm", r"iron|ferr|(?:^|_)fe(?:_|$)|copper|metal|wear|debris", (0, 5000, 12, 60, 120), 0.8, 1.0),
    _Q("dissolved gas", "ppm", r"gas|hydrogen|h2|methan|ethyl|acetyl|ethan|(?:^|_)co2?(?:_|$)",
       (0, 20000, 50, 150, 300), 2, 3, basis=_GASES),
    _Q("insulation", "resistance", r"insul|isola|megger", (0, 10000, 800, 100, 20), 12, 15, 0, -4, _INSULATION,
       alone=True),
    _Q("conductivity", "conductivity", r"conduct|water|leit", (0, 20000, 900, 1800, 2500), 12, 15, alone=True),
    _Q("cleanliness", "iso code", r"", (5, 30, 16, 19, 21), 0.3, 0.2, alone=True,
       basis="ISO 4406, usual for hydraulics; verify"),
    _Q("power factor", "none", r"power.?fact|cos.?phi|(?:^|_)pf(?:_|$)", (0, 1, 0.85, 0.75, 0.68), 0.004, 0.005, 0.1),
    _Q("crest factor", "none", r"crest", (1, 100, 3.2, 5, 7), 0.12, 0.1),
    _Q("kurtosis", "none", r"kurt", (0, 200, 3, 5, 8), 0.15, 0.1),
    _Q("cleanliness", "none", r"4406|clean", (5, 30, 16, 19, 21), 0.3, 0.2,
       basis="ISO 4406, usual for hydraulics; verify"),
    _Q("acidity", "none", r"acid|ph(?:_|$)", (0, 14, 7.8, 8.6, 9.2), 0.05, 0.06),
    _Q("performance", "none", r"(?:^|_)cop(?:_|$)|performance", (0, 15, 4.2, 3.5, 3.1), 0.05, 0.06, -0.3),
    _Q("particles", "none", r"partic|debris|contam", (0, 50000, 120, 800, 2000), 8, 10),
    _Q("events", "none", r"alarm|error|fault|reject|stop|start|event|restart|retr|count|cycle", (0, 500, 2, 8, 14), 0.8,
       0.4),
)  # fmt: skip

# Reference → the dimension that its rated value is in, words of an operational parameter that gives it, and what is
# usual where none does, by machine type.
_REFERENCES: Mapping[str, tuple[str, str, dict[str, float]]] = {
    "power": ("power", r"power|leistung", {"motor": 15, "pump": 11, "cnc": 15, "fan": 7.5, "compressor": 30,
              "conveyor": 3, "hydraulic": 22, "cooling_tower": 11, "robot": 6, "transformer": 500, "chiller": 90,
              "turbofan": 20000, "other": 10}),
    "current": ("current", r"current|strom", {"motor": 29, "pump": 21, "cnc": 30, "fan": 15, "compressor": 57,
                "conveyor": 6.5, "hydraulic": 42, "cooling_tower": 21, "robot": 12, "transformer": 720,
                "chiller": 165, "other": 20}),
    "voltage": ("voltage", r"volt|spannung", {"turbofan": 115, "other": 400}),
    "pressure": ("pressure", r"pressure|druck", {"pump": 5, "compressor": 8, "hydraulic": 160, "chiller": 12,
                 "turbofan": 30, "cooling_tower": 2, "other": 6}),
    "flow": ("flow", r"flow|capacity|durchfluss", {"pump": 60, "fan": 12000, "compressor": 300, "hydraulic": 6,
             "cooling_tower": 200, "chiller": 60, "other": 50}),
    "mass flow": ("mass flow", r"flow", {"turbofan": 100, "other": 5}),
    "speed": ("rotation", r"speed|rpm|drehzahl", {"motor": 1480, "pump": 2950, "cnc": 8000, "fan": 1480,
              "compressor": 2950, "conveyor": 1420, "hydraulic": 1480, "cooling_tower": 480, "robot": 2000,
              "turbofan": 9000, "other": 1480}),
    "torque": ("torque", r"torque|moment", {"motor": 97, "cnc": 95, "robot": 250, "conveyor": 60, "other": 100}),
    "force": ("force", r"force|thrust|tonnage", {"hydraulic": 1e6, "other": 1000}),
}  # fmt: skip


def says(text: str, words: str) -> bool:
    """Whether one of a text's words begins with one of these: a coil is no oil."""
    return re.search(f"(?<![a-z])(?:{words})", text) is not None


def recognised(name: str, unit: str | None, description: str) -> Quantity | None:
    """The quantity that a sensor measures: by its unit and the words of its name, else of its description.

    Without a unit, the words of its name alone decide.
    """
    known = None if unit is None else unit_of(unit)
    if unit is not None and known is None:
        return None
    candidates = [q for q in QUANTITIES if known is None or q.dimension == known.dimension]
    for text in (name.lower(), description.lower()):
        for quantity in candidates:
            if quantity.words and says(text, quantity.words):
                return quantity
        if known is None:
            break
    return next((quantity for quantity in candidates if quantity.alone and known is not None), None)


def described(name: str, description: str) -> Quantity | None:
    """The quantity that words tell whatever the unit: for what a failure mode does to it."""
    texts = (name.lower(), description.lower())
    return next((q for text in texts for q in QUANTITIES if q.words and says(text, q.words)), None)


def reference_of(name: str, machine_type: str, parameters: Mapping[str, float | str]) -> tuple[float, str]:
    """The rated value of a reference in its base unit, and what it rests on: an operational parameter, or the type."""
    dimension, words, usual = _REFERENCES[name]
    for key, value in parameters.items():
        if not says(key.lower(), words) or not isinstance(value, (int, float)) or value <= 0:
            continue
        unit = unit_of(key.rsplit("_", 1)[-1]) or unit_of("_".join(key.split("_")[-2:]).replace("_", "/"))
        if unit is not None and unit.dimension == dimension:
            return float(value) * unit.factor, f"{key} {value:g}"
    return usual.get(machine_type, usual["other"]), f"usual for a {machine_type.replace('_', ' ')}"
