"""Publishes a machine's validated data set, unless it is clearly worse than what is published."""

from __future__ import annotations

from typing import Any

from gan.evaluation.regression_gate import clearly_worse
from gan.machine.profile import load_profile
from gan.pipeline import registry
from gan.pipeline.runner import Context
from gan.runtime.errors import MissingPrerequisite, ValidationFailed
from gan.runtime.events import Output, Result
from gan.store import generations
from gan.store.layout import generation_key, generation_of, key_of, name_of, published_key
from gan.store.manifest import Manifest
from gan.store.publication import REPORT, has_failed, is_validated, read_report


def check(context: Context) -> None:
    """Refuses a generation that failed validation. Raises ValidationFailed, MissingPrerequisite."""
    store, machine_id = context.store, context.machine_id
    load_profile(store, machine_id)
    candidate = _candidate(context)
    if has_failed(store, machine_id, candidate):
        stays = "nothing is" if store.published(machine_id) is None else "the one before stays"
        raise ValidationFailed(
            f"generation {candidate} of {machine_id} did not pass validation; {stays} published",
            hint=f"see {generation_key(machine_id, candidate, REPORT)}",
        )


def work(context: Context) -> Result:
    """Switches the published data set to the validated generation. Raises MissingPrerequisite, ValidationFailed."""
    store, machine_id = context.store, context.machine_id
    outputs = registry.candidate(store, machine_id)["outputs"]
    candidate = _candidate(context)
    if not is_validated(store, machine_id, candidate):
        raise MissingPrerequisite(
            f"generation {candidate} of {machine_id} was not validated as it is now",
            hint=f"run: {registry.command('validateDataset', machine_id)}",
        )
    forced = getattr(context.args, "force", False)
    at = generations.held(store, machine_id, candidate)
    if at is not None and not forced:
        return _kept(context, candidate, at)
    measured_with = (Manifest(store, machine_id).step("validateDataset") or {}).get("version")
    if not forced:
        _refuse_worse(context, candidate, measured_with)
    generations.publish(store, machine_id, candidate, measuredWith=measured_with, publishedBy=context.args.fleet_run)
    removed = generations.retain(store, machine_id, candidate, getattr(context.args, "keep", None))
    note = f"; removed: {', '.join(removed)}" if removed else ""
    return Result(
        f"published generation {candidate}{note}",
        outputs=_published(context, outputs),
        text=f"✅ Published {store.where(key_of('publication', machine_id))} (generation {candidate}){note}",
    )


def _candidate(context: Context) -> str:
    return generation_of(registry.candidate(context.store, context.machine_id)["outputs"][0]["path"])


def _kept(context: Context, candidate: str, at: str) -> Result:
    """A person rolled back from the candidate: the published one stays, and that is no failure."""
    store, machine_id = context.store, context.machine_id
    current = store.published(machine_id)
    stays = "nothing" if current is None else f"generation {current}"
    why = f"{stays} stays published: generation {candidate} was rolled back from at {at}"
    context.reporter.warning("ROLLED_BACK", f"{why}; --force publishes it")
    files = [] if current is None else map(name_of, store.keys(generation_key(machine_id, current)))
    outputs = tuple(store.output(published_key(machine_id, name)) for name in files if name.endswith(".parquet"))
    return Result(why, outputs=outputs, skipped=True, reason=why)


def _refuse_worse(context: Context, candidate: str, measured_with: str | None) -> None:
    """Raises ValidationFailed, and quarantines the candidate, when it is clearly worse than the published one."""
    store, machine_id = context.store, context.machine_id
    current = store.published(machine_id)
    old = None if current is None else read_report(store, machine_id, current)
    new = read_report(store, machine_id, candidate)
    if current is None or old is None or new is None or old["verdict"] == "fail" or current == candidate:
        return
    before = generations.measured_with(store, machine_id, current)
    if before != measured_with:
        # Figures from other versions of the measures are not comparable.
        context.reporter.warning("NOT_COMPARED", f"generation {current} was measured by another version: not compared")
        return
    if new.get("conditions") != old.get("conditions"):
        context.reporter.warning(
            "NOT_COMPARED", f"other runs were asked for than in generation {current}: not compared"
        )
        return
    reason = clearly_worse(new, old)
    if reason is None:
        return
    generations.note_quarantined(store, machine_id, candidate, reason, measuredWith=measured_with)
    raise ValidationFailed(
        f"generation {candidate} of {machine_id} is clearly worse than the published {current}: {reason}; "
        "the published one stays",
        code="CLEARLY_WORSE",
        hint=f"see {generation_key(machine_id, candidate, REPORT)}; publish it anyway: "
        f"npm run gan -- machine rollback {machine_id} --generation {candidate}",
    )


def _published(context: Context, outputs: list[dict[str, Any]]) -> tuple[Output, ...]:
    return tuple(
        context.store.output(published_key(context.machine_id, name_of(output["path"])), int(output["rows"]))
        for output in outputs
    )
