"""Checks that a machine's published data set can be trained on: the right columns, no NaNs, whole runs, RUL to 0."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.ml_readiness import work

if __name__ == "__main__":
    script_main("mlReadiness", __doc__ or "", work, machine=True)
