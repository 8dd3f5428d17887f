"""The flags that decide a step's outputs, as the manifest records them."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from gan.data.conditions import AS_SEEN
from gan.machine.configuration import read_text
from gan.pipeline.registry import step_named
from gan.pipeline.runner import split_ratio
from gan.runtime.errors import InvalidInput
from gan.runtime.files import open_regular


def parameters_of(step: str, args: Namespace) -> dict[str, Any]:
    """The values of the step's parameters by name (registry.py). A flag that was not given decides nothing.

    Raises InvalidInput for a value that is not allowed.
    """
    given = {name: getattr(args, name, None) for name in step_named(step).parameters}
    if given.get("runs"):
        # A data set of so many runs has as many rows as they have.
        del given["num_samples"]
    return {
        name: _RECORDED_AS[name](value) if name in _RECORDED_AS else value
        for name, value in given.items()
        if value is not None and value is not False and value != _DECIDES_NOTHING.get(name)
    }


def config_text(config: str) -> str:
    """The text of `--config`, which is JSON or the path of a JSON file. Raises InvalidInput."""
    if config.lstrip()[:1] in ("{", "["):
        return config
    try:
        return read_text(lambda: open_regular(config), config.rsplit("/", 1)[-1])
    except OSError as error:
        raise InvalidInput(
            f"config: {config[:80]!r} is neither JSON nor a readable file ({type(error).__name__})", field="config"
        ) from None


# What is not asked for is not recorded: data sets made before it could be stay up to date.
_DECIDES_NOTHING: Mapping[str, Any] = {
    "runs": 0,
    "rul_cap": 0,
    **dict.fromkeys(("failure_mode", "life_hours", "condition"), AS_SEEN),
}
# A configuration given by flag decides the profile just as a file of the fleet does: by its content.
_RECORDED_AS: Mapping[str, Callable[[Any], Any]] = {
    "split_ratio": lambda words: list(split_ratio(words)),
    "config": lambda config: hashlib.sha256(config_text(config).encode()).hexdigest()[:12],
}
