"""A training's state on disk: two slots, each with its digest, written beside the training, not in its way."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from gan.store.files import write_whole

_DIGEST = 64


class Checkpoints:
    """The two newest states of one training, told apart from others' by `key`. A damaged one falls back to the other.

    Only the process that holds the machine's lock makes one, so two attempts never write to one folder.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._key = key
        self._slot = 0
        self._writer = ThreadPoolExecutor(1, "checkpoint")
        self._pending: Future[Path] | None = None

    def save(self, state: Mapping[str, Any]) -> None:
        """Takes the state as it is now and writes it in the background. Raises OSError if the last one failed."""
        self.flush()
        buffer = io.BytesIO()
        torch.save({**state, "key": self._key}, buffer)
        self._pending = self._writer.submit(self._write, buffer.getvalue(), self._path(self._slot))
        self._slot = 1 - self._slot

    def flush(self) -> str | None:
        """Waits until what was saved is on disk; gives its file's name. Raises OSError."""
        return None if self._pending is None else self._pending.result().name

    def close(self) -> None:
        """Waits for the write under way, whatever becomes of it: nothing is written once the machine's lock is given up."""
        self._writer.shutdown()

    def load(self) -> dict[str, Any] | None:
        """The newest state that is whole and of this training, or None."""
        found = [(state["epoch"], slot, state) for slot in (0, 1) if (state := self._read(slot)) is not None]
        if not found:
            return None
        _, slot, state = max(found, key=lambda entry: entry[:2])
        self._slot = 1 - slot
        return state

    @staticmethod
    def _write(data: bytes, path: Path) -> Path:
        write_whole(path, hashlib.sha256(data).hexdigest().encode() + data)
        return path

    def _read(self, slot: int) -> dict[str, Any] | None:
        try:
            raw = self._path(slot).read_bytes()
        except FileNotFoundError:
            return None
        digest, data = raw[:_DIGEST], raw[_DIGEST:]
        if hashlib.sha256(data).hexdigest().encode() != digest:
            return None
        try:
            # Tensors and plain values only: what would run code is refused.
            state: dict[str, Any] = torch.load(io.BytesIO(data), weights_only=True)
        except pickle.UnpicklingError:
            return None
        return state if state["key"] == self._key else None

    def _path(self, slot: int) -> Path:
        return self._folder / f"checkpoint-{slot}.pt"
