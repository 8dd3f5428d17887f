"""Machines that left the fleet: all that is theirs lies below one key, by the keys that it had, and can come back.

A record is written first and removed last. Whoever is killed in between leaves each artifact whole, in one of the two
places; either operation then goes on from there.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone

from gan.runtime.errors import InvalidInput
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import configured_in
from gan.store.layout import KINDS, Kind, key_of

RECORD = "retired.json"
# What makes a machine one of the fleet goes first and comes back last.
MEMBERSHIP: tuple[Kind, ...] = ("configuration", "profile")
_NOT_MOVED = ("lock", "publication", "retired", "fleetReport", *MEMBERSHIP)
OTHERS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind not in _NOT_MOVED)


def retire(store: ArtifactStore, machine_id: str) -> list[str]:
    """Takes a machine out of the fleet, under its lock. Returns the keys of its files.

    Raises InvalidInput where there is no such machine, where it belongs to the project, which every data root shares,
    or where an earlier machine of that id is retired.
    """
    group = key_of("retired", machine_id)
    _require_own(store, machine_id)
    with store.lock(machine_id, "retire"):
        store.remove_leftovers(machine_id)
        record = _record(store, machine_id)
        published = store.published(machine_id) or record.get("published")
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        written = {"machineId": machine_id, "retiredAt": record.get("retiredAt", now), "published": published}
        store.write(group + RECORD, json.dumps(written, indent=2).encode())
        for kind in MEMBERSHIP:
            store.move(key_of(kind, machine_id), group + key_of(kind, machine_id))
        store.withdraw(machine_id)
        for kind in OTHERS:
            store.move(key_of(kind, machine_id), group + key_of(kind, machine_id))
        return [key.removeprefix(group) for key in store.keys(group) if key != group + RECORD]


def restore(store: ArtifactStore, machine_id: str) -> list[str]:
    """Brings a machine back as it was, under its lock. Returns the keys of its files.

    Raises InvalidInput where no machine of that id is retired, or where another one has its place.
    """
    group = key_of("retired", machine_id)
    if not store.exists(group + RECORD):
        raise InvalidInput(f"machine_id: no machine {machine_id} is retired", field="machine_id")
    with store.lock(machine_id, "restore"):
        keys = [key.removeprefix(group) for key in store.keys(group) if key != group + RECORD]
        taken = [key for key in keys if store.exists(key)]
        if taken:
            raise InvalidInput(
                f"machine_id: another machine {machine_id} has its place: {', '.join(taken[:3])}",
                field="machine_id",
                hint=f"nothing was changed; what is retired lies in {store.where(group)}",
            )
        for kind in OTHERS:
            store.move(group + key_of(kind, machine_id), key_of(kind, machine_id))
        published = _record(store, machine_id).get("published")
        if published is not None:
            store.publish(machine_id, published)
        for kind in reversed(MEMBERSHIP):
            store.move(group + key_of(kind, machine_id), key_of(kind, machine_id))
        store.delete(group + RECORD)
        if not store.keys(group):
            store.delete(group)
        return keys


def _require_own(store: ArtifactStore, machine_id: str) -> None:
    """Raises InvalidInput unless the machine is this store's own, or its retirement was begun."""
    group, configuration = key_of("retired", machine_id), key_of("configuration", machine_id)
    begun = store.exists(group + RECORD)
    if store.exists(configuration) and store.exists(group + configuration):
        raise InvalidInput(
            f"machine_id: an earlier machine {machine_id} is retired",
            field="machine_id",
            hint=f"move {store.where(group)} elsewhere first",
        )
    place = configured_in(store, machine_id)
    if place is None and not begun:
        raise InvalidInput(f"machine_id: no machine {machine_id} in the fleet", field="machine_id")
    if place is not None and place.where(configuration) != store.where(configuration):
        raise InvalidInput(
            f"machine_id: {machine_id} belongs to the project: every data root has it",
            field="machine_id",
            hint=f"its configuration is {place.where(configuration)}",
        )


def _record(store: ArtifactStore, machine_id: str) -> dict[str, str | None]:
    try:
        record = json.loads(store.read(key_of("retired", machine_id) + RECORD))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
