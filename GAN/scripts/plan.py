"""Prints what the chain would do for each machine: which steps run, which are up to date, and why. Changes nothing."""

from argparse import ArgumentParser

import _path  # noqa: F401

from gan.pipeline.flags import add_chain
from gan.pipeline.plan import choose_machines, plan_machines
from gan.pipeline.runner import Context, script_main
from gan.runtime.events import Result


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--machine_ids", default="all", help="comma-separated ids (default all)")
    parser.add_argument("--results", action="store_true", help="also what the steps that are up to date made")
    parser.add_argument(
        "--as_made", action="store_true", help="with the parameters that a step was made with, where it was made"
    )
    add_chain(parser)


def work(context: Context) -> Result:
    chosen = choose_machines(context.store, context.args.machine_ids)
    machines = plan_machines(context.store, chosen, context.args)
    due = sum(any(step["action"] == "run" for step in machine["steps"]) for machine in machines)
    lines = [
        f"{machine['machineId']}: {step['step']}: {step['action']} ({step['reason']})"
        for machine in machines
        for step in machine["steps"]
    ]
    lines += [
        f"❌ {machine['machineId']}: {refused['message']}\n  → {refused['hint']}"
        for machine in machines
        if (refused := machine["refused"]) is not None
    ]
    summary = f"{due} of {len(machines)} machines have something to do"
    return Result(summary, data={"machines": machines}, text="\n".join([*lines, summary]))


if __name__ == "__main__":
    script_main("plan", __doc__ or "", work, configure)
