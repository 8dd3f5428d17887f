"""Fixtures: an empty data root, and one with a machine whose chain has run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import CHAIN, ENVIRONMENT, MADE, Ran, Root

# Before NumPy is imported, which reads it once.
os.environ.update(ENVIRONMENT)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """An empty data root."""
    return Root(tmp_path / "GAN")


@dataclass(frozen=True)
class Made:
    """A data root whose one machine has been through its chain, and what each script printed on the way."""

    root: Root
    ran: Mapping[str, Ran]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """To read only: it is the same for all tests."""
    root = Root(tmp_path_factory.mktemp("made") / "GAN")
    root.add(MADE)
    ran = {script: root.run(script, "--machine_id", MADE, *args) for script, args in CHAIN}
    assert all(done.code == 0 for done in ran.values()), ran
    return Made(root, ran)


@pytest.fixture
def made(made_once: Made, tmp_path: Path) -> Root:
    """A copy of its data root, to change."""
    shutil.copytree(made_once.root.path, tmp_path / "GAN", symlinks=True)
    return Root(tmp_path / "GAN")


@pytest.fixture
def made_root(made_once: Made) -> Root:
    """The data root itself, to read only."""
    return made_once.root
