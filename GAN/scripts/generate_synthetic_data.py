"""Samples a new generation of a machine's data set: train, val and test, split by whole runs."""

from argparse import ArgumentParser

import _path  # noqa: F401

from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_sampling


def configure(parser: ArgumentParser) -> None:
    add_sampling(parser)
    parser.add_argument("--stage", action="store_true", help="never show the new generation before it is validated")


if __name__ == "__main__":
    step_script("generateDataset", __doc__ or "", configure)
