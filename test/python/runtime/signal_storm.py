"""`signal_storm.py COUNT FOLDER`: so many processes, each sent SIGTERM twice or three times within microseconds.

Each is forked from this one, which has imported all it needs: starting Python would take most of the time. Prints, by
phase, how many processes ended with which status; `hung` are those that were alive when the grace was over.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import runpy
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "GAN"))

from gan.pipeline.runner import Context, script_main
from gan.runtime.errors import Interrupted
from gan.runtime.events import Result

HOST = "GAN/host.py"
SHORT = """
import os
from contextlib import suppress
from gan.pipeline.runner import script_main
from gan.runtime.events import Result

def work(_):
    with suppress(BrokenPipeError):
        os.write(3, b"x")
    sum(range(30_000))
    return Result("done")

script_main("storm", "", work)
"""
# Where a child, or a script that its host runs, says that the signals may come.
READY = 3
# Who stops a script kills it after five seconds; one that ends at the last moment also needs a turn of the processor.
GRACE_SECONDS = 7.0
# Those that only the watchdog ends wait for it together.
AT_ONCE = 64


def ready() -> None:
    with suppress(BrokenPipeError):
        os.write(READY, b"x")


def importing() -> None:
    ready()
    for name in ("colorsys", "csv", "statistics", "fractions"):
        importlib.reload(importlib.import_module(name))
    unpolled()


def unpolled() -> None:
    def work(_: Context) -> Result:
        ready()
        for __ in range(30):
            sum(range(1000))
            time.sleep(0.0001)
        time.sleep(60)
        return Result("done")

    script_main("storm", "", work)


def polled() -> None:
    def work(context: Context) -> Result:
        with context.stop.polled():
            ready()
            while not context.stop():
                sum(range(1000))
        raise Interrupted("saved")

    script_main("storm", "", work)


def caught() -> None:
    """As a library may."""

    def work(_: Context) -> Result:
        try:
            ready()
            time.sleep(60)
        except Exception:
            time.sleep(60)
        return Result("done")

    script_main("storm", "", work)


def ending() -> None:
    def work(_: Context) -> Result:
        ready()
        return Result("done", data={str(i): i for i in range(300)})

    script_main("storm", "", work)


def hosted() -> None:
    """A host that runs many short scripts; its worker dies: the pipe's end comes with the signals."""
    ear, mouth = os.pipe()
    os.write(mouth, b"".join([json.dumps({"script": SCRIPT, "args": []}).encode() + b"\n"] * 200))
    os.dup2(ear, 0)
    if random.random() < 0.5:
        os.close(mouth)
    sys.stdin = os.fdopen(0)
    sys.argv = [HOST]
    runpy.run_path(HOST, run_name="__main__")


def between() -> None:
    ready()
    hosted()


# Phase: what the process does, and how long after its start the signals come, at most, in seconds.
PHASES: dict[str, tuple[Callable[[], None], float]] = {
    "import": (importing, 0.03),
    "unpolled": (unpolled, 0.01),
    "polled": (polled, 0.01),
    "hosted": (hosted, 0.0015),
    "between": (between, 0.05),
    "ending": (ending, 0.001),
    "caught": (caught, 0.005),
}


def start(phase: Callable[[], None]) -> int:
    """A child that begins its phase now."""
    ear, mouth = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.dup2(mouth, READY)
        sys.argv = [SCRIPT, "--progress", "json"]
        random.seed()
        try:
            phase()
        except SystemExit as end:
            os._exit(int(end.code or 0))
        finally:
            os._exit(99)
    os.close(mouth)
    os.read(ear, 1)
    os.close(ear)
    return pid


def spin(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def storm(pid: int, latest: float) -> None:
    spin(random.uniform(0, latest))
    for _ in range(random.choice((2, 3))):
        os.kill(pid, signal.SIGTERM)
        spin(random.uniform(0, 60e-6))


def status(pid: int, deadline: float) -> str:
    """How a process ended; one that has not is killed."""
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return "hung"
        time.sleep(0.0005)
    return str(os.waitstatus_to_exitcode(ended[1]))


def run(name: str, count: int) -> Counter[str]:
    phase, latest = PHASES[name]
    statuses: Counter[str] = Counter()
    together = AT_ONCE if name == "caught" else 1
    for at in range(0, count, together):
        pids = []
        for _ in range(min(together, count - at)):
            pids.append(start(phase))
            storm(pids[-1], latest)
        deadline = time.monotonic() + GRACE_SECONDS
        statuses.update(status(pid, deadline) for pid in pids)
    return statuses


if __name__ == "__main__":
    total, SCRIPT = int(sys.argv[1]), str(Path(sys.argv[2]) / "short.py")
    Path(SCRIPT).write_text(SHORT, "utf-8")
    print(json.dumps({name: run(name, -(-total // len(PHASES))) for name in PHASES}))
