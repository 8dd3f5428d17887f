"""The flags of the steps, the same wherever they are given."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any

from gan.pipeline.runner import integer
from gan.runtime.contracts import contract
from gan.store.generations import DEFAULT_KEEP, LEAST_KEEP


def add_config(parser: ArgumentParser) -> None:
    parser.add_argument("--machine_type", default=None, help="must be the configuration's, if given")
    parser.add_argument(
        "--config", default=None, help="configuration as JSON or a path (default: the machine's in GAN/fleet)"
    )


def add_parameter(parser: ArgumentParser, name: str, flag: str | None = None) -> None:
    """The flag of a step's parameter, with the contract's default, range and help. flag: its name, if it differs."""
    contracted = contract("parameters.schema")["properties"][name]
    options: dict[str, Any] = {"default": contracted["default"]}
    if contracted["type"] == "integer":
        options["type"] = integer(contracted["minimum"], contracted["maximum"])
    if "enum" in contracted:
        options["choices"] = contracted["enum"]
    if "pattern" in contracted:
        options["type"] = _matching(contracted["pattern"], contracted["allowed"])
    help_text = f"{contracted['description']} (default {contracted['default']})".replace("%", "%%")
    parser.add_argument(f"--{flag or _snake(name)}", help=help_text, **options)


def _matching(pattern: str, allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ArgumentTypeError(f"{text[:80]!r} is not allowed: {allowed}")
        return text

    return parse


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter.group().lower()}", name)


def add_seed_rows(parser: ArgumentParser, flag: str = "num_samples") -> None:
    add_parameter(parser, "seedSamples", flag)


def add_training(parser: ArgumentParser) -> None:
    for name in ("epochs", "batchSize", "synthesizer", "patience", "timeLimit"):
        add_parameter(parser, name)


def add_sampling(parser: ArgumentParser) -> None:
    add_parameter(parser, "samples", "num_samples")
    for name in ("runs", "failureMode", "lifeHours", "condition"):
        add_parameter(parser, name)
    contracted = contract("parameters.schema")["properties"]["split"]
    shares = ",".join(map(str, contracted["default"]))
    help_text = f"{contracted['description']} (default {shares})"
    parser.add_argument("--split_ratio", nargs="+", default=[shares], help=help_text)


def add_validation(parser: ArgumentParser) -> None:
    add_parameter(parser, "rulCap")


def add_keep(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep",
        type=integer(LEAST_KEEP, 1_000),
        default=DEFAULT_KEEP,
        help=f"good generations that a machine keeps (default {DEFAULT_KEEP})",
    )


def add_chain(parser: ArgumentParser) -> None:
    """The flags of a whole chain, where the number of seed rows is --seed_samples."""
    add_seed_rows(parser, "seed_samples")
    add_training(parser)
    add_sampling(parser)
    add_validation(parser)
    add_keep(parser)
    parser.add_argument("--force", action="store_true", help="run every step, also what is up to date")


def sampling_defaults() -> tuple[int, tuple[float, ...]]:
    """Default number of rows over all splits, and default share of each split."""
    properties = contract("parameters.schema")["properties"]
    return int(properties["samples"]["default"]), tuple(properties["split"]["default"])
