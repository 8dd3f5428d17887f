"""The model file: arrays and a JSON header in one zip. Loading it runs no code; it needs no PyTorch to sample from."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from gan.data.modelled import learned_profile
from gan.data.runs import Floats
from gan.machine.profile import Profile
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of, name_of

FORMAT = "temporal-tvae"
VERSION = 5
_HEADER = "header.json"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Model:
    """header: format, schema, training parameters, provenance. arrays: by name, see temporal_tvae/."""

    header: Mapping[str, Any]
    arrays: Mapping[str, Floats]

    def to_bytes(self) -> bytes:
        """The file's bytes: the same model gives the same bytes."""
        buffer = io.BytesIO()
        parts = {f"{name}.npy": _npy(self.arrays[name]) for name in sorted(self.arrays)}
        digest = hashlib.sha256(b"".join(parts.values())).hexdigest()
        header = {**self.header, "format": FORMAT, "version": VERSION, "arraysSha256": digest}
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(_HEADER, _FIXED_TIME), json.dumps(header, sort_keys=True))
            for name, data in parts.items():
                archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), data)
        return buffer.getvalue()


def load_model(store: ArtifactStore, machine_id: str, profile: Profile) -> Model:
    """Reads a machine's model and checks that it is whole and of this profile.

    Raises MissingPrerequisite without the file; InvalidInput when it is damaged, no model of ours, or another
    machine's.
    """
    again = f".venv/bin/python GAN/scripts/train_tvae_machine.py --machine_id {machine_id}"
    artifact = key_of("model", machine_id)
    name = name_of(artifact)
    if not store.exists(artifact):
        raise MissingPrerequisite(f"no model of {machine_id} ({name})", hint=f"run: {again}")
    try:
        with store.open(artifact) as file:
            model, digest = _read(file)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, RecursionError) as error:
        raise InvalidInput(
            f"{name} is damaged or no model: {error}", code="MODEL_DAMAGED", hint=f"run: {again}"
        ) from None
    if model.header.get("format") != FORMAT or model.header.get("version") != VERSION:
        raise InvalidInput(
            f"{name} is not a {FORMAT} model of version {VERSION}", code="MODEL_FORMAT", hint=f"run: {again}"
        )
    if model.header.get("arraysSha256") != digest:
        raise InvalidInput(f"{name} is damaged: its digest does not match", code="MODEL_DAMAGED", hint=f"run: {again}")
    trained_for = (model.header.get("sensors"), model.header.get("modes"))
    if trained_for != (list(learned_profile(profile).sensor_names), list(profile.mode_names)):
        raise InvalidInput(
            f"{name} was trained for other sensors or failure modes than the profile of {machine_id} has",
            code="MODEL_OF_ANOTHER_PROFILE",
            hint=f"run: {again}",
        )
    return model


def _read(file: BinaryIO) -> tuple[Model, str]:
    with zipfile.ZipFile(file) as archive:
        header = json.loads(archive.read(_HEADER))
        if not isinstance(header, dict):
            raise ValueError(f"{_HEADER} is no JSON object")
        names = sorted(name for name in archive.namelist() if name.endswith(".npy"))
        parts = {name: archive.read(name) for name in names}
    arrays = {name.removesuffix(".npy"): np.load(io.BytesIO(data), allow_pickle=False) for name, data in parts.items()}
    return Model(header, arrays), hashlib.sha256(b"".join(parts.values())).hexdigest()


def _npy(array: Floats) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()
