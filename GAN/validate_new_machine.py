"""Measures a machine's newest data set against held-out runs of its seed."""

import sys
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))


from gan.pipeline.chain import step_script
from gan.pipeline.flags import add_validation


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="all rows and more draws: slower, figures that vary less")
    add_validation(parser)


if __name__ == "__main__":
    step_script("validateDataset", __doc__ or "", configure)
