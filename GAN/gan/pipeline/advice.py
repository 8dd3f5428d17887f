"""What can help an artifact that failed its checks. Made again from the same inputs it would be the same."""

from __future__ import annotations

from collections.abc import Sequence

from gan.evaluation.checks import Check
from gan.pipeline import registry
from gan.pipeline.runner import Context
from gan.store.layout import key_of
from gan.store.manifest import Manifest

_LEARNING = (
    "training longer or from another start (npm run gan -- machine run {machine_id} --epochs {longer} --seed {other}), "
    "or {more}"
)
_SAMPLING = "other runs, by another random seed (npm run gan -- machine run {machine_id} --seed {other}), or {more}"
_MEMORY = "{more}, or fewer epochs"
_LIMITS = "the limits of the sensor that is named, in its configuration, and training again"
# By check: what people can change. Those not named tell of what the model has not learned.
_HELPS = {
    "Run lengths": _SAMPLING,
    "Run length spread": _SAMPLING,
    "Failure modes": _SAMPLING,
    "Every failure mode occurs": _SAMPLING,
    "Memorised courses": _MEMORY,
    "Memorised dynamics": _MEMORY,
    "No near-copies": _MEMORY,
    "No copies of the seed": _MEMORY,
    "No copied rows": _MEMORY,
    "Piled up at limits": _LIMITS,
    "Feature ranges": _LIMITS,
}


def for_data(context: Context, failed: Sequence[Check]) -> str:
    """What can help a data set that failed these checks."""
    recorded = context.store.exists(key_of("recorded", context.machine_id))
    trained = (Manifest(context.store, context.machine_id).step("trainTvae") or {}).get("parameters", {})
    words = {
        "machine_id": context.machine_id,
        "longer": 2 * int(trained.get("epochs", 300)),
        "other": 1 + int(trained.get("seed", 0)),
        "more": "more recorded runs" if recorded else "more seed rows (--seed-samples)",
    }
    helps = dict.fromkeys(_HELPS.get(check.name, _LEARNING) for check in failed)
    return f"the same model gives the same data again; {'; '.join(text.format(**words) for text in helps)} can help"


def for_seed(context: Context) -> str:
    """What can help a seed that failed."""
    if context.store.exists(key_of("recorded", context.machine_id)):
        return "correct the recorded rows and import them again (import_seed.py --replace)"
    again = registry.command("generateSeed", context.machine_id)
    return f"make it again: {again}; with more rows (--num_samples) or another configuration if that was not the reason"
