"""Publishes the rollback target of a machine's data set, or a named generation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from gan.pipeline import registry
from gan.pipeline.runner import Context, run_step
from gan.pipeline.steps import publish_dataset
from gan.runtime.errors import MissingPrerequisite, ValidationFailed
from gan.runtime.events import Result
from gan.store import generations
from gan.store.layout import generation_of


def work(context: Context) -> Result:
    """Publishes the rollback target, or the named generation."""
    store, machine_id = context.store, context.machine_id
    with store.lock(machine_id, "rollBack"):
        left, target = generations.roll_back(store, machine_id, context.args.generation, on_skip=_tell_skipped(context))
    _record_switch(context, {target.name} if left is None else {left.name, target.name})
    instead = "" if left is None or left is target else f", instead of {left.name}"
    return Result(
        f"{machine_id}: generation {target.name} is published{instead}",
        data={"published": target.name, "before": None if left is None else left.name},
        text=f"✅ {machine_id}: generation {target.name} is published{instead}",
    )


def _tell_skipped(context: Context) -> Callable[[generations.Generation], None]:
    return lambda damaged: context.reporter.warning(
        "GENERATION_SKIPPED",
        f"generation {damaged.name} is damaged and was passed over: its files are not those that passed validation",
    )


def _record_switch(context: Context, switched: set[str]) -> None:
    """Records the step as done where the newest data set is one of these, so that the next run finds it up to date."""
    with suppress(MissingPrerequisite, ValidationFailed):
        outputs = registry.candidate(context.store, context.machine_id)["outputs"]
        if generation_of(outputs[0]["path"]) in switched:
            run_step(context, "publishDataset", {}, publish_dataset.work)
