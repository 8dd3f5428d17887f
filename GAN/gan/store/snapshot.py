"""A store seen in one look: what is asked for many times is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NoReturn

from gan.store.artifacts import ArtifactStore, Content, Stat


class Snapshot(ArtifactStore):
    """Reads of a store, each artifact once. For a look that takes moments; it writes nothing (raises TypeError)."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._read: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}

    def open(self, key: str) -> BinaryIO:
        return self._store.open(key)

    def read(self, key: str) -> bytes:
        if key not in self._read:
            self._read[key] = self._store.read(key)
        return self._read[key]

    def digest(self, key: str) -> str:
        if key not in self._digests:
            self._digests[key] = self._store.digest(key)
        return self._digests[key]

    def stat(self, key: str) -> Stat | None:
        return self._store.stat(key)

    def keys(self, prefix: str) -> Sequence[str]:
        return self._store.keys(prefix)

    def published(self, machine_id: str) -> str | None:
        return self._store.published(machine_id)

    def where(self, key: str = "") -> str:
        return self._store.where(key)

    def probe(self) -> int | None:
        return self._refuse()

    def write(self, key: str, data: bytes) -> None:
        self._refuse()

    def write_group(self, group: str, files: Iterable[tuple[str, Content]]) -> None:
        self._refuse()

    def delete(self, key: str) -> None:
        self._refuse()

    def move(self, key: str, to: str) -> None:
        self._refuse()

    def publish(self, machine_id: str, generation: str) -> None:
        self._refuse()

    def withdraw(self, machine_id: str) -> None:
        self._refuse()

    def lock(
        self, machine_id: str, step: str, *, on_wait: Callable[[str], None] = lambda _: None
    ) -> AbstractContextManager[None]:
        self._refuse()

    def remove_leftovers(self, machine_id: str) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("a snapshot is only read")
