"""The flags of the steps, the same wherever they are given."""

from __future__ import annotations

from argparse import ArgumentParser

from gan.pipeline.runner import integer
from gan.store.generations import DEFAULT_KEEP, LEAST_KEEP
from gan.synthesis.synthesizer import SYNTHESIZERS, TEMPORAL_TVAE

MAX_ROWS = 100_000_000


def add_config(parser: ArgumentParser) -> None:
    parser.add_argument("--machine_type", default=None, help="must be the configuration's, if given")
    parser.add_argument(
        "--config", default=None, help="configuration as JSON or a path (default: the machine's in GAN/fleet)"
    )


def add_seed_rows(parser: ArgumentParser, name: str = "--num_samples") -> None:
    parser.add_argument(name, type=integer(100, 10_000_000), default=10_000, help="rows of the seed (default 10000)")


def add_training(parser: ArgumentParser) -> None:
    parser.add_argument("--epochs", type=integer(1, 100_000), default=300, help="training epochs (default 300)")
    parser.add_argument(
        "--batch_size", type=integer(1, 1_000_000), default=500, help="rows a training step sees (default 500)"
    )
    parser.add_argument(
        "--synthesizer",
        choices=tuple(SYNTHESIZERS),
        default=TEMPORAL_TVAE,
        help=f"what learns (default {TEMPORAL_TVAE})",
    )
    parser.add_argument(
        "--patience", type=integer(0, 100_000), default=0,
        help="end after so many epochs without a better loss on runs set aside for it (default 0: never)",
    )  # fmt: skip
    parser.add_argument(
        "--time_limit", type=integer(0, 10_000_000), default=0,
        help="end after so many seconds; the bytes then depend on the machine's speed (default 0: no limit)",
    )  # fmt: skip


def add_sampling(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--num_samples", type=integer(100, MAX_ROWS), default=50_000, help="rows over all splits (default 50000)"
    )
    parser.add_argument(
        "--split_ratio", nargs="+", default=["0.7,0.15,0.15"], help="shares of train, val, test (default 0.7,0.15,0.15)"
    )


def add_keep(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep",
        type=integer(LEAST_KEEP, 1_000),
        default=DEFAULT_KEEP,
        help=f"good generations that a machine keeps (default {DEFAULT_KEEP})",
    )


def add_chain(parser: ArgumentParser) -> None:
    """The flags of a whole chain: the seed's rows are --seed_samples there."""
    add_seed_rows(parser, "--seed_samples")
    add_training(parser)
    add_sampling(parser)
    add_keep(parser)
    parser.add_argument("--force", action="store_true", help="run every step, also what is up to date")
