"""Links in the data root: a folder on another disk is followed, a lock that is one is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan.runtime.errors import InvalidInput
from gan.store.layout import generation_key, key_of, published_key
from gan.store.local import LocalStore


def test_what_is_published_is_found_where_its_folder_lies_on_another_disk(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "GAN", tmp_path / "disk" / "far" / "below"
    elsewhere.mkdir(parents=True)
    store = LocalStore(root)
    store.write_group(generation_key("pump_a", "0123456789ab"), [("train.parquet", b"rows")])
    (root / "data" / "synthetic").symlink_to(elsewhere)
    store.publish("pump_a", "0123456789ab")
    assert store.published("pump_a") == "0123456789ab"
    assert store.read(published_key("pump_a", "train.parquet")) == b"rows"
    assert not os.path.isabs(os.readlink(root / key_of("publication", "pump_a")))


@pytest.mark.parametrize("what", ["a link", "a link to nothing", "a FIFO"])
def test_a_lock_that_is_no_file_is_refused_and_what_it_leads_to_is_not_touched(tmp_path: Path, what: str) -> None:
    target, lock = tmp_path / "precious", tmp_path / key_of("lock", "pump_a")
    lock.parent.mkdir()
    if what == "a FIFO":
        os.mkfifo(lock)
    else:
        lock.symlink_to(target)
    if what == "a link":
        target.write_text("mine")
    with pytest.raises(InvalidInput, match="the lock"), LocalStore(tmp_path).lock("pump_a", "trainTvae"):
        pass
    assert target.exists() == (what == "a link")
    assert not target.exists() or target.read_text() == "mine"
