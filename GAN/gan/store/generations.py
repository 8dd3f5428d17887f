"""The generations of a machine's data set: which run made each, which was published when, roll-back and retention.

How good a generation is, its report.json says; what happened to it, the manifest's `generations`, by name.
Callers hold the machine's lock, except for `listing`, which only reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.store.artifacts import ArtifactStore
from gan.store.layout import generation_key, key_of
from gan.store.manifest import Manifest
from gan.store.publication import read_report

DEFAULT_KEEP = 3
LEAST_KEEP = 2
# How many generations are kept for inspection that failed, or that were worse than the published one.
ASIDE_KEPT = 3


@dataclass(frozen=True)
class Generation:
    """One generation as it is in the store, with what the manifest knows of it. Times are ISO 8601 UTC."""

    name: str
    made_at: str
    fleet_run: str | None
    random_seed: int | None
    quality: float | None
    verdict: str | None
    published: bool
    published_at: str | None
    rolled_back_at: str | None
    quarantined: str | None
    bytes: int

    @property
    def good(self) -> bool:
        """Whether it may be published without force."""
        return self.verdict in ("pass", "warn") and self.quarantined is None

    @property
    def damaged(self) -> bool:
        """Whether it was published once, but its files are no longer those that passed validation."""
        once = self.published_at is not None and not self.published
        return once and self.verdict is None and self.rolled_back_at is None and self.quarantined is None

    @property
    def state(self) -> str:
        """One word for a person."""
        if self.published:
            return "published"
        if self.rolled_back_at is not None:
            return "rolled back"
        if self.quarantined is not None:
            return "quarantined"
        if self.damaged:
            return "damaged"
        if self.verdict is None:
            return "not validated"
        return "failed" if self.verdict == "fail" else "kept"

    def to_json(self) -> dict[str, Any]:
        camel = {
            "".join(w.title() if at else w for at, w in enumerate(k.split("_"))): v for k, v in asdict(self).items()
        }
        return {**camel, "state": self.state}


def listing(store: ArtifactStore, machine_id: str) -> list[Generation]:
    """The generations, newest first: by when they were last published, or else made."""
    known = Manifest(store, machine_id).generations()
    current = store.published(machine_id)
    generations = [
        _generation(store, machine_id, name, known.get(name, {}), published=name == current)
        for name in _names(store, machine_id)
    ]
    return sorted(generations, key=lambda g: (g.published_at or g.made_at, g.name), reverse=True)


def _names(store: ArtifactStore, machine_id: str) -> list[str]:
    group = key_of("generations", machine_id)
    found = (file.removeprefix(group).split("/") for file in store.keys(group))
    return sorted({words[0] for words in found if len(words) > 1})


def _generation(
    store: ArtifactStore, machine_id: str, name: str, record: dict[str, Any], *, published: bool
) -> Generation:
    report = read_report(store, machine_id, name) or {}
    stats = [stat for file in store.keys(generation_key(machine_id, name)) if (stat := store.stat(file)) is not None]
    made = min((stat.modified for stat in stats), default=datetime.now(timezone.utc)).isoformat(timespec="milliseconds")
    return Generation(
        name=name,
        made_at=record.get("madeAt", made),
        fleet_run=record.get("fleetRun"),
        random_seed=record.get("randomSeed"),
        quality=report.get("quality"),
        verdict=report.get("verdict"),
        published=published,
        published_at=record.get("publishedAt"),
        rolled_back_at=record.get("rolledBackAt"),
        quarantined=record.get("quarantined"),
        bytes=sum(stat.bytes for stat in stats),
    )


def note_made(store: ArtifactStore, machine_id: str, generation: str, **facts: Any) -> None:
    """Records who made a generation. Made again, it has the same bytes, so its first maker stays recorded."""
    _note(store, machine_id, generation, {"madeAt": _now(), **facts}, keep_first=True)


def note_quarantined(store: ArtifactStore, machine_id: str, generation: str, reason: str, **facts: Any) -> None:
    """Records why a validated generation is not published."""
    _note(store, machine_id, generation, {"quarantined": reason, **facts})


def held(store: ArtifactStore, machine_id: str, generation: str) -> str | None:
    """When a person rolled back from this generation, or None. If so, no fleet run may publish it again by itself."""
    record = Manifest(store, machine_id).generations().get(generation, {})
    at: str | None = record.get("rolledBackAt")
    return at


def measured_with(store: ArtifactStore, machine_id: str, generation: str) -> str | None:
    """The version of the measures with which a generation was validated when it was published."""
    version: str | None = Manifest(store, machine_id).generations().get(generation, {}).get("measuredWith")
    return version


def publish(store: ArtifactStore, machine_id: str, generation: str, **facts: Any) -> None:
    """Publishes a generation by one atomic switch, then records it.

    Killed in between, it is published nevertheless; published again, only the time changes.
    """
    store.publish(machine_id, generation)
    _note(store, machine_id, generation, {"publishedAt": _now(), "rolledBackAt": None, "quarantined": None, **facts})


def withdraw_failed(store: ArtifactStore, machine_id: str, generation: str) -> bool:
    """Whether a generation that failed validation was shown, by hand, before it was validated; it no longer is.

    One that was published, or that a person rolled back to, stays.
    """
    record = Manifest(store, machine_id).generations().get(generation, {})
    if store.published(machine_id) != generation or record.get("publishedAt") is not None:
        return False
    store.withdraw(machine_id)
    return True


def roll_back(
    store: ArtifactStore, machine_id: str, wanted: str | None, *, on_skip: Callable[[Generation], None] = lambda _: None
) -> tuple[Generation | None, Generation]:
    """Publishes the rollback target, or the generation that is wanted. Returns both: from and to.

    The one that was published is marked, so that no fleet run publishes it again by itself. `on_skip` is called with
    each newer one that would be the target but is damaged.
    Raises MissingPrerequisite when there is none before, InvalidInput when the wanted one cannot be published.
    """
    generations = listing(store, machine_id)
    left = next((g for g in generations if g.published), None)
    target = rollback_target(generations) if wanted is None else _wanted(generations, wanted, machine_id)
    if wanted is None:
        later = generations if target is None else generations[: generations.index(target)]
        for damaged in (g for g in later if g.damaged):
            on_skip(damaged)
    if target is None:
        raise MissingPrerequisite(
            f"{machine_id} has no published generation before the one there is now",
            hint=f"npm run gan -- machine generations {machine_id} lists what there is",
        )
    if left is not None and left.name != target.name:
        # Marked first: killed in between, the published one stays and the person rolls back again.
        _note(store, machine_id, left.name, {"rolledBackAt": _now()})
    publish(store, machine_id, target.name, publishedBy=None)
    return left, target


def rollback_target(generations: list[Generation]) -> Generation | None:
    """The generation to roll back to: of those published before and not rolled back from, the last."""
    return next((g for g in generations if g.good and g.published_at and not (g.published or g.rolled_back_at)), None)


def _wanted(generations: list[Generation], wanted: str, machine_id: str) -> Generation:
    found = [g for g in generations if wanted and g.name.startswith(wanted)]
    if len(found) != 1:
        known = ", ".join(g.name for g in generations) or "none"
        what = "no generation" if not found else "more than one generation"
        raise InvalidInput(
            f"generation: {what} {wanted[:80]!r} of {machine_id}", field="generation", hint=f"known are: {known}"
        )
    if found[0].verdict not in ("pass", "warn"):
        raise InvalidInput(
            f"generation: {found[0].name} of {machine_id} is {found[0].state}: "
            "only what passed validation is published",
            field="generation",
        )
    return found[0]


def retain(store: ArtifactStore, machine_id: str, candidate: str, keep: int | None) -> list[str]:
    """Removes the oldest good generations beyond `keep` (None: none of them), and all others but the newest few.

    Never the published one, its rollback target, or the candidate, which the next run would otherwise make again.
    Returns the names of those removed.
    """
    generations = listing(store, machine_id)
    previous = rollback_target(generations)
    protected = {candidate, *(g.name for g in generations if g.published or g is previous)}
    room = {True: math.inf if keep is None else max(keep, LEAST_KEEP), False: ASIDE_KEPT}
    for generation in generations:
        if generation.name in protected:
            room[generation.good] -= 1
    removed = []
    for generation in generations:
        if generation.name in protected:
            continue
        room[generation.good] -= 1
        if room[generation.good] < 0:
            removed.append(generation.name)
    _remove(store, machine_id, removed)
    return removed


def _remove(store: ArtifactStore, machine_id: str, names: Collection[str]) -> None:
    """Removes generations, then their records, and those of generations that somebody else removed."""
    for name in names:
        store.delete(generation_key(machine_id, name))
    manifest = Manifest(store, machine_id)
    there = set(_names(store, machine_id))
    known = manifest.generations()
    if known.keys() - there:
        manifest.note_generations({name: record for name, record in known.items() if name in there})


def _note(store: ArtifactStore, machine_id: str, name: str, facts: dict[str, Any], *, keep_first: bool = False) -> None:
    manifest = Manifest(store, machine_id)
    known = manifest.generations()
    record = known.get(name, {})
    known[name] = {**facts, **record} if keep_first else {**record, **facts}
    manifest.note_generations(known)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
