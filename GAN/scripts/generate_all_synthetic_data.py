"""Regenerates the data sets of all machines, one after another: the whole chain, without Temporal.

Steps that are up to date are skipped; --force runs them all.
"""

import _path  # noqa: F401

from gan.pipeline.batch import run_chains
from gan.pipeline.flags import add_chain
from gan.pipeline.plan import choose_machines
from gan.pipeline.registry import STEPS
from gan.pipeline.runner import Context, script_main
from gan.runtime.events import Result


def work(context: Context) -> Result:
    return run_chains(context, choose_machines(context.store, "all"), STEPS)


if __name__ == "__main__":
    script_main("generateAll", __doc__ or "", work, add_chain)
