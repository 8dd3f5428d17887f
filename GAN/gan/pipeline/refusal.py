"""What a step says about an artifact whose checks failed, and about a data set that is not there for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gan.evaluation.checks import Check, as_text
from gan.pipeline.runner import Context
from gan.runtime.errors import MissingPrerequisite, ValidationFailed
from gan.store.layout import generation_key, generation_of
from gan.store.manifest import Manifest
from gan.store.publication import REPORT, has_failed, is_published


def refuse_failed(
    context: Context, what: str, checks: Sequence[Check], help_with: Callable[[Sequence[Check]], str]
) -> None:
    """Raises ValidationFailed naming the checks that failed, if any did. help_with: what can help then."""
    failed = [check for check in checks if check.verdict == "fail"]
    if not failed:
        return
    context.reporter.say(as_text(checks))
    reasons = "; ".join(f"{check.name}: {check.text} (allowed: {check.threshold})" for check in failed)
    raise ValidationFailed(
        f"{what} of {context.machine_id} did not pass: {reasons}",
        field=failed[0].name,
        hint=help_with(failed),
    )


def nothing_published(context: Context) -> MissingPrerequisite:
    """What to say where a data set is needed that is not there; a newest one that failed is named."""
    store, machine_id = context.store, context.machine_id
    record = Manifest(store, machine_id).step("generateDataset")
    newest = None if record is None else generation_of(record["outputs"][0]["path"])
    if newest is not None and has_failed(store, machine_id, newest):
        return MissingPrerequisite(
            f"no data set of {machine_id} is published: the newest, {newest}, did not pass validation",
            hint=f"see {generation_key(machine_id, newest, REPORT)}, and what the validation said can help",
        )
    return MissingPrerequisite(
        f"no data set of {machine_id} is published", hint=f"run: npm run gan -- machine run {machine_id}"
    )


def warn_unvalidated(context: Context) -> None:
    """Says so where the data set that is shown was not validated, or not as it is now."""
    if not is_published(context.store, context.machine_id):
        context.reporter.warning(
            "NOT_VALIDATED", f"the data set of {context.machine_id} was not validated as it is now"
        )
