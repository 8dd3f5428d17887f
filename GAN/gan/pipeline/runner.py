"""What every script does around its work: flags, events, lock, manifest, exit status."""

from __future__ import annotations

import argparse
import errno
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from gan.pipeline import registry as steps
from gan.runtime.contracts import contract
from gan.runtime.errors import Interrupted, InvalidInput, ResourceFailed, StepError
from gan.runtime.events import Reporter, Result
from gan.runtime.stopping import StopRequest, install
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import PROJECT_ROOT
from gan.store.layout import check_machine_id, key_of
from gan.store.local import LocalStore
from gan.store.manifest import Inputs, Manifest


@dataclass(frozen=True)
class Context:
    """What a script hands to its work."""

    args: argparse.Namespace
    store: ArtifactStore
    reporter: Reporter
    stop: StopRequest

    @property
    def machine_id(self) -> str:
        return str(self.args.machine_id)


Configure = Callable[[argparse.ArgumentParser], None]


def script_main(
    step: str,
    description: str,
    work: Callable[[Context], Result],
    configure: Configure | None = None,
    *,
    machine: bool = False,
) -> NoReturn:
    """Runs a script and exits with its status. machine: whether it is about one machine and has `--machine_id`."""
    _main(step, description, work, configure, machine)


def run_step(context: Context, step: str, parameters: dict[str, Any], work: Callable[[Context], Result]) -> Result:
    """Runs a step under the machine's lock, or skips it when `--skip_if_current` finds it up to date.

    Records in the manifest what it made. `parameters` are those that decide its outputs.
    """
    store, machine_id = context.store, context.machine_id
    with store.lock(machine_id, step, on_wait=_tell_wait(context)):
        store.remove_leftovers(machine_id)
        result = _made(context, step, parameters, work)
        if step == "trainTvae":
            # Only once the manifest has the model: killed in between, training would have to start over.
            store.delete(key_of("checkpoints", machine_id))
        return result


def _made(context: Context, step: str, parameters: dict[str, Any], work: Callable[[Context], Result]) -> Result:
    """The step's result: made now, or from the manifest if it is current."""
    began = time.monotonic()
    manifest = Manifest(context.store, context.machine_id)
    inputs = steps.inputs(step, context.store, context.machine_id, parameters)
    if context.args.skip_if_current and manifest.stale(inputs) is None:
        return _skipped(manifest, inputs)
    result = work(context)
    with context.stop.polled():
        # The inputs as they were before: one that changed in the meantime makes this step stale.
        manifest.record(inputs, result, seconds=time.monotonic() - began, fleet_run=context.args.fleet_run)
    return result


def _tell_wait(context: Context) -> Callable[[str], None]:
    return lambda holder: context.reporter.warning("WAITING", f"{context.machine_id} is held by {holder}: waiting")


def _skipped(manifest: Manifest, inputs: Inputs) -> Result:
    record = manifest.step(inputs.step) or {}
    return Result(
        summary=f"up to date: {record['summary']}",
        outputs=tuple(_output(o) for o in record["outputs"]),
        metrics=record["metrics"],
        verdict=record["verdict"],
        skipped=True,
        reason="imported seed" if "recorded" in inputs.files else "inputs and outputs are as in the manifest",
    )


def _output(record: dict[str, Any]) -> Any:
    from gan.runtime.events import Output

    return Output(record["path"], record["sha256"], record["bytes"], record.get("rows"))


class _Parser(argparse.ArgumentParser):
    """Raises InvalidInput instead of printing its usage and exiting."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(message, hint=f"{self.prog} --help shows what is allowed", field=_field_of(message))


def _field_of(message: str) -> str | None:
    return message.removeprefix("argument --").split(":")[0] if message.startswith("argument --") else None


def _main(
    step: str, description: str, work: Callable[[Context], Result], configure: Configure | None, machine: bool
) -> NoReturn:
    reporter = Reporter(step, _peek_machine(), as_json=_wants_json())
    stop = StopRequest(
        lambda: reporter.error(Interrupted("stopped before a safe point", hint="run the same command again"))
    )
    try:
        try:
            args = _parse(description, configure, machine)
            install(stop)
            reporter.on_reader_gone = stop.request
            context = Context(args, LocalStore(args.root), reporter, stop)
            reporter.started({k: v for k, v in vars(args).items() if k != "progress"})
            result = work(context)
        finally:
            # An exception that a signal raises before this takes effect is caught below; no later signal raises.
            stop.close()
        reporter.result(result)
        code = 0
    except Exception as error:
        failed = _as_step_error(error)
        reporter.error(failed)
        code = failed.exit_code
    if stop.requested:
        # Immediately, and the whole process, not just the script: it was asked to end.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _parse(description: str, configure: Configure | None, machine: bool) -> argparse.Namespace:
    parser = _Parser(description=description, allow_abbrev=False)
    if machine:
        parser.add_argument("--machine_id", required=True, help="which machine, e.g. motor_siemens_1la7_001")
    if configure is not None:
        configure(parser)
    root = os.environ.get("GAN_ROOT") or PROJECT_ROOT
    parser.add_argument("--root", default=root, help="data root (default GAN, or GAN_ROOT of the environment)")
    seed = contract("parameters.schema")["properties"]["seed"]
    parser.add_argument(
        "--seed",
        type=integer(seed["minimum"], seed["maximum"]),
        default=seed["default"],
        help=f"{seed['description']} (default {seed['default']})",
    )
    parser.add_argument(
        "--progress", choices=("text", "json"), default="text", help="text for people, json for programs"
    )
    parser.add_argument(
        "--skip_if_current", action="store_true", help="do nothing when inputs and outputs are unchanged"
    )
    parser.add_argument("--fleet_run", default=None, help="name of the fleet run, for the manifest")
    args = parser.parse_args()
    if machine:
        check_machine_id(args.machine_id)
    return args


def _as_step_error(error: Exception) -> StepError:
    """What went wrong, in terms a person can act on. Only a defect shows its stack."""
    if isinstance(error, StepError):
        return error
    # PyTorch has no exception of its own for running out of main memory.
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return ResourceFailed(
            "out of memory", code="OUT_OF_MEMORY", hint="ask for fewer rows or run fewer machines at once"
        )
    if isinstance(error, OSError):
        return _resource(error)
    traceback.print_exc()
    return StepError(f"{type(error).__name__}: {error}", code="INTERNAL", hint="this is a defect of the script")


def _resource(error: OSError) -> ResourceFailed:
    where = "" if error.filename is None else f" ({error.filename})"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceFailed(
            f"the disk is full{where}", code="DISK_FULL", hint="free some space; nothing was half written"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ResourceFailed(f"not writable{where}", code="NOT_WRITABLE", hint="check the folder's owner and mode")
    return ResourceFailed(f"{error.strerror or error}{where}", code="IO_FAILED")


def _wants_json() -> bool:
    """Looked up before the flags are parsed, so that an error in them is reported as an event."""
    argv = sys.argv
    return "--progress=json" in argv or any(a == "--progress" and b == "json" for a, b in pairwise(argv))


def _peek_machine() -> str | None:
    for flag, value in pairwise(sys.argv):
        if flag == "--machine_id":
            return value[:80]
    return None


def integer(least: int, most: int) -> Callable[[str], int]:
    """A flag's type: a whole number in a range."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number; {least} to {most} is allowed") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not allowed: {least} to {most}")
        return value

    return parse


def split_ratio(parts: list[str]) -> tuple[float, float, float]:
    """The shares of train, val and test, from one comma-separated word or three words. Raises InvalidInput."""
    words = [word for part in parts for word in part.strip("()").replace(" ", ",").split(",") if word]
    try:
        shares = [float(word) for word in words]
    except ValueError:
        shares = []
    good = len(shares) == 3 and all(0 < share < 1 for share in shares) and math.isclose(sum(shares), 1, abs_tol=1e-6)
    if not good:
        given = " ".join(parts)
        raise InvalidInput(
            f"split_ratio: {given!r} is not allowed: three shares above 0 that sum to 1, e.g. 0.7,0.15,0.15",
            field="split_ratio",
        )
    return shares[0], shares[1], shares[2]


def interrupted(what: str) -> Interrupted:
    """The error of a step that was asked to stop."""
    return Interrupted(f"stopped on request: {what}", hint="run the same command again to go on")


def json_bytes(value: object) -> bytes:
    """JSON as the scripts write it to files."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
