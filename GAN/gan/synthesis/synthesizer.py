"""The synthesizers that can train a machine's model, by name. What trains and what samples is imported on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from gan.data.conditions import AS_THEY_OCCUR, Conditions
from gan.data.runs import Runs, joined
from gan.machine.profile import Profile
from gan.runtime.errors import InvalidInput
from gan.synthesis.model import Model

if TYPE_CHECKING:
    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.temporal_tvae.trainer import EpochReport, TrainParams

TEMPORAL_TVAE = "temporal-tvae"
SDV_TVAE = "sdv-tvae"


class Train(Protocol):
    """Trains a model of the runs that are not held out.

    Its header has `trainRuns`, `heldOutRuns`, `training` and `history`.
    """

    def __call__(
        self,
        runs: Runs,
        profile: Profile,
        params: TrainParams,
        *,
        checkpoints: Checkpoints,
        provenance: Mapping[str, Any],
        should_stop: Callable[[], bool],
        on_epoch: Callable[[EpochReport], None],
    ) -> Model: ...


class Batches(Protocol):
    """Splits of exactly so many rows, or of so many runs, each of its own runs, in order.

    Every batch holds whole runs of one split; run ids are unique over the splits. The same random seed gives the same
    rows, however they are divided into batches. Memory does not grow with the rows.
    """

    def __call__(
        self,
        model: Model,
        sizes: Mapping[str, int],
        random_seed: int,
        *,
        on_progress: Callable[[int, int], None],
        should_stop: Callable[[], bool],
        conditions: Conditions = AS_THEY_OCCUR,
    ) -> Iterator[tuple[str, Runs]]: ...


@dataclass(frozen=True)
class Synthesizer:
    """licence: of the packages it needs. resumes: whether its training saves checkpoints and stops at them.
    ends_early: whether patience and a time limit apply."""

    name: str
    licence: str
    resumes: bool
    ends_early: bool
    train_module: str
    sample_module: str

    @property
    def train(self) -> Train:
        """Imported on demand: it takes seconds."""
        trains: Train = import_module(self.train_module).train
        return trains

    @property
    def batches(self) -> Batches:
        """Imported on demand: it needs neither PyTorch nor SDV."""
        samples: Batches = import_module(self.sample_module).batches
        return samples

    def sample(
        self, model: Model, sizes: Mapping[str, int], random_seed: int, conditions: Conditions = AS_THEY_OCCUR
    ) -> dict[str, Runs]:
        """A small data set, whole: its splits by name."""
        parts: dict[str, list[Runs]] = {}
        made = self.batches(
            model, sizes, random_seed, on_progress=lambda *_: None, should_stop=lambda: False, conditions=conditions
        )
        for split, runs in made:
            parts.setdefault(split, []).append(runs)
        return {split: joined(batches) for split, batches in parts.items()}


SYNTHESIZERS = {
    one.name: one
    for one in (
        Synthesizer(
            TEMPORAL_TVAE,
            "Apache-2.0",
            True,
            True,
            "gan.synthesis.temporal_tvae.trainer",
            "gan.synthesis.temporal_tvae.batches",
        ),
        Synthesizer(SDV_TVAE, "BUSL-1.1", False, False, "gan.synthesis.sdv_tvae", "gan.synthesis.sdv_tvae"),
    )
}


def synthesizer_of(name: str) -> Synthesizer:
    """The synthesizer of this name. Raises InvalidInput for an unknown name."""
    if name not in SYNTHESIZERS:
        raise InvalidInput(f"synthesizer: {name!r} is not one of {', '.join(SYNTHESIZERS)}", field="synthesizer")
    return SYNTHESIZERS[name]


def synthesizer_of_model(model: Model) -> Synthesizer:
    """The one that trained a model is the one that samples from it."""
    return synthesizer_of(str(model.header.get("synthesizer", TEMPORAL_TVAE)))
