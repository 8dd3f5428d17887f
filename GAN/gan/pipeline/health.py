"""Which machines have a valid profile, model and data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gan.machine.profile import load_profile
from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of
from gan.store.publication import is_published
from gan.synthesis.model import load_model

Artifact = TypeVar("Artifact")


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


def check(store: ArtifactStore, machine_id: str) -> Health:
    """Reads and checks a machine's artifacts. A broken one affects only this machine."""
    profile = _read(lambda: load_profile(store, machine_id))
    data = _read(lambda: is_published(store, machine_id)) is True
    if profile is None:
        return Health(machine_id, False, store.exists(key_of("model", machine_id)), data)
    return Health(machine_id, True, _read(lambda: load_model(store, machine_id, profile)) is not None, data)


def _read(read: Callable[[], Artifact]) -> Artifact | None:
    """What was read, or None if it cannot be."""
    try:
        return read()
    except Exception:
        return None
