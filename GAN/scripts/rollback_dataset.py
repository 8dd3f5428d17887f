"""Publishes the generation of a machine's data set before the published one, or a named one.

No fleet run publishes the generation that was rolled back from again, until its inputs change or --force is given.
"""

from argparse import ArgumentParser

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.steps.roll_back import work


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--generation", default=None, help="name or its beginning (default: the one before)")


if __name__ == "__main__":
    script_main("rollBack", __doc__ or "", work, configure, machine=True)
