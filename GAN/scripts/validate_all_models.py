"""Checks which machines of the fleet have a valid profile, model and data set."""

import _path  # noqa: F401

from gan.pipeline.health import check
from gan.pipeline.plan import choose_machines
from gan.pipeline.runner import Context, script_main
from gan.runtime.events import Result


def work(context: Context) -> Result:
    machines = []
    ids = choose_machines(context.store, "all")
    for at, machine_id in enumerate(ids):
        machines.append(check(context.store, machine_id))
        context.reporter.progress(at + 1, len(ids), "machines")
    ready = sum(machine.metadata and machine.model and machine.data for machine in machines)
    summary = f"{ready} of {len(machines)} machines are fully ready"
    lines = [f"{machine.word}  {machine.machine_id}" for machine in machines]
    return Result(
        summary,
        data={"machines": [machine.to_json() for machine in machines]},
        metrics={"machines": len(machines), "ready": ready},
        text="\n".join([*lines, summary]),
    )


if __name__ == "__main__":
    script_main("fleetHealth", __doc__ or "", work)
