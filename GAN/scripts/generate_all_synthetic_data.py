"""Regenerates the data sets of all machines, one after another: the whole chain, without Temporal.

What is up to date is skipped; --force makes everything anew.
"""

import _path  # noqa: F401

from gan.batch import run_chains
from gan.events import Result
from gan.flags import add_chain
from gan.step import Context, script_main
from gan.steps import STEPS


def work(context: Context) -> Result:
    return run_chains(context, context.paths.fleet_ids(), STEPS)


if __name__ == "__main__":
    script_main("generateAll", __doc__ or "", work, add_chain)
