"""What the kinds of failure do to the quantities that are measured, in the order in which it shows."""

from __future__ import annotations

from gan.machine.proposals.quantities import says

# Quantity → direction, strength (1 reaches the trip limit), onset (share of the damage).
Responses = dict[str, tuple[str, float, float]]


def _up(**strengths: tuple[float, float]) -> Responses:
    return {name.replace("_", " "): ("up", *how) for name, how in strengths.items()}


def _down(**strengths: tuple[float, float]) -> Responses:
    return {name.replace("_", " "): ("down", *how) for name, how in strengths.items()}


# What most wear does, where nothing more is known.
GENERAL: Responses = {
    **_up(vibration_velocity=(0.9, 0.25), vibration_acceleration=(0.8, 0.2), displacement=(0.8, 0.25),
          backlash=(0.9, 0.15),
          temperature=(0.7, 0.3), bearing_temperature=(0.7, 0.3), winding_temperature=(0.6, 0.3),
          oil_temperature=(0.6, 0.3),
          hot_spot_temperature=(0.7, 0.3), discharge_temperature=(0.7, 0.3), exhaust_temperature=(0.8, 0.2),
          spindle_temperature=(0.6, 0.3), coolant_temperature=(0.5, 0.3), current=(0.4, 0.4), power=(0.4, 0.4),
          torque=(0.5, 0.4), force=(0.5, 0.4), load=(0.5, 0.4), sound=(0.5, 0.3), leakage=(0.6, 0.3),
          differential_pressure=(0.6, 0.3), valve_position=(0.5, 0.4), slip=(0.6, 0.3), unbalance=(0.5, 0.3),
          wear_metal=(0.8, 0.15), particles=(0.8, 0.15), cleanliness=(0.7, 0.2), oil_water=(0.4, 0.3),
          dissolved_gas=(0.7, 0.2), events=(0.8, 0.3), crest_factor=(0.7, 0.2), kurtosis=(0.7, 0.2),
          conductivity=(0.5, 0.3)),
    **_down(pressure=(0.5, 0.3), flow=(0.5, 0.3), oil_pressure=(0.5, 0.3), suction_pressure=(0.3, 0.4),
            speed=(0.3, 0.4),
            efficiency=(0.7, 0.2), performance=(0.7, 0.2), insulation=(0.7, 0.2), viscosity=(0.6, 0.2),
            power_factor=(0.4, 0.3), level=(0.4, 0.3), linear_speed=(0.3, 0.4)),
}  # fmt: skip

# Kind → words of the failure mode's name or description, and its responses. The first whose words occur is taken.
KINDS: dict[str, tuple[str, Responses]] = {
    "lubrication": (r"lubric|grease|oil.?(?:degrad|ag(?:e|ing)|contam|starv|quality)|starvation", {
        **_up(bearing_temperature=(1.0, 0.25), oil_temperature=(0.8, 0.3), temperature=(0.8, 0.3), particles=(1.0, 0.1),
              wear_metal=(0.9, 0.15), cleanliness=(1.0, 0.1), oil_water=(0.8, 0.2), vibration_acceleration=(0.8, 0.3),
              vibration_velocity=(0.5, 0.4), sound=(0.5, 0.3), power=(0.3, 0.4), current=(0.3, 0.4), torque=(0.4, 0.4),
              crest_factor=(0.7, 0.2)),
        **_down(viscosity=(1.0, 0.1), oil_pressure=(0.9, 0.2))}),
    "bearing": (r"bearing|lager|spall|brinell|race|pitting", {
        **_up(vibration_velocity=(1.0, 0.2), vibration_acceleration=(1.0, 0.1), displacement=(0.7, 0.3),
              bearing_temperature=(0.9, 0.35), temperature=(0.6, 0.45), spindle_temperature=(0.7, 0.35),
              oil_temperature=(0.4, 0.5), winding_temperature=(0.2, 0.6), sound=(0.7, 0.4), current=(0.3, 0.5),
              power=(0.3, 0.5), torque=(0.4, 0.5), wear_metal=(0.9, 0.15), particles=(0.9, 0.15),
              crest_factor=(1.0, 0.1),
              kurtosis=(1.0, 0.1))}),
    "rotor": (r"unbalanc|imbalanc|misalign|loosen|bent|crack|shaft|resonan|foundation", {
        **_up(vibration_velocity=(1.0, 0.1), displacement=(1.0, 0.1), vibration_acceleration=(0.4, 0.3),
              sound=(0.4, 0.3),
              bearing_temperature=(0.4, 0.5), temperature=(0.3, 0.5), current=(0.2, 0.5), power=(0.2, 0.5))}),
    "seal": (r"seal|leak|gasket|packing|dicht", {
        **_up(leakage=(1.0, 0.15), temperature=(0.3, 0.5), power=(0.3, 0.5), vibration_velocity=(0.2, 0.6),
              oil_water=(0.6, 0.3), discharge_temperature=(0.3, 0.5), valve_position=(0.6, 0.3)),
        **_down(pressure=(0.9, 0.3), level=(0.9, 0.3), flow=(0.6, 0.4), suction_pressure=(0.7, 0.3),
                oil_pressure=(0.8, 0.3), efficiency=(0.5, 0.4), performance=(0.6, 0.3))}),
    "hydraulic": (r"cavitat|impeller|wear.?ring|erosion|efficien|pump.?wear|internal", {
        **_down(pressure=(0.9, 0.2), flow=(0.9, 0.2), efficiency=(1.0, 0.1), suction_pressure=(0.6, 0.2)),
        **_up(vibration_velocity=(0.7, 0.3), vibration_acceleration=(0.9, 0.2), sound=(0.8, 0.2), power=(0.5, 0.4),
              current=(0.4, 0.4), temperature=(0.3, 0.5), oil_temperature=(0.6, 0.3), winding_temperature=(0.3, 0.5))}),
    "fouling": (r"clog|block|foul|filter|scal|dirt|plug|deposit|contamin|dust|fill", {
        **_up(differential_pressure=(1.0, 0.1), coolant_temperature=(0.9, 0.2), discharge_temperature=(0.7, 0.3),
              oil_temperature=(0.6, 0.3), temperature=(0.6, 0.3), winding_temperature=(0.5, 0.4),
              valve_position=(0.8, 0.2),
              hot_spot_temperature=(0.6, 0.3), power=(0.3, 0.4), current=(0.3, 0.4), vibration_velocity=(0.2, 0.5),
              exhaust_temperature=(0.7, 0.2), particles=(0.9, 0.1), cleanliness=(0.9, 0.1), conductivity=(0.9, 0.2)),
        **_down(flow=(0.9, 0.2), pressure=(0.5, 0.3), suction_pressure=(0.8, 0.2), efficiency=(0.8, 0.2),
                performance=(0.9, 0.2))}),
    "electrical": (r"electric|short|phase|rotor.?bar|broken.?bar|inverter|drive|brush|contact", {
        **_up(unbalance=(1.0, 0.1), current=(0.9, 0.2), slip=(1.0, 0.2), winding_temperature=(0.7, 0.3),
              vibration_velocity=(0.5, 0.3), temperature=(0.5, 0.3), power=(0.4, 0.3), torque=(0.4, 0.3),
              sound=(0.3, 0.4)),
        **_down(power_factor=(0.8, 0.2), voltage=(0.8, 0.3), insulation=(0.8, 0.2), speed=(0.5, 0.3))}),
    "thermal": (r"overheat|thermal|cooling|insulat|winding|overload|stator|burn|hot|aging|ageing", {
        **_up(winding_temperature=(1.0, 0.2), hot_spot_temperature=(1.0, 0.2), temperature=(1.0, 0.2),
              oil_temperature=(0.8, 0.25), coolant_temperature=(0.8, 0.2), discharge_temperature=(0.9, 0.2),
              spindle_temperature=(0.9, 0.2), bearing_temperature=(0.3, 0.5), current=(0.5, 0.3), power=(0.3, 0.4),
              dissolved_gas=(0.9, 0.15), unbalance=(0.6, 0.3)),
        **_down(insulation=(1.0, 0.1), efficiency=(0.4, 0.4), power_factor=(0.4, 0.4), viscosity=(0.5, 0.3))}),
    "tool": (r"tool|cutt|chatter|flank|insert|spindle", {
        **_up(backlash=(1.0, 0.05), load=(0.9, 0.15), force=(0.9, 0.15), vibration_acceleration=(1.0, 0.2),
              vibration_velocity=(0.9, 0.2), torque=(0.8, 0.2), power=(0.7, 0.2), current=(0.7, 0.2),
              spindle_temperature=(0.8, 0.3), temperature=(0.6, 0.3), sound=(0.7, 0.2))}),
    "transmission": (r"gear|belt|chain|coupling|backlash|joint|reducer|tension|screw|guide|roller|sprocket|brake", {
        **_up(backlash=(1.0, 0.1), vibration_velocity=(1.0, 0.2), vibration_acceleration=(0.9, 0.2), torque=(0.8, 0.3),
              sound=(0.8, 0.2), wear_metal=(0.8, 0.2), particles=(0.8, 0.2), current=(0.6, 0.3), power=(0.5, 0.3),
              slip=(0.9, 0.2), oil_temperature=(0.5, 0.4), temperature=(0.5, 0.4), load=(0.6, 0.3)),
        **_down(speed=(0.7, 0.3), linear_speed=(0.9, 0.2), force=(0.7, 0.3))}),
    "valve": (r"valve|ring|piston|reed|blade|vane|compressor|cylinder|actuator|nozzle|turbine", {
        **_up(discharge_temperature=(0.9, 0.25), exhaust_temperature=(1.0, 0.2), valve_position=(0.9, 0.2),
              power=(0.5, 0.3), current=(0.4, 0.3), vibration_velocity=(0.6, 0.3), temperature=(0.6, 0.3),
              sound=(0.5, 0.3), leakage=(0.6, 0.3), oil_temperature=(0.5, 0.3)),
        **_down(pressure=(0.9, 0.25), flow=(0.8, 0.25), efficiency=(0.9, 0.2), performance=(0.9, 0.2))}),
}  # fmt: skip

# Failure modes that each type of machine is known for: named where a draft has none.
TYPICAL: dict[str, tuple[str, ...]] = {
    "motor": ("bearing_wear", "winding_overheating"),
    "pump": ("bearing_wear", "seal_leak", "impeller_wear"),
    "cnc": ("spindle_bearing_wear", "tool_wear"),
    "fan": ("bearing_wear", "imbalance", "belt_wear"),
    "compressor": ("valve_wear", "bearing_wear", "filter_clogging"),
    "conveyor": ("belt_wear", "roller_bearing_wear"),
    "hydraulic": ("pump_wear", "seal_leak", "filter_clogging"),
    "cooling_tower": ("fan_bearing_wear", "fill_fouling"),
    "robot": ("joint_gear_wear", "brake_wear"),
    "transformer": ("insulation_ageing", "cooling_fouling"),
    "turbofan": ("compressor_fouling", "turbine_blade_wear"),
    "chiller": ("condenser_fouling", "refrigerant_leak"),
    "other": ("bearing_wear", "overheating"),
}


def kind_of(name: str, description: str) -> str | None:
    """The kind of a failure mode, by the words of its name, else of its description; None for an unknown one."""
    for text in (name.lower(), description.lower()):
        for kind, (words, _) in KINDS.items():
            if says(text, words):
                return kind
    return None


def responses_of(kind: str | None) -> Responses:
    """What a kind of failure does to each quantity that it moves."""
    return GENERAL if kind is None else KINDS[kind][1]
