"""However many signals come, and whenever: a process told to stop is gone when the grace period is over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from support import ENVIRONMENT, PROJECT

# GAN_STORM=2000 for a long look.
COUNT = os.environ.get("GAN_STORM", "300")
INTERRUPTED, DEFAULT_ACTION = "75", str(-signal.SIGTERM)
# How each phase may end. Before a handler is installed, and after it is removed, SIGTERM has its default action.
ALLOWED = {
    "import": {INTERRUPTED, DEFAULT_ACTION},
    "unpolled": {INTERRUPTED},
    "polled": {INTERRUPTED},
    "hosted": {"0", INTERRUPTED, DEFAULT_ACTION},
    "between": {"0", INTERRUPTED, DEFAULT_ACTION},
    "ending": {"0", INTERRUPTED},
    "caught": {INTERRUPTED},
}


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    command = [sys.executable, "test/python/runtime/signal_storm.py", COUNT, str(tmp_path_factory.mktemp("storm"))]
    done = subprocess.run(command, cwd=PROJECT, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    statuses: dict[str, dict[str, int]] = json.loads(done.stdout)
    print(done.stdout)
    return statuses


@pytest.mark.parametrize("phase", ALLOWED)
def test_it_ends_in_time_with_a_status_that_says_so(storm: dict[str, dict[str, int]], phase: str) -> None:
    assert set(storm[phase]) <= ALLOWED[phase], storm[phase]
