"""Lists the generations of a machine's data set: when each was made and by which fleet run, its quality, its state."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.list_generations import work

if __name__ == "__main__":
    script_main("listGenerations", __doc__ or "", work, machine=True)
