"""Where files lie, and writing them so that they appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gan.errors import InvalidInput
from gan.events import Output

PROJECT_GAN = Path(__file__).resolve().parents[1]
MACHINE_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
MAX_MACHINE_ID = 64
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.tmp")


def check_machine_id(machine_id: str) -> str:
    """Gives the id back. It becomes a file name, so this check keeps every path inside the data root.

    Raises InvalidInput.
    """
    if len(machine_id) > MAX_MACHINE_ID or MACHINE_ID.fullmatch(machine_id) is None:
        shown = machine_id if len(machine_id) <= 80 else machine_id[:77] + "..."
        raise InvalidInput(
            f"machine_id: {shown!r} is not allowed: lower-case letters, digits and single underscores, "
            f"{MAX_MACHINE_ID} characters at most, e.g. pump_atlas_005",
            field="machine_id",
        )
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

    def seed_report(self, machine_id: str) -> Path:
        return self.root / "seed_data" / f"{machine_id}_seed_report.json"

    def model(self, machine_id: str) -> Path:
        return self.root / "models" / f"{machine_id}_tvae_temporal.pkl"

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


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file beside its final name, flushes it to the disk and renames it: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder that appears under its name with all its files, or not at all.

    One of that name stays when it holds the same files: it may be the published one, and readers must not miss it
    for a moment. One that differs is damaged, and is moved out of the way first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
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
                os.replace(path, damaged)
            os.replace(temporary, path)
            shutil.rmtree(damaged, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(path.parent)


def _holds(folder: Path, files: Path) -> bool:
    """Whether the folder has each file of `files`, with the same bytes."""
    return folder.is_dir() and all(
        (folder / f.name).is_file() and sha256_of(folder / f.name) == sha256_of(f) for f in files.iterdir()
    )


def switch_link(link: Path, target: Path) -> None:
    """Points a symbolic link at a folder beside or above it, in one atomic step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent))
    os.replace(temporary, link)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folders: list[Path], machine_id: str) -> None:
    """Removes temporary files and folders of this machine whose process is dead."""
    for folder in folders:
        for path in folder.glob(".*.tmp") if folder.is_dir() else ():
            found = _TEMPORARY.fullmatch(path.name)
            if found is None or not _is_dead(int(found["pid"])):
                continue
            name = found["name"]
            mine = (
                machine_id in (name, folder.name) or name == f"{machine_id}.json" or name.startswith(f"{machine_id}_")
            )
            if not mine:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_dead(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
