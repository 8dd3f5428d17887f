"""Samples a new generation of a machine's data set."""

from __future__ import annotations

from pathlib import Path

from gan.data.runs import Runs
from gan.data.splits import WISHED_A_SPLIT, rows_for, split_rows, thinnest
from gan.data.tables import write_parquet
from gan.machine.profile import Profile, load_profile
from gan.pipeline import registry
from gan.pipeline.parameters import parameters_of
from gan.pipeline.runner import Context, interrupted, json_bytes, split_ratio
from gan.reporting import data_card
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Result
from gan.store import generations
from gan.store.files import whole_folder
from gan.store.manifest import Inputs, Manifest
from gan.store.publication import generation_folder, show_unvalidated
from gan.synthesis.model import Model, load_model
from gan.synthesis.synthesizer import synthesizer_of_model
from gan.synthesis.temporal_tvae.sampler import SamplingStopped


def work(context: Context) -> Result:
    """Samples a new generation of the data set. By hand (without --stage) it is shown at once where none is published."""
    paths, machine_id = context.paths, context.machine_id
    profile = load_profile(paths, machine_id)
    rows = split_rows(context.args.num_samples, split_ratio(context.args.split_ratio))
    model = load_model(paths.model(machine_id), profile)
    _check_sizes(context, model, rows)
    inputs = registry.inputs("generateDataset", paths, machine_id, parameters_of("generateDataset", context.args))
    try:
        splits = synthesizer_of_model(model).sample(
            model,
            rows,
            context.args.seed,
            on_progress=lambda at, total: context.reporter.progress(at, total, "steps"),
            should_stop=context.stop,
        )
    except SamplingStopped:
        raise interrupted("nothing is lost, sampling starts again") from None
    folder = generation_folder(paths, machine_id, inputs.digest)
    _write_generation(context, folder, splits, profile, inputs, model.header.get("digits"))
    generations.note_made(
        paths, machine_id, folder,
        inputsDigest=inputs.digest, fleetRun=context.args.fleet_run, randomSeed=context.args.seed,
    )  # fmt: skip
    generations.retain(paths, machine_id, folder, keep=None)
    shown = not context.args.stage and show_unvalidated(paths, machine_id, folder)
    outputs = tuple(paths.output(folder / f"{split}.parquet", len(runs)) for split, runs in splits.items())
    count = sum(len(runs.ids()) for runs in splits.values())
    lines = [f"{split}.parquet: ✅ {len(runs):,} rows" for split, runs in splits.items()]
    lines.append(str(paths.published(machine_id) if shown else folder))
    if not shown:
        lines.append("what is published changes when this is validated and published:")
        lines += [f"  {registry.command(step, machine_id)}" for step in ("validateDataset", "publishDataset")]
    return Result(
        f"{sum(rows.values()):,} rows in {count} runs",
        outputs=outputs,
        metrics={"rows": sum(rows.values()), "runs": count},
        text="\n".join(lines),
    )


def _check_sizes(context: Context, model: Model, rows: dict[str, int]) -> None:
    """Says how many rows give each split whole runs, where these do not. Raises InvalidInput where a split of what was
    learnt from recorded runs would be a part of one."""
    lengths = model.arrays.get("unit_lengths")
    if lengths is None or len(lengths) == 0:
        return
    mean = float(lengths.mean())
    name, runs = thinnest(rows, mean)
    if runs >= WISHED_A_SPLIT:
        return
    enough = rows_for(mean, min(rows.values()) / sum(rows.values()))
    said = f"num_samples: {rows[name]:,} rows of {name} are {runs:.2g} runs of {mean:,.0f} rows"
    hint = f"--num_samples {enough} (npm run gan: --samples {enough}) gives each split {WISHED_A_SPLIT} runs"
    if runs < 1 and context.paths.recorded(context.machine_id).is_file():
        raise InvalidInput(said, field="num_samples", hint=f"{hint}; fewer rows a run: import with --resample MINUTES")
    context.reporter.warning("FEW_RUNS", f"{said}: {hint}")


def _write_generation(
    context: Context, folder: Path, splits: dict[str, Runs], profile: Profile, inputs: Inputs, digits: list[int] | None
) -> None:
    """Writes a generation's files. One that is there with the same bytes is left as it is: it may be published."""
    before = Manifest(context.paths, context.machine_id).steps()
    recorded = context.paths.recorded(context.machine_id).is_file()
    with whole_folder(folder) as temporary:
        for split, runs in splits.items():
            write_parquet(runs, profile, temporary / f"{split}.parquet", digits)
        manifest = data_card.data_manifest(profile, inputs, splits, temporary, before, recorded=recorded)
        (temporary / data_card.MANIFEST).write_bytes(json_bytes(manifest))
