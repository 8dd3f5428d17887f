"""The only way to artifacts: everything under the data root is read and written through an ArtifactStore.

What an implementation must guarantee is here, and test/python/store/test_artifact_store.py checks it. Nothing here is
a path, a rename, a link or a file lock: local.py has those, and an object store would use conditional writes.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from gan.runtime.events import Output

# What is written to a file: all of it, or part after part.
Content = bytes | Iterator[bytes]


def parts_of(content: Content) -> Iterator[bytes]:
    return iter([content]) if isinstance(content, bytes) else content


@dataclass(frozen=True)
class Stat:
    """What is known of an artifact without reading it. modified: when it appeared, UTC."""

    bytes: int
    modified: datetime


class ArtifactStore(ABC):
    """Artifacts by key (layout.py). Each appears whole or not at all, and what is there before a failure stays.

    While this process holds a machine's lock, everything that makes or removes something raises ResourceFailed with
    LOCK_LOST once another has taken over; then nothing appears.
    """

    @abstractmethod
    def open(self, key: str) -> BinaryIO:
        """An artifact to read, seekable; a remote one may be fetched first. Raises FileNotFoundError."""

    @abstractmethod
    def stat(self, key: str) -> Stat | None:
        """What is known of an artifact, or None without one."""

    @abstractmethod
    def keys(self, prefix: str) -> Sequence[str]:
        """The artifacts whose keys begin with a prefix that ends with a slash, sorted. None that is half written."""

    @abstractmethod
    def write(self, key: str, data: bytes) -> None:
        """Writes an artifact in place of what was there."""

    @abstractmethod
    def write_group(self, group: str, files: Iterable[tuple[str, Content]]) -> None:
        """Writes the files of a group, by name; they appear at once, when the last one is given.

        A file's parts are written as they come: it need not fit into memory.

        A group that holds these bytes already stays as it is, with what was added to it: it may be the published one,
        and readers must not miss it for a moment. One that differs is damaged, and is replaced.
        """

    @abstractmethod
    def delete(self, key: str) -> None:
        """Removes an artifact, or a group with all its files so that nobody finds part of it. May be missing."""

    @abstractmethod
    def move(self, key: str, to: str) -> None:
        """Gives an artifact, or a group with all its files, another key. May be missing.

        Raises FileExistsError where there is something already.
        """

    @abstractmethod
    def published(self, machine_id: str) -> str | None:
        """Name of the generation that is published, or None."""

    @abstractmethod
    def publish(self, machine_id: str, generation: str) -> None:
        """Publishes a generation by one atomic switch: its files are then read below the publication's key."""

    @abstractmethod
    def withdraw(self, machine_id: str) -> None:
        """Publishes no generation any more. The generations stay."""

    @abstractmethod
    def lock(
        self, machine_id: str, step: str, *, on_wait: Callable[[str], None] = lambda _: None
    ) -> AbstractContextManager[None]:
        """Holds a machine: one process at a time works on it, and a dead one never keeps it.

        Waits a little for a holder that is ending; `on_wait` is told who it is. Raises ResourceFailed, naming the
        holder, if it does not end.
        """

    @abstractmethod
    def remove_leftovers(self, machine_id: str) -> None:
        """Removes a machine's half-written files. Only for the holder of its lock: whoever wrote them is dead."""

    @abstractmethod
    def where(self, key: str = "") -> str:
        """Where an artifact, or the whole store, is: as a person is told."""

    @abstractmethod
    def probe(self) -> int | None:
        """Writes something and removes it. Returns the free bytes, None without a limit. Raises OSError."""

    def read(self, key: str) -> bytes:
        """An artifact's bytes. Raises FileNotFoundError."""
        with self.open(key) as file:
            return file.read()

    def exists(self, key: str) -> bool:
        return self.stat(key) is not None

    def digest(self, key: str) -> str:
        """Digest (sha256) of an artifact's bytes, hexadecimal. Raises FileNotFoundError."""
        digest = hashlib.sha256()
        with self.open(key) as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()

    def output(self, key: str, rows: int | None = None) -> Output:
        """An artifact as a step's result names it. Raises FileNotFoundError."""
        stat = self.stat(key)
        if stat is None:
            raise FileNotFoundError(2, "no such artifact", self.where(key))
        return Output(key, self.digest(key), stat.bytes, rows)


def sha256(data: bytes) -> str:
    """Digest of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
