"""Trains a model for every machine that has none, one after another, without Temporal."""

import _path  # noqa: F401

from gan.pipeline.batch import run_chains
from gan.pipeline.flags import add_chain
from gan.pipeline.health import check
from gan.pipeline.plan import choose_machines
from gan.pipeline.runner import Context, script_main
from gan.runtime.events import Result


def work(context: Context) -> Result:
    missing = [i for i in choose_machines(context.store, "all") if not check(context.store, i).model]
    context.reporter.say(f"Found {len(missing)} machines without models")
    for machine_id in missing:
        context.reporter.say(f"  {machine_id}")
    return run_chains(context, missing, ("createProfile", "generateSeed", "validateSeed", "trainTvae"))


if __name__ == "__main__":
    script_main("trainMissing", __doc__ or "", work, add_chain)
