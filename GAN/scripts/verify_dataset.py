"""Makes a machine's published data set again from its manifest and compares digests; exits with 4 if they differ."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.verify import configure, work

if __name__ == "__main__":
    script_main("verifyDataset", __doc__ or "", work, configure, machine=True)
