"""Artifacts as files below a folder, on a disk of this machine or a shared one."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from gan.runtime.errors import InvalidInput
from gan.runtime.files import open_regular
from gan.store.artifacts import ArtifactStore, Content, Stat, parts_of
from gan.store.files import appear, move_whole, remove_folder, remove_whole, switch_link, whole_folder, write_whole
from gan.store.layout import LOCKED, key_of
from gan.store.locks import machine_lock


class LocalStore(ArtifactStore):
    """A key is a path below `root`, and what is published is a symbolic link to its generation."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = Path(root).absolute()

    def open(self, key: str) -> BinaryIO:
        return open_regular(self._path(key))

    def stat(self, key: str) -> Stat | None:
        try:
            found = self._path(key).stat()
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return None
            raise
        return Stat(found.st_size, datetime.fromtimestamp(found.st_mtime, timezone.utc))

    def keys(self, prefix: str) -> Sequence[str]:
        return sorted(path.relative_to(self._root).as_posix() for path in _files(self._path(prefix)))

    def write(self, key: str, data: bytes) -> None:
        write_whole(self._path(key), data)

    def write_group(self, group: str, files: Iterable[tuple[str, Content]]) -> None:
        with whole_folder(self._path(group)) as folder:
            for name, content in files:
                with (folder / name).open("wb") as file:
                    for part in parts_of(content):
                        file.write(part)

    def delete(self, key: str) -> None:
        path = self._path(key)
        if path.is_dir() and not path.is_symlink():
            remove_folder(path)
        else:
            remove_whole(path)

    def move(self, key: str, to: str) -> None:
        source, target = self._path(key), self._path(to)
        if os.path.lexists(source):
            move_whole(source, target)

    def published(self, machine_id: str) -> str | None:
        link, folder = self._path(key_of("publication", machine_id)), self._path(key_of("generations", machine_id))
        if not link.is_symlink() or not link.exists():
            return None
        generation = link.resolve()
        return generation.name if generation.parent == folder.resolve() else None

    def publish(self, machine_id: str, generation: str) -> None:
        link = self._path(key_of("publication", machine_id))
        if link.is_dir() and not link.is_symlink():
            # Somebody put it there: it is moved aside, not overwritten.
            appear(link, link.with_name(f"{machine_id}.found-{int(time.time())}"))
        switch_link(link, self._path(f"{key_of('generations', machine_id)}{generation}"))

    def withdraw(self, machine_id: str) -> None:
        if self.published(machine_id) is not None:
            self._path(key_of("publication", machine_id)).unlink()

    def lock(
        self, machine_id: str, step: str, *, on_wait: Callable[[str], None] = lambda _: None
    ) -> AbstractContextManager[None]:
        return machine_lock(self._path(key_of("lock", machine_id)), machine_id, step, on_wait=on_wait)

    def remove_leftovers(self, machine_id: str) -> None:
        # The process id in their names only keeps two writers apart; another process may have that id by now.
        places = [self._path(key_of(kind, machine_id)) for kind in LOCKED]
        beside = (left for path in places for left in path.parent.glob(f".{path.name}.*.tmp"))
        groups = (self._path(key_of(kind, machine_id)) for kind in LOCKED if key_of(kind, machine_id).endswith("/"))
        inside = (left for folder in groups for left in folder.rglob(".*.tmp"))
        for left in [*beside, *inside]:
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def where(self, key: str = "") -> str:
        return str(self._root / key)

    def probe(self) -> int | None:
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._root, prefix=".check.", suffix=f".{os.getpid()}.tmp") as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return shutil.disk_usage(self._root).free

    def _path(self, key: str) -> Path:
        """Keys come from manifests and reports too: none may lead out of the data root."""
        words = key.removesuffix("/").split("/")
        if not all(words) or "." in words or ".." in words or "\0" in key:
            raise InvalidInput(f"{key[:200]!r} is no key of an artifact")
        return self._root.joinpath(*words)


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder, except in linked folders, which are not ours, and those half written (dot files)."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


@contextmanager
def temporary_store() -> Iterator[LocalStore]:
    """An empty store to work in, deleted with all its contents at the end."""
    with tempfile.TemporaryDirectory(prefix="gan-") as folder:
        yield LocalStore(folder)
