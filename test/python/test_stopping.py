"""SIGTERM, a parent's death, cron: a script ends in order, keeps what it has and goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import CHECK_SEED, CREATE, ENVIRONMENT, PROJECT, SEED, TRAIN, Root

MACHINE = ("--machine_id", "pump_a")
# More than a test waits for.
LONG = ("--epochs", "100000")
SHORT = ("--epochs", "200")


@pytest.fixture
def seeded(root: Root) -> Root:
    root.add("pump_a")
    for script, args in ((CREATE, ()), (SEED, ("--num_samples", "1500")), (CHECK_SEED, ())):
        assert root.call(script, *MACHINE, *args).code == 0
    return root


def until_epoch(process: subprocess.Popen[str], wanted: int = 1) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch") and int(line.split()[1].split("/")[0]) >= wanted:
            return
    raise AssertionError(f"it ended before epoch {wanted}")


def model(root: Root) -> Path:
    return root.path / "models/pump_a_tvae_temporal.pkl"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_saves_a_checkpoint_and_exits_with_75(seeded: Root, number: int) -> None:
    process = seeded.start(TRAIN, *MACHINE, *LONG)
    until_epoch(process)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 75
    assert "checkpoint saved at epoch" in said
    assert "run the same command again to go on" in said
    assert list(seeded.path.glob("models/checkpoints/pump_a/*"))
    assert not model(seeded).exists()


def test_a_training_that_was_stopped_ends_with_the_bytes_it_would_have_had(seeded: Root) -> None:
    assert seeded.call(TRAIN, *MACHINE, *SHORT).code == 0
    whole = model(seeded).read_bytes()
    model(seeded).unlink()
    process = seeded.start(TRAIN, *MACHINE, *SHORT)
    until_epoch(process, 3)
    process.terminate()
    process.communicate(timeout=20)
    resumed = seeded.call(TRAIN, *MACHINE, *SHORT)
    assert process.returncode == 75
    assert resumed.code == 0
    assert resumed.of("progress")[0]["current"] > 3
    assert model(seeded).read_bytes() == whole
    assert not list(seeded.path.glob("models/checkpoints/pump_a/*"))


def test_supervised_it_ends_when_its_parent_is_killed(seeded: Root) -> None:
    """The parent is a process between this one and the script, as a worker is."""
    command = seeded.command(TRAIN, *MACHINE, *LONG, "--supervised")
    middle = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess; subprocess.Popen({command!r}, stdin=subprocess.PIPE).wait()"],
        cwd=PROJECT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    until_epoch(middle)
    middle.kill()
    assert middle.stdout is not None
    # The script holds the other end: the pipe ends when the last process that could write to it has gone.
    began = time.monotonic()
    middle.stdout.read()
    assert time.monotonic() - began < 10
    middle.wait()
    assert list(seeded.path.glob("models/checkpoints/pump_a/*"))


def test_supervised_it_ends_when_the_pipe_is_closed(seeded: Root) -> None:
    process = seeded.start(TRAIN, *MACHINE, *LONG, "--supervised", stdin=subprocess.PIPE)
    until_epoch(process)
    assert process.stdin is not None
    process.stdin.close()
    assert process.stdout is not None
    process.stdout.read()
    assert process.wait(timeout=20) == 75


@pytest.mark.parametrize("closed", [False, True], ids=["</dev/null", "stdin closed, as some crons have it"])
def test_without_the_flag_stdin_does_not_matter(seeded: Root, closed: bool) -> None:
    def close() -> None:
        os.close(0)

    process = seeded.start(TRAIN, *MACHINE, "--epochs", "2", preexec_fn=close if closed else None)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Epoch 2/2" in out


def test_cron_has_neither_a_home_nor_a_locale(root: Root) -> None:
    root.add("pump_a")
    done = subprocess.run(
        root.command(CREATE, *MACHINE), cwd=PROJECT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "2 sensors" in done.stdout.decode()


def test_one_process_at_a_time_works_on_a_machine(seeded: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.lock.WAIT_SECONDS", 0.2)
    process = seeded.start(TRAIN, *MACHINE, *LONG)
    until_epoch(process)
    ran = seeded.call(TRAIN, *MACHINE, *LONG)
    assert ran.code == 5
    assert ran.last["code"] == "MACHINE_LOCKED"
    assert ran.last["retryable"] is True
    assert f"process {process.pid}" in ran.last["message"]
    process.kill()
    process.communicate()
    # A dead process keeps no machine.
    assert seeded.call(CREATE, *MACHINE).code == 0
