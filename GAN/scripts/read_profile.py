"""Prints a machine's profile."""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.read_profile import work

if __name__ == "__main__":
    script_main("readProfile", __doc__ or "", work, machine=True)
