"""Prints a machine's profile."""

from __future__ import annotations

import json

from gan.machine.profile import load_profile
from gan.pipeline.runner import Context
from gan.runtime.events import Result


def work(context: Context) -> Result:
    profile = load_profile(context.store, context.machine_id)
    body = profile.to_json()
    summary = f"{profile.manufacturer} {profile.model}: {len(profile.sensors)} sensors"
    return Result(summary, data={"profile": body}, text=json.dumps(body, indent=2, ensure_ascii=False))
