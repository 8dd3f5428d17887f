"""Checks a machine's seed before time is spent on training."""

import _path  # noqa: F401

from gan.pipeline.chain import step_script

if __name__ == "__main__":
    step_script("validateSeed", __doc__ or "")
