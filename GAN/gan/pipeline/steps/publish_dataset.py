"""Publishes a machine's validated data set, unless it is clearly worse than what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gan.evaluation.regression_gate import clearly_worse
from gan.pipeline import registry
from gan.pipeline.runner import Context
from gan.runtime.errors import MissingPrerequisite, ValidationFailed
from gan.runtime.events import Output, Result
from gan.store import generations
from gan.store.manifest import Manifest
from gan.store.publication import current_generation, is_validated, read_report


def work(context: Context) -> Result:
    """Switches the published data set to the validated generation."""
    paths, machine_id = context.paths, context.machine_id
    outputs = registry.candidate(paths, machine_id)["outputs"]
    folder = (paths.root / outputs[0]["path"]).parent
    if not is_validated(folder):
        report = read_report(folder)
        if report is None:
            raise MissingPrerequisite(
                f"generation {folder.name} of {machine_id} was not validated as it is now",
                hint=f"run: {registry.command('validateDataset', machine_id)}",
            )
        raise ValidationFailed(
            f"generation {folder.name} of {machine_id} did not pass validation; what is published stays",
            hint=f"see {paths.relative(folder)}/report.json",
        )
    forced = getattr(context.args, "force", False)
    at = generations.held(paths, machine_id, folder)
    if at is not None and not forced:
        return _kept(context, folder, at)
    measured_with = (Manifest(paths, machine_id).step("validateDataset") or {}).get("version")
    if not forced:
        _refuse_worse(context, folder, measured_with)
    generations.publish(paths, machine_id, folder, measuredWith=measured_with, publishedBy=context.args.fleet_run)
    removed = generations.retain(paths, machine_id, folder, getattr(context.args, "keep", None))
    note = f"; removed: {', '.join(removed)}" if removed else ""
    return Result(
        f"published generation {folder.name}{note}",
        outputs=_published(context, outputs),
        text=f"✅ Published {paths.published(machine_id)} (generation {folder.name}){note}",
    )


def _kept(context: Context, candidate: Path, at: str) -> Result:
    """A person rolled back from the candidate: what is published stays, and that is no failure."""
    paths, machine_id = context.paths, context.machine_id
    current = current_generation(paths, machine_id)
    stays = "nothing" if current is None else f"generation {current.name}"
    why = f"{stays} stays published: generation {candidate.name} was rolled back from at {at}"
    context.reporter.warning("ROLLED_BACK", f"{why}; --force publishes it")
    rows = [] if current is None else sorted(current.glob("*.parquet"))
    outputs = tuple(paths.output(paths.published(machine_id) / file.name) for file in rows)
    return Result(why, outputs=outputs, skipped=True, reason=why)


def _refuse_worse(context: Context, candidate: Path, measured_with: str | None) -> None:
    """Raises ValidationFailed when the candidate is clearly worse than what is published; it is kept aside then."""
    paths, machine_id = context.paths, context.machine_id
    current = current_generation(paths, machine_id)
    old = None if current is None else read_report(current)
    new = read_report(candidate)
    if current is None or old is None or new is None or old["verdict"] == "fail" or current == candidate.resolve():
        return
    before = generations.measured_with(paths, machine_id, current)
    if before != measured_with:
        # Figures of other measures say nothing about which is better.
        context.reporter.warning(
            "NOT_COMPARED", f"generation {current.name} was measured by another version: not compared"
        )
        return
    reason = clearly_worse(new, old)
    if reason is None:
        return
    generations.note_quarantined(paths, machine_id, candidate, reason, measuredWith=measured_with)
    raise ValidationFailed(
        f"generation {candidate.name} of {machine_id} is clearly worse than the published {current.name}: {reason}; "
        "what is published stays",
        code="CLEARLY_WORSE",
        hint=f"see {paths.relative(candidate)}/report.json; publish it all the same: "
        f"npm run gan -- machine rollback {machine_id} --generation {candidate.name}",
    )


def _published(context: Context, outputs: list[dict[str, Any]]) -> tuple[Output, ...]:
    folder = context.paths.published(context.machine_id)
    return tuple(context.paths.output(folder / f"{split}.parquet", rows) for split, rows in _rows(outputs))


def _rows(outputs: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(o["path"].rsplit("/", 1)[-1].removesuffix(".parquet"), int(o["rows"])) for o in outputs]
