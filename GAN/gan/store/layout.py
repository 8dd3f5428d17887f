"""The keys of artifacts: one for each kind and machine, from the table that TypeScript reads too.

A key is a path below the data root locally, and an object's name in an object store. A key of a group ends with a
slash.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput

Kind = Literal[
    "configuration",
    "profile",
    "seed",
    "seedReport",
    "recorded",  # Rows that were imported: the machine's seed is a copy of them. Only an import writes here.
    "censored",  # Imported runs that did not end with a failure.
    "ownNames",  # What runs, failure modes and sensors were called in the file that was imported.
    "model",
    "history",  # Losses of each epoch of the model's training.
    "checkpoints",
    "generations",
    "publication",  # The published generation's files are read below this key.
    "manifest",
    "lock",
    "runs",  # What happened in each run, appended by the workers (contracts/run-record.ts).
    "cmapss",
    "retired",  # All of the above, by the same keys below this one, of a machine that left the fleet.
    "fleetReport",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
# A machine's own, written only by the holder of its lock.
LOCKED: tuple[Kind, ...] = tuple(
    kind for kind in KINDS if kind not in ("lock", "runs", "cmapss", "retired", "fleetReport")
)
_ID = contract("profile.schema")["properties"]["machine_id"]
MACHINE_ID = re.compile(_ID["pattern"])
_TABLE: dict[str, str] = contract("artifacts")


def check_machine_id(machine_id: str) -> str:
    """Returns the id. It becomes part of a key, so this check keeps every path inside the data root.

    Raises InvalidInput.
    """
    if len(machine_id) > _ID["maxLength"] or MACHINE_ID.fullmatch(machine_id) is None:
        shown = machine_id if len(machine_id) <= 80 else machine_id[:77] + "..."
        raise InvalidInput(f"machine_id: {shown!r} is not allowed: {_ID['allowed']}", field="machine_id")
    return machine_id


def key_of(kind: Kind, machine_id: str = "") -> str:
    """The key of a machine's artifact, e.g. `models/pump_a_tvae_temporal.pkl`."""
    return _TABLE[kind].replace("{id}", machine_id)


def generation_key(machine_id: str, generation: str, name: str = "") -> str:
    """The key of a generation's file, or of the generation: a group."""
    return f"{key_of('generations', machine_id)}{generation}/{name}"


def published_key(machine_id: str, name: str) -> str:
    """The key below which a file of whatever generation is published is read."""
    return f"{key_of('publication', machine_id)}/{name}"


def name_of(key: str) -> str:
    """The last word of a key, for a person: `pump_a_tvae_temporal.pkl`."""
    return key.rstrip("/").rsplit("/", 1)[-1]


def generation_of(key: str) -> str:
    """The generation that a file belongs to, by the file's key."""
    return key.rsplit("/", 2)[-2]


def folder_of(kind: Kind) -> str:
    """The beginning of the keys of a kind, of all machines: `metadata/`."""
    return _TABLE[kind].partition("{id}")[0]


def machine_of(kind: Kind, key: str) -> str | None:
    """Whose artifact of this kind a key is; None if it is none."""
    before, _, after = _TABLE[kind].partition("{id}")
    machine_id = key.removeprefix(before).removesuffix(after)
    return machine_id if MACHINE_ID.fullmatch(machine_id) and key == f"{before}{machine_id}{after}" else None
