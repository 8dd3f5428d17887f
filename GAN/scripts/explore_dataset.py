"""Aggregates of a machine's seed and of its published data set, real beside synthetic, for charts."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.explore_dataset import configure, work

if __name__ == "__main__":
    script_main("exploreDataset", __doc__ or "", work, configure, machine=True)
