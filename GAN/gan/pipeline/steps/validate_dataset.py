"""Measures the newest generation of a machine's data set against held-out runs of its seed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gan.data.conditions import Conditions
from gan.data.runs import Runs, joined
from gan.data.selection import evenly_chosen
from gan.data.tables import parquet_batches, read_seed, run_lengths, running_rows
from gan.evaluation.checks import as_text, overall
from gan.evaluation.structure import Structure
from gan.machine.profile import Profile, load_profile
from gan.pipeline import advice, registry
from gan.pipeline.refusal import refuse_failed
from gan.pipeline.runner import Context, json_bytes
from gan.reporting import data_card, report
from gan.runtime.errors import MissingPrerequisite
from gan.runtime.events import Result
from gan.store import generations
from gan.store.layout import generation_key, generation_of, key_of, name_of
from gan.store.publication import is_validated
from gan.synthesis.model import load_model

# Statistics are measured on about so many rows, in whole runs spread evenly over a data set; the report says so.
MEASURED_ROWS = 250_000


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
    structure, splits = _read(context, profile, {name: str(o["path"]) for name, o in files.items()})
    rows = {name: int(o["rows"]) for name, o in files.items()}
    held_out = seed.select(header["heldOutRuns"])
    full = bool(getattr(context.args, "full", False))
    generation = generation_of(outputs[0]["path"])
    made_from = json.loads(store.read(generation_key(machine_id, generation, data_card.MANIFEST)))
    conditions = Conditions.from_json(made_from.get("conditions"))
    assessment = assess(
        seed.select(header["trainRuns"]),
        held_out,
        splits,
        rows,
        profile,
        full=full,
        conditions=conditions,
        structure=structure,
        running=running_rows(store, machine_id),
        rul_cap=int(context.args.rul_cap),
    )
    checks, quality = assessment.checks, assessment.quality
    digests = {name_of(o["path"]): store.digest(o["path"]) for o in outputs}
    recorded = store.exists(key_of("recorded", machine_id))
    names = key_of("ownNames", machine_id)
    own = json.loads(store.read(names)) if store.exists(names) else None
    body = report.body(machine_id, generation, assessment, digests, rows, conditions, recorded=recorded, full=full)
    measured = {name: len(runs) for name, runs in splits.items()}
    if header.get("hiddenKinds"):
        body["hiddenFailureModes"] = header["hiddenKinds"]
    if measured != rows:
        body["measured"] = {"rows": measured, "runs": {name: len(runs.ids()) for name, runs in splits.items()}}
    html = report.page(body, profile, seed, held_out, splits["train"], version=registry.PAGES)
    page, card, verdict = (
        generation_key(machine_id, generation, name) for name in (report.HTML, data_card.CARD, report.JSON)
    )
    passed_before = is_validated(store, machine_id, generation)
    store.write(page, html.encode())
    store.write(card, data_card.data_card(profile, made_from, body, own).encode())
    store.write(verdict, json_bytes(body))
    worst = overall(checks)
    if worst == "fail" and not passed_before and generations.withdraw_failed(store, machine_id, generation):
        context.reporter.warning("WITHDRAWN", f"generation {generation} was shown before it was validated: no longer")
    refuse_failed(context, "the data set", checks, lambda failed: advice.for_data(context, failed))
    return Result(
        f"{worst}, quality {quality:.3f}",
        outputs=(store.output(verdict), store.output(page)),
        metrics={"quality": quality},
        verdict=worst,
        text=as_text(checks) + (f"\n{report.measured_on(body)}" if "measured" in body else ""),
    )


def _read(context: Context, profile: Profile, files: Mapping[str, str]) -> tuple[Structure, dict[str, Runs]]:
    """What is checked in all rows of the splits, and the whole runs by which the rest is judged: of a large data set,
    a selection."""
    lengths = {split: run_lengths(context.store, file) for split, file in files.items()}
    chosen = evenly_chosen({split: rows for split, (_, rows) in lengths.items()}, MEASURED_ROWS)
    wanted = {split: ids[chosen[split]] for split, (ids, _) in lengths.items()}
    total = sum(int(rows.sum()) for _, rows in lengths.values())
    structure = Structure(profile)
    kept: dict[str, list[Runs]] = {split: [] for split in files}
    done = 0
    for split, file in files.items():
        for runs in parquet_batches(context.store, file, profile):
            structure.add(split, runs)
            kept[split].append(runs.select(wanted[split]))
            done += len(runs)
            context.reporter.progress(done, total, "rows")
    return structure, {split: joined(parts) for split, parts in kept.items()}
