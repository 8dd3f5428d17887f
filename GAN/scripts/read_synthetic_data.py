"""Prints the newest rows of a machine's published data set."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.read_dataset import configure, work

if __name__ == "__main__":
    script_main("readDataset", __doc__ or "", work, configure, machine=True)
