"""SDV's synthesizers as contestants, where `npm run setup -- --bench` has installed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from cmapss.contestants import Product
from gan.data.runs import Runs
from timing import PROJECT

if TYPE_CHECKING:
    from cmapss.experiment import Plan

PYTHON = PROJECT / ".venv-bench" / "bin" / "python"


class Peer(Protocol):
    """Another synthesizer that learns the same runs."""

    name: str

    def draws(self, plan: Plan, product: Product, real: Runs) -> Iterator[Runs]:
        """As many rows as the real runs have, once for each draw."""
        ...


def installed() -> tuple[Peer, ...]:
    return ()
