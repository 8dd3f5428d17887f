"""An ArtifactStore without files: code that passes with it needs nothing that only a disk provides."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import BinaryIO

from gan.runtime.errors import InvalidInput, ResourceFailed
from gan.store.artifacts import ArtifactStore, Content, Stat, parts_of
from gan.store.layout import generation_key, key_of, published_key


class MemoryStore(ArtifactStore):
    def __init__(self) -> None:
        self._made: dict[str, tuple[bytes, datetime]] = {}
        self._published: dict[str, str] = {}
        self._holders: dict[str, tuple[str, object]] = {}
        self._mine: dict[str, object] = {}

    def open(self, key: str) -> BinaryIO:
        if self._real(key) not in self._made:
            raise FileNotFoundError(2, "no such artifact", key)
        return io.BytesIO(self._made[self._real(key)][0])

    def stat(self, key: str) -> Stat | None:
        found = self._made.get(self._real(key))
        return None if found is None else Stat(len(found[0]), found[1])

    def keys(self, prefix: str) -> Sequence[str]:
        return sorted(key for key in self._made if key.startswith(prefix))

    def write(self, key: str, data: bytes) -> None:
        self._require_locks()
        self._made[self._real(key)] = data, datetime.now(timezone.utc)

    def write_group(self, group: str, files: Iterable[tuple[str, Content]]) -> None:
        made = {group + name: b"".join(parts_of(content)) for name, content in files}
        if any(key not in self._made or self._made[key][0] != data for key, data in made.items()):
            self.delete(group)
            for key, data in made.items():
                self.write(key, data)

    def delete(self, key: str) -> None:
        self._require_locks()
        for found in [k for k in self._made if k == key or (key.endswith("/") and k.startswith(key))]:
            del self._made[found]

    def move(self, key: str, to: str) -> None:
        self._require_locks()
        for found in [k for k in self._made if k == key or (key.endswith("/") and k.startswith(key))]:
            if (target := to + found.removeprefix(key)) in self._made:
                raise FileExistsError(17, "there is something already", target)
            self._made[target] = self._made.pop(found)

    def published(self, machine_id: str) -> str | None:
        name = self._published.get(machine_id)
        return name if name is not None and self.keys(generation_key(machine_id, name)) else None

    def publish(self, machine_id: str, generation: str) -> None:
        self._require_locks()
        self._published[machine_id] = generation

    def withdraw(self, machine_id: str) -> None:
        self._require_locks()
        self._published.pop(machine_id, None)

    @contextmanager
    def lock(self, machine_id: str, step: str, *, on_wait: Callable[[str], None] = lambda _: None) -> Iterator[None]:
        if machine_id in self._holders:
            raise ResourceFailed(f"{machine_id} is held by {self._holders[machine_id][0]}", code="MACHINE_LOCKED")
        self._mine[machine_id] = token = object()
        self._holders[machine_id] = step, token
        try:
            yield
        finally:
            del self._mine[machine_id]
            self._holders.pop(machine_id, None)

    def take_over(self, machine_id: str) -> None:
        """What another process does when the lock's lease has lapsed."""
        self._holders[machine_id] = "another", object()

    def remove_leftovers(self, machine_id: str) -> None:
        """Nothing is ever half written."""

    def where(self, key: str = "") -> str:
        return f"memory:{key}"

    def probe(self) -> int | None:
        return None

    def _require_locks(self) -> None:
        if any(self._holders.get(machine_id, ("", None))[1] is not token for machine_id, token in self._mine.items()):
            raise ResourceFailed("taken over: nothing more is written", code="LOCK_LOST")

    def _real(self, key: str) -> str:
        if {"", ".", ".."} & set(key.removesuffix("/").split("/")):
            raise InvalidInput(f"{key!r} is no key of an artifact")
        for machine_id, generation in self._published.items():
            if key.startswith(published_key(machine_id, "")):
                return key.replace(f"{key_of('publication', machine_id)}/", generation_key(machine_id, generation))
        return key
