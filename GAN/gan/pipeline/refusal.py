"""What a step says about an artifact whose checks failed."""

from __future__ import annotations

from collections.abc import Sequence

from gan.evaluation.checks import Check, as_text
from gan.pipeline import registry
from gan.pipeline.runner import Context
from gan.runtime.errors import ValidationFailed
from gan.store.layout import key_of


def refuse_failed(context: Context, what: str, checks: Sequence[Check], maker: str) -> None:
    """Raises ValidationFailed naming the checks that failed, if any did. maker: the step that made what was checked."""
    failed = [check for check in checks if check.verdict == "fail"]
    if not failed:
        return
    context.reporter.say(as_text(checks))
    reasons = "; ".join(f"{check.name}: {check.text} (allowed: {check.threshold})" for check in failed)
    raise ValidationFailed(
        f"{what} of {context.machine_id} did not pass: {reasons}",
        field=failed[0].name,
        hint=how_to_mend(context, maker),
    )


def how_to_mend(context: Context, maker: str) -> str:
    """What to do about an artifact that failed its checks."""
    if maker == "generateSeed" and context.store.exists(key_of("recorded", context.machine_id)):
        return "correct the recorded rows and import them again (import_seed.py --replace)"
    return f"make it again: {registry.command(maker, context.machine_id)}"
