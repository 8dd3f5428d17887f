"""Units of measurement as people write them: what kind of quantity they measure, and how they convert."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """Units of one dimension convert into each other. In the base unit, a value is (value + shift) · factor."""

    dimension: str
    factor: float
    shift: float = 0.0

    def of_base(self, value: float) -> float:
        """A value in the base unit, in this unit."""
        return value / self.factor - self.shift

    def of_base_step(self, step: float) -> float:
        """A difference in the base unit, in this unit."""
        return step / self.factor


# Dimension → its units, the base first; factors are exact or of NIST SP 811, appendix B.
_UNITS: dict[str, dict[str, tuple[float, float]]] = {
    "velocity": {"mm/s": (1, 0), "mms": (1, 0), "mm/sec": (1, 0), "cm/s": (10, 0), "m/s": (1000, 0), "in/s": (25.4, 0),
                 "ips": (25.4, 0)},
    "acceleration": {"g": (1, 0), "grms": (1, 0), "mg": (1e-3, 0), "m/s2": (1 / 9.80665, 0), "m/s^2": (1 / 9.80665, 0)},
    "length": {"um": (1, 0), "micron": (1, 0), "mil": (25.4, 0), "mils": (25.4, 0), "mm": (1e3, 0), "cm": (1e4, 0),
               "m": (1e6, 0), "in": (25.4e3, 0), "inch": (25.4e3, 0), "ft": (304.8e3, 0), "nm": (1e-3, 0)},
    "temperature": {"c": (1, 0), "celsius": (1, 0), "degc": (1, 0), "f": (1 / 1.8, -32), "fahrenheit": (1 / 1.8, -32),
                    "degf": (1 / 1.8, -32), "k": (1, -273.15), "kelvin": (1, -273.15)},
    "pressure": {"bar": (1, 0), "barg": (1, 0), "bara": (1, 0), "mbar": (1e-3, 0), "kpa": (0.01, 0), "mpa": (10, 0),
                 "pa": (1e-5, 0), "psi": (0.0689476, 0), "psig": (0.0689476, 0), "psia": (0.0689476, 0),
                 "atm": (1.01325, 0), "inh2o": (2.49089e-3, 0), "inhg": (0.0338639, 0), "mmhg": (1.33322e-3, 0)},
    "current": {"a": (1, 0), "amp": (1, 0), "amps": (1, 0), "ampere": (1, 0), "arms": (1, 0), "ma": (1e-3, 0),
                "ka": (1e3, 0)},
    "voltage": {"v": (1, 0), "volt": (1, 0), "volts": (1, 0), "vac": (1, 0), "vdc": (1, 0), "mv": (1e-3, 0),
                "kv": (1e3, 0)},
    "power": {"kw": (1, 0), "w": (1e-3, 0), "mw": (1e3, 0), "hp": (0.7457, 0), "kva": (1, 0), "va": (1e-3, 0),
              "mva": (1e3, 0)},
    "flow": {"m3/h": (1, 0), "m3h": (1, 0), "cmh": (1, 0), "l/min": (0.06, 0), "lpm": (0.06, 0), "l/s": (3.6, 0),
             "lps": (3.6, 0), "m3/s": (3600, 0), "m3/min": (60, 0), "gpm": (0.2271247, 0), "cfm": (1.699011, 0),
             "scfm": (1.699011, 0), "nm3/h": (1, 0), "l/h": (1e-3, 0)},
    "mass flow": {"kg/s": (1, 0), "kg/h": (1 / 3600, 0), "kg/min": (1 / 60, 0), "t/h": (1 / 3.6, 0)},
    "leakage": {"ml/h": (1, 0), "ml/min": (60, 0), "drops/min": (3, 0)},
    "rotation": {"rpm": (1, 0), "1/min": (1, 0), "r/min": (1, 0), "min-1": (1, 0), "rps": (60, 0), "krpm": (1e3, 0),
                 "rad/s": (9.549297, 0)},
    "frequency": {"hz": (1, 0), "khz": (1e3, 0), "1/s": (1, 0)},
    "torque": {"nm": (1, 0), "n.m": (1, 0), "n*m": (1, 0), "knm": (1e3, 0), "ftlb": (1.355818, 0),
               "lbft": (1.355818, 0), "ft-lb": (1.355818, 0), "lb-ft": (1.355818, 0)},
    "force": {"n": (1, 0), "kn": (1e3, 0), "lbf": (4.448222, 0)},
    "share": {"%": (1, 0), "pct": (1, 0), "percent": (1, 0), "%rh": (1, 0), "rh": (1, 0)},
    "sound": {"db": (1, 0), "dba": (1, 0), "db(a)": (1, 0)},
    "viscosity": {"cst": (1, 0), "mm2/s": (1, 0)},
    "ppm": {"ppm": (1, 0), "mg/kg": (1, 0), "mg/l": (1, 0)},
    "resistance": {"mohm": (1, 0), "megohm": (1, 0), "gohm": (1e3, 0), "kohm": (1e-3, 0), "ohm": (1e-6, 0)},
    "energy": {"kwh": (1, 0), "wh": (1e-3, 0), "mwh": (1e3, 0)},
    "conductivity": {"us/cm": (1, 0), "ms/cm": (1e3, 0)},
    "mass": {"kg": (1, 0), "g(mass)": (1e-3, 0), "t": (1e3, 0), "lb": (0.4535924, 0)},
    "iso code": {"iso": (1, 0), "iso4406": (1, 0), "isocode": (1, 0)},
    "none": {"": (1, 0), "-": (1, 0), "1": (1, 0), "none": (1, 0), "ratio": (1, 0), "cosphi": (1, 0), "ph": (1, 0),
             "count": (1, 0), "counts": (1, 0), "1/h": (1, 0), "counts/h": (1, 0), "pcs": (1, 0), "events": (1, 0)},
}  # fmt: skip
_BY_NAME = {name: Unit(dimension, *how) for dimension, units in _UNITS.items() for name, how in units.items()}
# Where upper and lower case differ in meaning.
_CASED = {"mW": Unit("power", 1e-6), "mPa": Unit("pressure", 1e-8), "MOhm": Unit("resistance", 1), "g": _BY_NAME["g"],
          "Nm": _BY_NAME["nm"], "nm": Unit("length", 1e-3), "mOhm": Unit("resistance", 1e-9),
          "mN": Unit("force", 1e-3)}  # fmt: skip


def unit_of(text: str) -> Unit | None:
    """A unit by its name, e.g. `°C`, `mm/s RMS`, `m³/h`; None for one that is not known."""
    plain = text.strip().replace("°", "").replace("³", "3").replace("²", "2").replace("µ", "u").replace("μ", "u")
    plain = re.sub(r"[\s_]*(rms|peak|pk|pp|\(rms\))$", "", plain.replace("Ω", "Ohm"), flags=re.IGNORECASE).strip()
    plain = plain.replace(" ", "")
    return _CASED.get(plain) or _BY_NAME.get(plain.lower())


def base_unit(dimension: str) -> str:
    """The name of a dimension's base unit, as people write it."""
    return _WRITTEN.get(dimension, next(iter(_UNITS[dimension])))


_WRITTEN = {"temperature": "C", "current": "A", "voltage": "V", "power": "kW", "frequency": "Hz", "torque": "Nm",
            "force": "N", "sound": "dB", "viscosity": "cSt", "resistance": "MOhm", "energy": "kWh",
            "conductivity": "uS/cm", "iso code": "ISO"}  # fmt: skip
