"""Publishing a data set: one atomic switch of a link to a generation that passed; the one before stays for roll-back."""

from __future__ import annotations

import shutil
from pathlib import Path

from gan.files import Paths, switch_link

KEEP = 2


def generation_folder(paths: Paths, machine_id: str, digest: str) -> Path:
    """A generation is named after the digest of its inputs: made again, it is the same one."""
    return paths.generations(machine_id) / digest[:12]


def current_generation(paths: Paths, machine_id: str) -> Path | None:
    """The generation that is published, or None."""
    link = paths.published(machine_id)
    return link.resolve() if link.is_symlink() and link.exists() else None


def publish(paths: Paths, machine_id: str, generation: Path) -> list[str]:
    """Publishes a generation and removes the oldest ones beyond those kept. Gives back the names of the removed."""
    before = current_generation(paths, machine_id)
    switch_link(paths.published(machine_id), generation)
    keep = {generation.resolve(), *([before] if before is not None else [])}
    others = [p for p in paths.generations(machine_id).iterdir() if p.is_dir() and not p.name.startswith(".") and p.resolve() not in keep]
    others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    removed = others[max(KEEP - len(keep), 0) :]
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder.name for folder in removed]
