"""Step 1: checks a machine's configuration, fills in its defaults and writes its profile."""

import _path  # noqa: F401

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from gan.errors import InvalidInput
from gan.events import Result
from gan.files import write_whole
from gan.profile import configuration, parse_profile
from gan.step import Context, json_bytes, step_main


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--machine_type", default=None, help="its type, if the configuration does not say")
    parser.add_argument("--config", default=None, help="the configuration: JSON, or a file (default: fleet/{machine_id}.json)")


def parameters(args: argparse.Namespace) -> dict[str, Any]:
    """A configuration given with the call decides the outcome as a file of the fleet would: by its content."""
    given: dict[str, Any] = {} if args.machine_type is None else {"machine_type": args.machine_type}
    if args.config is not None:
        text = args.config if args.config.lstrip().startswith("{") else _read(Path(args.config))
        given["config"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return given


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(
            f"config: {str(path)[:80]!r} is neither JSON nor a readable file ({type(error).__name__})", field="config"
        ) from None


def work(context: Context) -> Result:
    args = context.args
    text = None if args.config is None else args.config if args.config.lstrip().startswith("{") else _read(Path(args.config))
    given = configuration(context.paths, context.machine_id, text)
    given.setdefault("machine_id", context.machine_id)
    if given["machine_id"] != context.machine_id:
        raise InvalidInput(
            f"machine_id: the configuration is of {json.dumps(given['machine_id'])[:80]}; {context.machine_id} is allowed here",
            field="machine_id",
        )
    if args.machine_type is not None and given.setdefault("machine_type", args.machine_type) != args.machine_type:
        raise InvalidInput(
            f"machine_type: {args.machine_type} was asked for, the configuration says {json.dumps(given['machine_type'])[:80]}",
            field="machine_type",
        )
    profile = parse_profile(given)
    path = context.paths.metadata(context.machine_id)
    write_whole(path, json_bytes(profile.to_json()))
    sensors, modes = len(profile.sensors), len(profile.failure_modes)
    summary = f"profile of {context.machine_id}: {sensors} sensors, {modes} failure modes"
    return Result(
        summary,
        (context.paths.output(path),),
        {"sensors": sensors, "failureModes": modes},
        text=f"✅ Profile created: {summary}\n   {path}",
    )


if __name__ == "__main__":
    step_main("createProfile", __doc__, parameters, work, configure)
