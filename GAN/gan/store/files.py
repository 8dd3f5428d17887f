"""Where files lie, and writing them so that they appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Output

PROJECT_GAN = Path(__file__).resolve().parents[2]
_ID = contract("profile.schema")["properties"]["machine_id"]
MACHINE_ID = re.compile(_ID["pattern"])
_fences: list[Callable[[], None]] = []


def check_machine_id(machine_id: str) -> str:
    """Gives the id back. It becomes a file name, so this check keeps every path inside the data root.

    Raises InvalidInput.
    """
    if len(machine_id) > _ID["maxLength"] or MACHINE_ID.fullmatch(machine_id) is None:
        shown = machine_id if len(machine_id) <= 80 else machine_id[:77] + "..."
        raise InvalidInput(f"machine_id: {shown!r} is not allowed: {_ID['allowed']}", field="machine_id")
    return machine_id


@dataclass(frozen=True)
class Paths:
    """The files of the data root."""

    root: Path

    def fleet(self, machine_id: str) -> Path:
        """A machine's configuration: the data root's own first, else the project's."""
        own = self.root / "fleet" / f"{machine_id}.json"
        return own if own.exists() else PROJECT_GAN / "fleet" / f"{machine_id}.json"

    def fleet_ids(self) -> list[str]:
        """Ids of all machines that have a configuration or a profile, in alphabetical order."""
        configured = {p.stem for folder in (self.root, PROJECT_GAN) for p in (folder / "fleet").glob("*.json")}
        made = {p.name.removesuffix("_metadata.json") for p in (self.root / "metadata").glob("*_metadata.json")}
        return sorted(i for i in configured | made if MACHINE_ID.fullmatch(i))

    def metadata(self, machine_id: str) -> Path:
        return self.root / "metadata" / f"{machine_id}_metadata.json"

    def seed(self, machine_id: str) -> Path:
        return self.root / "seed_data" / f"{machine_id}_temporal_seed.csv"

    def recorded(self, machine_id: str) -> Path:
        """Rows that were imported: the machine's seed is a copy of them. Only an import writes here."""
        return self.root / "recorded" / f"{machine_id}.csv"

    def censored(self, machine_id: str) -> Path:
        """Imported runs that did not end with a failure."""
        return self.root / "recorded" / f"{machine_id}_censored.csv"

    def own_names(self, machine_id: str) -> Path:
        """What runs, failure modes and sensors were called in the file that was imported."""
        return self.root / "recorded" / f"{machine_id}_names.json"

    def seed_report(self, machine_id: str) -> Path:
        return self.root / "seed_data" / f"{machine_id}_seed_report.json"

    def model(self, machine_id: str) -> Path:
        return self.root / "models" / f"{machine_id}_tvae_temporal.pkl"

    def history(self, machine_id: str) -> Path:
        """Losses of each epoch of the model's training."""
        return self.root / "models" / f"{machine_id}_training_history.csv"

    def checkpoints(self, machine_id: str) -> Path:
        return self.root / "models" / "checkpoints" / machine_id

    def generations(self, machine_id: str) -> Path:
        return self.root / "data" / "generations" / machine_id

    def published(self, machine_id: str) -> Path:
        """The published data set: a link to its generation."""
        return self.root / "data" / "synthetic" / machine_id

    def manifest(self, machine_id: str) -> Path:
        return self.root / "manifests" / f"{machine_id}.json"

    def lock(self, machine_id: str) -> Path:
        return self.root / "locks" / f"{machine_id}.lock"

    def files(self, machine_id: str) -> tuple[Path, ...]:
        """All that steps write of a machine, but for its folders."""
        return (
            self.root / "fleet" / f"{machine_id}.json",
            self.metadata(machine_id),
            self.seed(machine_id),
            self.recorded(machine_id),
            self.censored(machine_id),
            self.own_names(machine_id),
            self.seed_report(machine_id),
            self.model(machine_id),
            self.history(machine_id),
            self.published(machine_id),
            self.manifest(machine_id),
        )

    def folders(self, machine_id: str) -> tuple[Path, ...]:
        """Folders of which everything is the machine's."""
        return self.checkpoints(machine_id), self.generations(machine_id)

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def output(self, path: Path, rows: int | None = None) -> Output:
        return Output(self.relative(path), sha256_of(path), path.stat().st_size, rows)


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def fenced(check: Callable[[], None]) -> Iterator[None]:
    """Inside, `check` is asked each time before an output appears. It raises when this process may no longer write."""
    _fences.append(check)
    try:
        yield
    finally:
        _fences.remove(check)


def _appear(temporary: Path, path: Path) -> None:
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
        _appear(temporary, path)
    except OSError as error:
        # The system names no file when the disk is full.
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

    One of that name stays when it holds the same files: it may be the published one, and readers must not miss it
    for a moment. One that differs is damaged, and is moved out of the way first.
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
                _appear(path, damaged)
            _appear(temporary, path)
            shutil.rmtree(damaged, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Removes a folder under a temporary name, so that nobody finds it in part."""
    going = _temporary(path)
    _appear(path, going)
    shutil.rmtree(going, ignore_errors=True)


def _holds(folder: Path, files: Path) -> bool:
    """Whether the folder has each file of `files`, with the same bytes."""
    return folder.is_dir() and all(
        (folder / f.name).is_file() and sha256_of(folder / f.name) == sha256_of(f) for f in files.iterdir()
    )


def switch_link(link: Path, target: Path) -> None:
    """Points a symbolic link at a folder beside or above it, in one atomic step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(link)
    temporary.unlink(missing_ok=True)
    try:
        # Of the real folders: where one is itself a link to another disk, a path of names would lead nowhere.
        temporary.symlink_to(os.path.relpath(target.resolve(), link.parent.resolve()))
        _appear(temporary, link)
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


def remove_leftovers(paths: Paths, machine_id: str) -> None:
    """Removes what was left half written of a machine. Only for the holder of its lock: whoever wrote these is dead.

    The process id in their names only keeps two writers apart; another process may well have it by now.
    """
    beside = (left for path in paths.files(machine_id) for left in path.parent.glob(f".{path.name}.*.tmp"))
    inside = (left for folder in paths.folders(machine_id) for left in folder.rglob(".*.tmp"))
    for left in [*beside, *inside]:
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
