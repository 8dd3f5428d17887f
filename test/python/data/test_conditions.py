"""What is asked of a data set: read from the flags, and written to its manifest and back."""

from __future__ import annotations

import pytest

from gan.data.conditions import AS_SEEN, AS_THEY_OCCUR, Conditions, parse_conditions
from gan.runtime.errors import InvalidInput

MODES = ("bearing_wear", "seal_leak")


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        (AS_SEEN, {}),
        ("seal_leak", {"seal_leak": 1.0}),
        ("bearing_wear=0.6,seal_leak=0.4", {"bearing_wear": 0.6, "seal_leak": 0.4}),
        ("bearing_wear=1,seal_leak=0", {"bearing_wear": 1.0}),
        ("balanced", {"bearing_wear": 0.5, "seal_leak": 0.5}),
    ],
)
def test_failure_modes_are_asked_for_by_name_by_share_or_balanced(text: str, shares: dict[str, float]) -> None:
    assert parse_conditions(0, text, AS_SEEN, MODES).shares == shares


@pytest.mark.parametrize(
    ("failure_mode", "life_hours", "said"),
    [
        ("rust", AS_SEEN, "rust: the machine has no such failure mode"),
        ("bearing_wear=0.6,seal_leak=0.5", AS_SEEN, "sum to 1.1"),
        ("seal_leak=0.5,seal_leak=0.5", AS_SEEN, "each mode once"),
        (AS_SEEN, "800..200", "the shortest life comes first"),
    ],
)
def test_what_cannot_be_is_refused(failure_mode: str, life_hours: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_conditions(0, failure_mode, life_hours, MODES)


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions({"seal_leak": 1.0}, (20.0, 80.0), in_runs=True),
        Conditions(life_h=(20.0, 80.0), settings={"speed": 1500.0}),
    ],
)
def test_a_manifest_says_what_was_asked_for(conditions: Conditions) -> None:
    assert Conditions.from_json(conditions.to_json()) == conditions
    assert "20 to 80 h" in conditions.told()


def test_nothing_is_asked_for_unless_it_is_said() -> None:
    assert not parse_conditions(0, AS_SEEN, AS_SEEN, MODES).asked
    assert Conditions.from_json(None) == AS_THEY_OCCUR
