"""One list of good and bad configurations: Python and TypeScript accept and refuse alike, and name the same field."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gan.machine.configuration import parse_object
from gan.machine.proposals.completion import parse_configuration
from gan.runtime.errors import InvalidInput
from support import PROJECT

LIST = json.loads((PROJECT / "test/contracts/configurations.json").read_text("utf-8"))
Change = Callable[[dict[str, Any], str], None]


@pytest.mark.parametrize("case", LIST["cases"], ids=lambda case: case["name"])
def test_a_configuration(case: Mapping[str, Any]) -> None:
    text = configuration_text(case)
    began = time.process_time()
    refused = refusal(text)
    # What is asked for only Python can tell: it makes the proposals.
    expected = case["field"] or case.get("asks")
    assert (None if refused is None else refused.field) == expected, refused
    assert time.process_time() - began < 5


def test_a_refusal_is_short_and_shows_no_control_character() -> None:
    for case in LIST["cases"]:
        refused = refusal(configuration_text(case))
        message = "" if refused is None else refused.message
        assert len(message) < 6000, case["name"]
        assert all(c.isprintable() or c == "\n" for c in message), case["name"]
        assert "nan to" not in message, case["name"]


def test_what_is_missing_is_called_missing_and_what_is_wrong_is_shown() -> None:
    config = {**LIST["base"], "sampling_interval_minutes": -1, "machine_type": "spaceship"}
    del config["sensors"]
    with pytest.raises(InvalidInput) as refused:
        parse_configuration(config)
    assert refused.value.message.split("\n  ")[1:] == [
        "sensors: missing",
        "machine_type: must be one of motor, pump, cnc, fan, compressor, conveyor, hydraulic, cooling_tower, robot, "
        'transformer, turbofan, chiller, other (got "spaceship")',
        "sampling_interval_minutes: must be a number of 1e-7 to 1000000 (got -1)",
    ]


def refusal(text: str) -> InvalidInput | None:
    try:
        parse_configuration(parse_object(text, "case"))
    except InvalidInput as error:
        return error
    return None


def configuration_text(case: Mapping[str, Any]) -> str:
    """A case's text: the base with its changes. test/contracts/configurations.test.ts makes it in the same way."""
    if "text" in case:
        return str(case["text"])
    config = json.loads(json.dumps(LIST["base"]))
    for path in case.get("remove", []):
        at, key = _place(config, path)
        del at[key]
    for path, value in case.get("set", {}).items():
        _put(config, path, value)
    for path, length in case.get("long", {}).items():
        _put(config, path, "x" * length)
    for i in range(case.get("keys", 0)):
        config[f"k{i}"] = i
    for i in range(case.get("sensors", 0)):
        config["sensors"][i:] = [{**config["sensors"][0], "name": f"s{i}"}]
    raw = dict(case.get("raw", {}))
    raw |= {path: "[" * depth + "]" * depth for path, depth in case.get("nested", {}).items()}
    raw |= {path: '{"a":' * depth + "1" + "}" * depth for path, depth in case.get("nestedObjects", {}).items()}
    for path in raw:
        if path != "":
            _put(config, path, f"@{path}@")
    text = json.dumps(config)
    for path, words in raw.items():
        text = words.replace("{BASE", text[:-1]) if path == "" else text.replace(f'"@{path}@"', words)
    return text


def _place(config: Any, path: str) -> tuple[Any, Any]:
    *before, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in before:
        config = config[part]
    return config, last


def _put(config: Any, path: str, value: object) -> None:
    at, key = _place(config, path)
    at[key] = value
