"""Writes the fleet's summary page, worst machines first: GAN/data/fleet-report.html."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.fleet_report import work

if __name__ == "__main__":
    script_main("fleetReport", __doc__ or "", work)
