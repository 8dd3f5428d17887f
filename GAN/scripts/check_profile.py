"""Checks and completes a draft of a machine's configuration; writes nothing."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.check_profile import configure, work

if __name__ == "__main__":
    script_main("checkProfile", __doc__ or "", work, configure)
