"""Checks and completes a machine's configuration and writes GAN/metadata/{machine_id}_metadata.json."""

import _path  # noqa: F401

from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_config

if __name__ == "__main__":
    step_script("createProfile", __doc__ or "", add_config)
