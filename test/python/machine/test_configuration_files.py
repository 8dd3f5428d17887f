"""A configuration is read only from a regular file of reasonable size: no pipe blocks, and nothing fills the memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan.machine.configuration import MOST_BYTES, read_object
from gan.runtime.errors import InvalidInput
from gan.store.layout import key_of
from support import CREATE, Root


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large", "binary", "link to itself"])
def test_what_is_no_readable_file_of_text_is_refused_at_once(root: Root, kind: str) -> None:
    path = root.path / "fleet" / "pump_a.json"
    path.parent.mkdir(parents=True)
    make(path, kind)
    with pytest.raises(InvalidInput, match=r"pump_a\.json"):
        read_object(root.store, key_of("configuration", "pump_a"))
    ran = root.call(CREATE, "--machine_id", "pump_a")
    assert (ran.code, ran.last["field"]) == (2, "config") or kind == "link to itself"


def make(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to itself":
        path.symlink_to(path)
    else:
        path.write_bytes(b" " * (MOST_BYTES + 1) if kind == "large" else b"\xff\xfe{}")
