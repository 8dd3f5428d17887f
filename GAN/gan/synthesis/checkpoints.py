"""A training's state in the store: two slots, each with its digest, written in the background."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch

from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of

_DIGEST = 64


class Checkpoints:
    """The two newest states of one training, which `key` identifies. If one is damaged, the other is used.

    Only the process that holds the machine's lock makes one, so two attempts never write to one slot.
    """

    def __init__(self, store: ArtifactStore, machine_id: str, key: str) -> None:
        self._store = store
        self._group = key_of("checkpoints", machine_id)
        self._key = key
        self._slot = 0
        self._writer = ThreadPoolExecutor(1, "checkpoint")
        self._pending: Future[str] | None = None

    def save(self, state: Mapping[str, Any]) -> None:
        """Takes the state as it is now and writes it in the background. Raises OSError if the last one failed."""
        self.flush()
        buffer = io.BytesIO()
        torch.save({**state, "key": self._key}, buffer)
        self._pending = self._writer.submit(self._write, buffer.getvalue(), self._slot_key(self._slot))
        self._slot = 1 - self._slot

    def flush(self) -> str | None:
        """Waits until what was saved is in the store; returns its key. Raises OSError."""
        return None if self._pending is None else self._pending.result()

    def close(self) -> None:
        """Waits for a write in progress, even one that fails: nothing may be written after the lock is released."""
        self._writer.shutdown()

    def load(self) -> dict[str, Any] | None:
        """The newest intact state of this training, or None."""
        found = [(state["epoch"], slot, state) for slot in (0, 1) if (state := self._read(slot)) is not None]
        if not found:
            return None
        _, slot, state = max(found, key=lambda entry: entry[:2])
        self._slot = 1 - slot
        return state

    def _write(self, data: bytes, slot: str) -> str:
        self._store.write(slot, hashlib.sha256(data).hexdigest().encode() + data)
        return slot

    def _read(self, slot: int) -> dict[str, Any] | None:
        try:
            raw = self._store.read(self._slot_key(slot))
        except FileNotFoundError:
            return None
        digest, data = raw[:_DIGEST], raw[_DIGEST:]
        if hashlib.sha256(data).hexdigest().encode() != digest:
            return None
        try:
            # Tensors and plain values only: anything that could run code is refused.
            state: dict[str, Any] = torch.load(io.BytesIO(data), weights_only=True)
        except pickle.UnpicklingError:
            return None
        return state if state["key"] == self._key else None

    def _slot_key(self, slot: int) -> str:
        return f"{self._group}checkpoint-{slot}.pt"
