"""Publishes a machine's validated data set as GAN/data/synthetic/{machine_id}."""

from functools import partial

import _path  # noqa: F401

from gan.chain import WORK, parameters_of
from gan.step import step_main

if __name__ == "__main__":
    step_main("publishDataset", __doc__ or "", partial(parameters_of, "publishDataset"), WORK["publishDataset"])
