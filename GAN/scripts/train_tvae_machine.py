"""Trains a machine's temporal TVAE into GAN/models/{machine_id}_tvae_temporal.pkl; resumes from its checkpoint."""

import _path  # noqa: F401

from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_training

if __name__ == "__main__":
    step_script("trainTvae", __doc__ or "", add_training)
