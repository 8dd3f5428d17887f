"""What a script prints: nothing in it can control the terminal."""

from __future__ import annotations

import json

import pytest

from gan.runtime.errors import InvalidInput
from gan.runtime.events import Reporter, Result
from gan.runtime.printable import printable

ESCAPE = "\x1b[2J\x9b31m\u202eabc\r"
SHOWN = "\\x1b[2J\\x9b31m\\u202eabc\\x0d"


def test_a_control_character_is_shown_as_an_escape_and_layout_stays() -> None:
    assert printable(f"{ESCAPE}\n\t“Ω” 日本 😀 ✅") == f"{SHOWN}\n\t“Ω” 日本 😀 ✅"


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_that_is_said_steers_the_terminal(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    reporter = Reporter("step", "pump_a", as_json=as_json)
    reporter.warning("W", ESCAPE)
    reporter.result(Result(ESCAPE, reason=ESCAPE))
    reporter.error(InvalidInput(ESCAPE, hint=ESCAPE, field=ESCAPE))
    captured = capsys.readouterr()
    if as_json:
        said = [value for line in captured.out.splitlines() for value in json.loads(line).values()]
        assert said.count(SHOWN) == 6
    else:
        assert (captured.out + captured.err).count(SHOWN) == 4
    assert not set("\x1b\x9b\u202e\r") & set(captured.out + captured.err)
