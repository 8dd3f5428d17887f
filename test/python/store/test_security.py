"""Files that somebody put there run no code, and nothing outside the data root is published or removed."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gan.store import generations
from gan.store.artifacts import sha256
from gan.synthesis.checkpoints import Checkpoints
from support import HEALTH, MADE, SAMPLE, TRAIN, Root


class Bomb:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path, str]]:
        return Path.write_text, (self.mark, "code ran")


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "mark"


def model(root: Root) -> Path:
    return root.file("model", MADE)


def test_the_bomb_would_go_off(mark: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(mark)))
    assert mark.read_text() == "code ran"


def test_a_model_that_is_a_pickle_is_refused_unread(made: Root, mark: Path) -> None:
    model(made).write_bytes(pickle.dumps(Bomb(mark)))
    refused = made.call(SAMPLE, "--machine_id", MADE)
    assert (refused.code, refused.last["code"]) == (2, "MODEL_DAMAGED")
    made.call(HEALTH)
    assert not mark.exists()


def test_an_array_of_objects_in_a_model_is_refused(made: Root, mark: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.array([Bomb(mark)], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(model(made)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bombs = {name: array.getvalue() if name.endswith(".npy") else data for name, data in parts.items()}
    digest = hashlib.sha256(b"".join(bombs[name] for name in sorted(bombs) if name.endswith(".npy"))).hexdigest()
    bombs["header.json"] = json.dumps({**json.loads(parts["header.json"]), "arraysSha256": digest}).encode()
    with zipfile.ZipFile(model(made), "w") as archive:
        for name, data in bombs.items():
            archive.writestr(name, data)
    refused = made.call(SAMPLE, "--machine_id", MADE)
    assert (refused.code, refused.last["code"]) == (2, "MODEL_DAMAGED")
    assert not mark.exists()


def test_a_checkpoint_with_code_counts_as_damaged(made: Root, mark: Path) -> None:
    folder = made.file("checkpoints", MADE)
    folder.mkdir(parents=True)
    data = pickle.dumps({"key": "k", "epoch": 1, "bomb": Bomb(mark)}, protocol=2)
    (folder / "checkpoint-0.pt").write_bytes(hashlib.sha256(data).hexdigest().encode() + data)
    assert Checkpoints(made.store, MADE, "k").load() is None
    assert made.call(TRAIN, "--machine_id", MADE, "--epochs", "3").code == 0
    assert not mark.exists()


def test_a_link_among_the_generations_is_neither_published_nor_removed(made: Root, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "train.parquet").write_text("secret")
    report = {
        "quality": 1,
        "verdict": "pass",
        "files": {"train.parquet": sha256(b"secret")},
        "checks": [],
    }
    (outside / "report.json").write_text(json.dumps(report))
    (made.file("generations", MADE) / "linked").symlink_to(outside)
    refused = made.call("GAN/scripts/rollback_dataset.py", "--machine_id", MADE, "--generation", "linked")
    assert refused.code == 2
    for at in range(6):
        folder = made.file("generations", MADE) / f"bad{at}"
        folder.mkdir()
        (folder / "train.parquet").write_text("bad")
        generations.retain(made.store, MADE, folder.name, 2)
    assert sorted(file.name for file in outside.iterdir()) == ["report.json", "train.parquet"]
