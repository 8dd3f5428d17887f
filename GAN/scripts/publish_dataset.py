"""Publishes a machine's validated data set as GAN/data/synthetic/{machine_id}."""

import _path  # noqa: F401

from gan.chain import step_script

if __name__ == "__main__":
    step_script("publishDataset", __doc__ or "")
