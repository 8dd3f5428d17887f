"""Which machines there are, and their configurations: the data root's own first, then those of the project."""

from __future__ import annotations

from pathlib import Path

from gan.store.artifacts import ArtifactStore
from gan.store.layout import Kind, folder_of, key_of, machine_of
from gan.store.local import LocalStore

# The data root where none is named. Its fleet is part of the project: every other data root has these machines too.
PROJECT_ROOT = str(Path(__file__).resolve().parents[2])


def machine_ids(store: ArtifactStore) -> list[str]:
    """Ids of all machines that have a configuration or a profile, in alphabetical order."""
    return sorted(
        _ids(store, "configuration") | _ids(LocalStore(PROJECT_ROOT), "configuration") | _ids(store, "profile")
    )


def configured_in(store: ArtifactStore, machine_id: str) -> ArtifactStore | None:
    """Where a machine's configuration is read: here, else in the project; None where it has none."""
    places = (store, LocalStore(PROJECT_ROOT))
    return next((place for place in places if place.exists(key_of("configuration", machine_id))), None)


def _ids(store: ArtifactStore, kind: Kind) -> set[str]:
    return {machine_id for found in store.keys(folder_of(kind)) if (machine_id := machine_of(kind, found)) is not None}
