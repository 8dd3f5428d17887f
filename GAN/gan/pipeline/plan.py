"""What a chain would do, machine by machine: which steps run, which are skipped, and why. Changes nothing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gan.machine.profile import configuration
from gan.machine.proposals.completion import parse_configuration
from gan.pipeline import registry as steps
from gan.pipeline.parameters import parameters_of
from gan.pipeline.sizes import refused_size
from gan.runtime.errors import InvalidInput, MissingPrerequisite, StepError
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import machine_ids
from gan.store.layout import check_machine_id, key_of
from gan.store.manifest import Manifest
from gan.store.publication import is_published
from gan.store.snapshot import Snapshot
from gan.store.staleness import Stale


def choose_machines(store: ArtifactStore, given: str) -> list[str]:
    """The ids in a comma-separated list, or `all`. Raises InvalidInput for a malformed or unknown id."""
    known = machine_ids(store)
    if given == "all":
        return known
    chosen = [check_machine_id(word.strip()) for word in given.split(",") if word.strip()]
    unknown = [machine_id for machine_id in chosen if machine_id not in known]
    if unknown or not chosen:
        raise InvalidInput(
            f"machine_ids: {', '.join(unknown) or repr(given)} not in the fleet",
            field="machine_ids",
            hint=f"known are: {', '.join(known) or 'none'}",
        )
    return list(dict.fromkeys(chosen))


def step_args(step: str, args: Namespace) -> Namespace:
    """The flags of one step, from those of a whole chain, where the number of seed rows has its own flag."""
    rows = args.seed_samples if step == "generateSeed" else args.num_samples
    return Namespace(**{**vars(args), "num_samples": rows})


def plan_machines(store: ArtifactStore, machine_ids: list[str], args: Namespace) -> list[dict[str, Any]]:
    """The plans of many machines: what most of their time goes to, digests, is made on every core."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda machine_id: plan_machine(Snapshot(store), machine_id, args), machine_ids))


def plan_machine(store: ArtifactStore, machine_id: str, args: Namespace) -> dict[str, Any]:
    """The plan of one machine, as contracts/plan.ts reads it.

    With `args.results`, also what its current steps made. With `args.as_made`, each step that was made is planned with
    the parameters that it was made with: what is out of date then is so by its code, its inputs or its outputs.
    """
    manifest = Manifest(store, machine_id)
    planned: list[dict[str, Any]] = []
    upstream: Stale | None = None
    for step in steps.STEPS:
        imported = step == "generateSeed" and store.exists(key_of("recorded", machine_id))
        # What must run anyway is not digested. Imported rows are copied again only when they or the copy changed.
        anyway = None if imported else Stale("forced") if args.force else upstream
        record = manifest.step(step)
        as_made = record if args.as_made else None
        parameters = parameters_of(step, step_args(step, args)) if as_made is None else as_made["parameters"]
        stale = anyway or _stale(store, machine_id, manifest, step, parameters)
        planned.append(
            {
                "step": step,
                "action": "skip" if stale is None else "run",
                "reason": str(stale) if stale else "imported seed" if imported else "up to date",
                "lastSeconds": None if record is None else record["durationSeconds"],
                "stale": None if stale is None else stale.to_json(),
                **(_made(record) if args.results and record is not None and stale is None else {}),
            }
        )
        # A step that runs again may make the same bytes, but that is known only afterwards.
        if stale is not None and upstream is None:
            upstream = Stale("upstream", step)
    sampled = next(step for step in planned if step["step"] == "generateDataset")
    thin = refused_size(store, machine_id, args) if sampled["action"] == "run" else None
    return {
        "machineId": machine_id,
        "machineType": machine_type(store, machine_id),
        "published": is_published(store, machine_id),
        "steps": planned,
        "refused": None if thin is None else {"field": "num_samples", "message": thin.message, "hint": thin.hint},
    }


def _made(record: dict[str, Any]) -> dict[str, Any]:
    return {"made": {key: record[key] for key in ("summary", "outputs", "metrics")}}


def _stale(
    store: ArtifactStore, machine_id: str, manifest: Manifest, step: str, parameters: Mapping[str, Any]
) -> Stale | None:
    try:
        return manifest.stale(steps.inputs(step, store, machine_id, parameters))
    except MissingPrerequisite as error:
        return Stale("prerequisite", error.message)


def machine_type(store: ArtifactStore, machine_id: str) -> str:
    """A machine's type, or `unknown` when its configuration is wrong: createProfile will say so."""
    try:
        return parse_configuration({"machine_id": machine_id, **configuration(store, machine_id)}).machine_type
    except (StepError, OSError):
        return "unknown"
