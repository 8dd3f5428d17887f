"""Publishes a machine's validated data set, unless it is clearly worse than the published one.

It is then in GAN/data/synthetic/{machine_id}.
"""

from argparse import ArgumentParser

import _path  # noqa: F401

from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_keep


def configure(parser: ArgumentParser) -> None:
    add_keep(parser)
    parser.add_argument(
        "--force", action="store_true", help="publish also what is clearly worse, or what was rolled back from"
    )


if __name__ == "__main__":
    step_script("publishDataset", __doc__ or "", configure)
