"""Measures the newest generation of a machine's data set against held-out runs of its seed."""

from __future__ import annotations

import json

from gan.data.conditions import Conditions
from gan.data.tables import read_parquet, read_seed
from gan.evaluation.checks import as_text, overall
from gan.machine.profile import load_profile
from gan.pipeline import registry
from gan.pipeline.refusal import refuse_failed
from gan.pipeline.runner import Context, json_bytes
from gan.reporting import data_card, report
from gan.runtime.errors import MissingPrerequisite
from gan.runtime.events import Result
from gan.store.layout import generation_key, generation_of, key_of, name_of
from gan.synthesis.model import load_model


def work(context: Context) -> Result:
    """Measures the newest generation. Raises ValidationFailed; the report is kept either way."""
    # scikit-learn takes a second to import, and is not needed where the step is skipped or refused.
    from gan.evaluation.assessment import assess

    store, machine_id = context.store, context.machine_id
    profile = load_profile(store, machine_id)
    seed = read_seed(store, machine_id, profile)
    header = load_model(store, machine_id, profile).header
    if header["provenance"]["inputs"].get("seed") != store.digest(key_of("seed", machine_id)):
        raise MissingPrerequisite(
            f"the model of {machine_id} was trained on another seed than the current one: quality cannot be measured",
            hint=f"run: {registry.command('trainTvae', machine_id)}, and generate the data set again",
        )
    outputs = registry.candidate(store, machine_id)["outputs"]
    files = {name_of(o["path"]).removesuffix(".parquet"): o for o in outputs}
    missing = [o["path"] for o in outputs if not store.exists(o["path"])]
    if missing:
        raise MissingPrerequisite(
            f"{missing[0]} is missing", hint=f"run: {registry.command('generateDataset', machine_id)}"
        )
    splits = {name: read_parquet(store, o["path"], profile) for name, o in files.items()}
    rows = {name: int(o["rows"]) for name, o in files.items()}
    held_out = seed.select(header["heldOutRuns"])
    full = bool(getattr(context.args, "full", False))
    generation = generation_of(outputs[0]["path"])
    made_from = json.loads(store.read(generation_key(machine_id, generation, data_card.MANIFEST)))
    conditions = Conditions.from_json(made_from.get("conditions"))
    assessment = assess(
        seed.select(header["trainRuns"]), held_out, splits, rows, profile, full=full, conditions=conditions
    )
    checks, quality = assessment.checks, assessment.quality
    digests = {name_of(o["path"]): store.digest(o["path"]) for o in outputs}
    recorded = store.exists(key_of("recorded", machine_id))
    body = report.body(machine_id, generation, assessment, digests, rows, conditions, recorded=recorded, full=full)
    html = report.page(body, profile, seed, held_out, splits["train"], version=registry.PAGES)
    page, card, verdict = (
        generation_key(machine_id, generation, name) for name in (report.HTML, data_card.CARD, report.JSON)
    )
    store.write(page, html.encode())
    store.write(card, data_card.data_card(profile, made_from, body).encode())
    store.write(verdict, json_bytes(body))
    refuse_failed(context, "the data set", checks, "generateDataset")
    worst = overall(checks)
    return Result(
        f"{worst}, quality {quality:.3f}",
        outputs=(store.output(verdict), store.output(page)),
        metrics={"quality": quality},
        verdict=worst,
        text=as_text(checks),
    )
