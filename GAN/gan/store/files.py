"""Writes local files and folders so that they appear whole or not at all: the base of local.py."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_fences: list[Callable[[], None]] = []


@contextmanager
def fenced(check: Callable[[], None]) -> Iterator[None]:
    """Calls `check` each time before an output appears. It raises when this process may no longer write."""
    _fences.append(check)
    try:
        yield
    finally:
        _fences.remove(check)


def appear(temporary: Path, path: Path) -> None:
    """Gives a file or folder its final name, unless another process has taken the machine over."""
    for check in _fences:
        check()
    os.replace(temporary, path)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file beside its final name, flushes it to the disk and renames it: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        appear(temporary, path)
    except OSError as error:
        # The system does not name the file when the disk is full.
        error.filename = error.filename or str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder that appears under its name with all its files, or not at all.

    An existing folder stays if it holds the same files: it may be the published one, and readers must not miss it for a
    moment. One that differs is damaged, and is moved out of the way first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.iterdir():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
        sync_folder(temporary)
        if not _holds(path, temporary):
            damaged = path.with_name(f".{path.name}-damaged.{os.getpid()}.tmp")
            if path.exists():
                appear(path, damaged)
            appear(temporary, path)
            shutil.rmtree(damaged, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(path.parent)


def move_whole(path: Path, to: Path) -> None:
    """Moves a file or folder, also to another disk, so that it is whole in one place at each moment.

    Raises FileExistsError where there is something already.
    """
    if os.path.lexists(to):
        raise FileExistsError(errno.EEXIST, "there is something already", str(to))
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        appear(path, to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        temporary = _temporary(to)
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, temporary)
        appear(temporary, to)
        (remove_folder if to.is_dir() else remove_whole)(path)
    sync_folder(to.parent)
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Renames a folder before it is removed, so that nobody finds part of it."""
    going = _temporary(path)
    appear(path, going)
    shutil.rmtree(going, ignore_errors=True)


def remove_whole(path: Path) -> None:
    """Removes a file, if there is one."""
    for check in _fences:
        check()
    path.unlink(missing_ok=True)


def _holds(folder: Path, files: Path) -> bool:
    """Whether the folder has each file of `files`, with the same bytes."""
    return folder.is_dir() and all((folder / f.name).is_file() and _same(folder / f.name, f) for f in files.iterdir())


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as a, other.open("rb") as b:
        while chunk := a.read(1 << 20):
            if b.read(1 << 20) != chunk:
                return False
        return not b.read(1)


def switch_link(link: Path, target: Path) -> None:
    """Points a symbolic link at a folder beside or above it, in one atomic step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(link)
    temporary.unlink(missing_ok=True)
    try:
        # Relative to the real folders: where one is a link to another disk, a path of names would lead nowhere.
        temporary.symlink_to(os.path.relpath(target.resolve(), link.parent.resolve()))
        appear(temporary, link)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
