"""Links in the data root: a folder on another disk is followed, a lock that is one is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan.runtime.errors import InvalidInput
from gan.store.files import Paths, switch_link
from gan.store.locks import machine_lock


def test_what_is_published_is_found_where_its_folder_lies_on_another_disk(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "GAN")
    elsewhere = tmp_path / "disk" / "far" / "below"
    elsewhere.mkdir(parents=True)
    generation = paths.generations("pump_a") / "0123456789ab"
    generation.mkdir(parents=True)
    (generation / "train.parquet").write_bytes(b"rows")
    (paths.root / "data" / "synthetic").symlink_to(elsewhere)
    switch_link(paths.published("pump_a"), generation)
    assert (paths.published("pump_a") / "train.parquet").read_bytes() == b"rows"
    assert not os.path.isabs(os.readlink(paths.published("pump_a")))


@pytest.mark.parametrize("what", ["a link", "a link to nothing", "a FIFO"])
def test_a_lock_that_is_no_file_is_refused_and_what_it_leads_to_is_not_touched(tmp_path: Path, what: str) -> None:
    paths = Paths(tmp_path)
    target = tmp_path / "precious"
    paths.lock("pump_a").parent.mkdir()
    if what == "a FIFO":
        os.mkfifo(paths.lock("pump_a"))
    else:
        paths.lock("pump_a").symlink_to(target)
    if what == "a link":
        target.write_text("mine")
    with pytest.raises(InvalidInput, match="the lock"), machine_lock(paths, "pump_a", "trainTvae"):
        pass
    assert target.exists() == (what == "a link")
    assert not target.exists() or target.read_text() == "mine"
