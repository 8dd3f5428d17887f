"""Simulates runs to failure from a machine's profile into GAN/seed_data/{machine_id}_temporal_seed.csv."""

from functools import partial

import _path  # noqa: F401

from gan.chain import WORK, parameters_of
from gan.flags import add_seed_rows
from gan.step import step_main

if __name__ == "__main__":
    step_main(
        "generateSeed", __doc__ or "", partial(parameters_of, "generateSeed"), WORK["generateSeed"], add_seed_rows
    )
