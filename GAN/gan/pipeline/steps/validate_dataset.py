"""Measures the newest generation of a machine's data set against held-out runs of its seed."""

from __future__ import annotations

import json
from pathlib import Path

from gan.data.tables import read_parquet, read_seed
from gan.evaluation.checks import as_text, overall
from gan.machine.profile import load_profile
from gan.pipeline import registry
from gan.pipeline.refusal import refuse_failed
from gan.pipeline.runner import Context, json_bytes
from gan.reporting import data_card, report
from gan.runtime.errors import MissingPrerequisite
from gan.runtime.events import Result
from gan.store.files import sha256_of, write_whole
from gan.synthesis.model import load_model


def work(context: Context) -> Result:
    """Measures the newest generation. Raises ValidationFailed; the report is kept either way."""
    # scikit-learn takes a second to import: after all that could be refused, or skipped, without it.
    from gan.evaluation.assessment import assess

    paths, machine_id = context.paths, context.machine_id
    profile = load_profile(paths, machine_id)
    seed = read_seed(paths.seed(machine_id), profile)
    header = load_model(paths.model(machine_id), profile).header
    if header["provenance"]["inputs"].get("seed") != sha256_of(paths.seed(machine_id)):
        raise MissingPrerequisite(
            f"the model of {machine_id} was trained on another seed than the one there is now: quality cannot be measured",
            hint=f"run: {registry.command('trainTvae', machine_id)}, and generate the data set again",
        )
    outputs = registry.candidate(paths, machine_id)["outputs"]
    files = {o["path"].rsplit("/", 1)[-1].removesuffix(".parquet"): o for o in outputs}
    missing = [o["path"] for o in outputs if not (paths.root / o["path"]).is_file()]
    if missing:
        raise MissingPrerequisite(
            f"{missing[0]} is missing", hint=f"run: {registry.command('generateDataset', machine_id)}"
        )
    splits = {name: read_parquet(paths.root / o["path"], profile) for name, o in files.items()}
    rows = {name: int(o["rows"]) for name, o in files.items()}
    held_out = seed.select(header["heldOutRuns"])
    full = bool(getattr(context.args, "full", False))
    assessment = assess(seed.select(header["trainRuns"]), held_out, splits, rows, profile, full=full)
    checks, quality = assessment.checks, assessment.quality
    folder = (paths.root / outputs[0]["path"]).parent
    digests = {Path(o["path"]).name: sha256_of(paths.root / o["path"]) for o in outputs}
    recorded = paths.recorded(machine_id).is_file()
    body = report.body(machine_id, folder.name, assessment, digests, rows, recorded=recorded, full=full)
    html = report.page(body, profile, seed, held_out, splits["train"], version=registry.PAGES)
    write_whole(folder / report.HTML, html.encode())
    made_from = json.loads((folder / data_card.MANIFEST).read_text("utf-8"))
    write_whole(folder / data_card.CARD, data_card.data_card(profile, made_from, body).encode())
    write_whole(folder / report.JSON, json_bytes(body))
    refuse_failed(context, "the data set", checks, "generateDataset")
    worst = overall(checks)
    return Result(
        f"{worst}, quality {quality:.3f}",
        outputs=(paths.output(folder / report.JSON), paths.output(folder / report.HTML)),
        metrics={"quality": quality},
        verdict=worst,
        text=as_text(checks),
    )
