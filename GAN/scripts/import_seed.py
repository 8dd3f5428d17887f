"""Imports recorded run-to-failure rows as a machine's seed, and makes its profile from them or checks it against them.

Runs are told apart by a run column, by jumps of RUL, or by gaps in time (--gap_hours). RUL is the time to the end of
the run. Runs that did not fail are kept apart. Later fleet runs train on the imported seed and never overwrite it.
"""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.steps.import_seed import add_options, work

if __name__ == "__main__":
    script_main("importSeed", __doc__ or "", work, add_options, machine=True)
