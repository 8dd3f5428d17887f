"""Checks and completes a machine's configuration and writes its profile."""

from __future__ import annotations

from gan.machine.profile import Profile, configuration
from gan.machine.proposals.completion import assumptions, parse_configuration
from gan.machine.validation import shown
from gan.pipeline.parameters import config_text
from gan.pipeline.runner import Context, json_bytes
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Result
from gan.store.layout import key_of


def check(context: Context) -> None:
    """Raises InvalidInput for a configuration that gives no profile."""
    _configured(context)


def work(context: Context) -> Result:
    """Checks and completes a configuration and writes the profile."""
    profile = _configured(context)
    made = key_of("profile", context.machine_id)
    context.store.write(made, json_bytes(profile.to_json()))
    name = f"{profile.manufacturer} {profile.model}".strip() or profile.machine_id
    said = f"profile of {name}: {len(profile.sensors)} sensors, {len(profile.failure_modes)} failure modes"
    assumed = assumptions(profile.to_json())
    if assumed:
        said += f"; {len(assumed)} values are assumed, and noted in it"
    lines = [f"   {one['field']}: {shown(one['value'])} (assumed: {one['basis']})" for one in assumed]
    return Result(
        said,
        outputs=(context.store.output(made),),
        metrics={"sensors": len(profile.sensors), "failureModes": len(profile.failure_modes)},
        text="\n".join([*lines, said]),
    )


def _configured(context: Context) -> Profile:
    """The profile that a configuration gives. Raises InvalidInput."""
    machine_id = context.machine_id
    config = getattr(context.args, "config", None)
    wanted = getattr(context.args, "machine_type", None)
    given = configuration(context.store, machine_id, None if config is None else config_text(config))
    given.setdefault("machine_id", machine_id)
    if wanted is not None:
        given.setdefault("machine_type", wanted)
    profile = parse_configuration(given)
    if profile.machine_id != machine_id:
        raise InvalidInput(
            f"machine_id: the configuration is that of {profile.machine_id!r}, not of {machine_id!r}",
            field="machine_id",
        )
    if wanted is not None and profile.machine_type != wanted:
        raise InvalidInput(
            f"machine_type: the configuration says {profile.machine_type!r}, not {wanted!r}", field="machine_type"
        )
    return profile
