"""Writes a machine's published data set in the format of C-MAPSS to GAN/data/cmapss/{machine_id}."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.export_cmapss import work

if __name__ == "__main__":
    script_main("exportCmapss", __doc__ or "", work, machine=True)
