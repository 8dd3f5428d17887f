"""Checks and completes a machine's configuration and writes GAN/metadata/{machine_id}_metadata.json."""

from functools import partial

import _path  # noqa: F401

from gan.chain import WORK, parameters_of
from gan.flags import add_config
from gan.step import step_main

if __name__ == "__main__":
    step_main(
        "createProfile", __doc__ or "", partial(parameters_of, "createProfile"), WORK["createProfile"], add_config
    )
