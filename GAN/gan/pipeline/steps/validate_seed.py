"""Checks a machine's seed before time is spent on training."""

from __future__ import annotations

from gan.data.tables import read_seed
from gan.evaluation.checks import as_text, overall
from gan.evaluation.seed_checks import check_seed
from gan.machine.profile import load_profile
from gan.pipeline import advice
from gan.pipeline.refusal import refuse_failed
from gan.pipeline.runner import Context, json_bytes
from gan.runtime.errors import InvalidInput, ValidationFailed
from gan.runtime.events import Result
from gan.store.layout import key_of


def work(context: Context) -> Result:
    """Checks the seed. Raises ValidationFailed naming the checks that failed."""
    profile = load_profile(context.store, context.machine_id)
    try:
        runs = read_seed(context.store, context.machine_id, profile)
    except InvalidInput as error:
        raise ValidationFailed(
            error.message, field=error.field, code="SEED_INVALID", hint=advice.for_seed(context)
        ) from None
    checks = check_seed(profile, runs)
    report = key_of("seedReport", context.machine_id)
    digest = context.store.digest(key_of("seed", context.machine_id))
    verdict = overall(checks)
    body = {
        "machineId": context.machine_id,
        "seed": digest,
        "verdict": verdict,
        "checks": [c.to_json() for c in checks],
    }
    context.store.write(report, json_bytes(body))
    refuse_failed(context, "the seed", checks, lambda _: advice.for_seed(context))
    return Result(
        f"{len(checks)} checks of the seed passed",
        outputs=(context.store.output(report),),
        verdict=verdict,
        text=as_text(checks),
    )
