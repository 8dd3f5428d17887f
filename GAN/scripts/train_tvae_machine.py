"""Trains a machine's temporal TVAE into GAN/models/{machine_id}_tvae_temporal.pkl; resumes from its checkpoint."""

from functools import partial

import _path  # noqa: F401

from gan.chain import WORK, parameters_of
from gan.flags import add_training
from gan.step import step_main

if __name__ == "__main__":
    step_main("trainTvae", __doc__ or "", partial(parameters_of, "trainTvae"), WORK["trainTvae"], add_training)
