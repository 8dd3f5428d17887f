"""Which machines have a valid profile, model and data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan.machine.profile import load_profile
from gan.runtime.errors import StepError
from gan.store.files import Paths
from gan.store.publication import is_published
from gan.synthesis.model import load_model


@dataclass(frozen=True)
class Health:
    """Of one machine: whether each artifact exists and is valid."""

    machine_id: str
    metadata: bool
    model: bool
    data: bool

    @property
    def word(self) -> str:
        if self.metadata and self.model and self.data:
            return "🟢 Fully Ready"
        return "🔴 Data Missing" if self.model else "🟡 Model Missing"

    def to_json(self) -> dict[str, Any]:
        return {"machineId": self.machine_id, "metadata": self.metadata, "model": self.model, "data": self.data}


def check(paths: Paths, machine_id: str) -> Health:
    """Reads and checks a machine's artifacts."""
    metadata, model = True, True
    try:
        profile = load_profile(paths, machine_id)
    except StepError:
        return Health(machine_id, False, paths.model(machine_id).is_file(), is_published(paths, machine_id))
    try:
        load_model(paths.model(machine_id), profile)
    except StepError:
        model = False
    return Health(machine_id, metadata, model, is_published(paths, machine_id))
