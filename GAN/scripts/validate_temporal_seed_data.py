"""Checks a machine's seed before time is spent on training."""

from functools import partial

import _path  # noqa: F401

from gan.chain import WORK, parameters_of
from gan.step import step_main

if __name__ == "__main__":
    step_main("validateSeed", __doc__ or "", partial(parameters_of, "validateSeed"), WORK["validateSeed"])
