"""Prints a machine's profile."""

import json

import _path  # noqa: F401

from gan.machine.profile import load_profile
from gan.pipeline.runner import Context, script_main
from gan.runtime.events import Result


def work(context: Context) -> Result:
    profile = load_profile(context.paths, context.machine_id)
    body = profile.to_json()
    summary = f"{profile.manufacturer} {profile.model}: {len(profile.sensors)} sensors"
    return Result(summary, data={"profile": body}, text=json.dumps(body, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    script_main("readProfile", __doc__ or "", work, machine=True)
