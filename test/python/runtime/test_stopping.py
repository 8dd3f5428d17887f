"""SIGTERM, a parent's death, cron: a script ends cleanly, keeps what it has and resumes from there."""

from __future__ import annotations

import json
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


# As a worker does: it asks a host for a script and holds the other end of its stdin.
HOST = [sys.executable, "GAN/host.py"]


def asked_for(*command: str) -> str:
    return json.dumps({"script": command[1], "args": command[2:]}) + "\n"


def test_under_a_host_it_ends_when_the_parent_is_killed(seeded: Root) -> None:
    """The parent is a process between this one and the host, as a worker is."""
    request = asked_for(*seeded.command(TRAIN, *MACHINE, *LONG))
    parent = (
        "import subprocess\n"
        f"host = subprocess.Popen({HOST!r}, stdin=subprocess.PIPE, text=True)\n"
        f"host.stdin.write({request!r}); host.stdin.flush(); host.wait()"
    )
    middle = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=PROJECT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    until_epoch(middle)
    middle.kill()
    assert middle.stdout is not None
    # The host holds the other end: the pipe ends when the last process that could write to it has gone.
    began = time.monotonic()
    middle.stdout.read()
    assert time.monotonic() - began < 10
    middle.wait()
    assert list(seeded.path.glob("models/checkpoints/pump_a/*"))


@pytest.mark.parametrize("name", ["unpolled", "polled"])
def test_a_host_that_was_stopped_as_its_worker_died_ends_when_it_goes_on(seeded: Root, name: str) -> None:
    command = seeded.command(TRAIN, *MACHINE, *LONG) if name == "polled" else seeded.command(SEED, *MACHINE)
    host = start_host()
    ask(host, *command)
    if name == "polled":
        until_epoch(host)
    host.send_signal(signal.SIGSTOP)
    assert host.stdin is not None and host.stdout is not None
    # As a worker's death does: a signal, and the end of the pipe.
    host.terminate()
    host.stdin.close()
    host.send_signal(signal.SIGCONT)
    host.stdout.read()
    assert host.wait(timeout=10) in ((75,) if name == "polled" else (75, -signal.SIGTERM))


def test_it_ends_though_nobody_reads_what_it_says() -> None:
    """The main thread waits in a full pipe, and so does the word about why it ends."""
    source = (
        "import os\n"
        "from gan.pipeline.runner import script_main\n"
        "def work(context):\n"
        "    with context.stop.polled():\n"
        "        os.write(2, b'x')\n"
        "        while True: context.reporter.warning('W', 'x' * 1000)\n"
        "script_main('full', '', work)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source, "--progress", "json"],
        cwd=PROJECT / "GAN",
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stderr is not None and process.stdout is not None
        assert process.stderr.read(1) == b"x"
        process.terminate()
        # Only then: a reader would let it go on.
        assert process.wait(timeout=6) == 75


def start_host() -> subprocess.Popen[str]:
    return subprocess.Popen(
        HOST, cwd=PROJECT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ask(host: subprocess.Popen[str], *command: str) -> None:
    assert host.stdin is not None
    host.stdin.write(asked_for(*command))
    host.stdin.flush()


def said_until_idle(host: subprocess.Popen[str]) -> list[str]:
    """The lines before the host's word that the script ended well, or all if there is no such word."""
    assert host.stdout is not None
    lines = []
    for line in host.stdout:
        if line == '{"event": "idle"}\n':
            break
        lines.append(line)
    return lines


def test_under_a_host_it_ends_when_the_pipe_is_closed(seeded: Root) -> None:
    host = start_host()
    ask(host, *seeded.command(TRAIN, *MACHINE, *LONG))
    until_epoch(host)
    assert host.stdin is not None and host.stdout is not None
    host.stdin.close()
    host.stdout.read()
    assert host.wait(timeout=20) == 75


def test_a_host_runs_one_script_after_another_and_ends_with_one_that_fails(seeded: Root) -> None:
    host = start_host()
    for script, args, last in ((CHECK_SEED, (), "result"), (CREATE, (), "result"), (TRAIN, ("--epochs", "0"), "error")):
        ask(host, *seeded.command(script, *MACHINE, "--progress", "json", *args))
        assert json.loads(said_until_idle(host)[-1])["event"] == last
    assert host.wait(timeout=20) == 2


@pytest.mark.parametrize("how", ["SIGTERM", "the pipe is closed"])
def test_an_idle_host_ends_at_once(seeded: Root, how: str) -> None:
    host = start_host()
    ask(host, *seeded.command(CREATE, *MACHINE))
    assert said_until_idle(host)
    assert host.stdin is not None
    host.terminate() if how == "SIGTERM" else host.stdin.close()
    assert host.wait(timeout=5) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("closed", [False, True], ids=["</dev/null", "stdin closed, as some crons have it"])
def test_without_a_host_stdin_does_not_matter(seeded: Root, closed: bool) -> None:
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
    monkeypatch.setattr("gan.store.locks.WAIT_SECONDS", 0.2)
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
