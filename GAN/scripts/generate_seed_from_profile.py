"""Simulates runs to failure from a machine's profile into GAN/seed_data/{machine_id}_temporal_seed.csv."""

import _path  # noqa: F401

from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_seed_rows

if __name__ == "__main__":
    step_script("generateSeed", __doc__ or "", add_seed_rows)
