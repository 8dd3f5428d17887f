"""What each step of a machine's chain does. The scripts and the batch runs call these alike."""

from __future__ import annotations

import hashlib
import json
from argparse import Namespace
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

from gan.data.runs import Runs
from gan.data.tables import csv_bytes, read_parquet, read_seed, write_parquet
from gan.evaluation.checks import as_text, overall
from gan.evaluation.regression_gate import clearly_worse
from gan.machine.profile import Profile, configuration, load_profile, parse_profile
from gan.pipeline import registry as steps
from gan.pipeline.runner import Configure, Context, interrupted, json_bytes, run_step, script_main, split_ratio
from gan.reporting import data_card as card
from gan.runtime.errors import InvalidInput, MissingPrerequisite, ValidationFailed
from gan.runtime.events import Output, Result
from gan.store import generations
from gan.store.files import sha256_of, whole_folder, write_whole
from gan.store.locks import machine_lock
from gan.store.manifest import Inputs, Manifest
from gan.store.publication import current_generation, generation_folder, is_validated, read_report, show_unvalidated
from gan.synthesis.model import Model
from gan.synthesis.synthesizer import synthesizer_of, synthesizer_of_model


def step_script(step: str, description: str, configure: Configure | None = None) -> NoReturn:
    """Runs a step as a script and exits with its status."""
    script_main(step, description, lambda context: run(context, step), configure, machine=True)


def run(context: Context, step: str) -> Result:
    """Runs a step. What is refused is refused before a lock is taken: it leaves nothing behind."""
    parameters = parameters_of(step, context.args)
    if step == "trainTvae":
        _check_may_end_early(context.args)
    _configured(context) if step == "createProfile" else load_profile(context.paths, context.machine_id)
    return run_step(context, step, parameters, WORK[step])


def _check_may_end_early(args: Namespace) -> None:
    """Raises InvalidInput for a patience or time limit that the synthesizer would pay no heed to."""
    for name in ("patience", "time_limit"):
        if getattr(args, name) and not synthesizer_of(args.synthesizer).ends_early:
            raise InvalidInput(f"{name}: {args.synthesizer} always runs all its epochs", field=name)


def parameters_of(step: str, args: Namespace) -> dict[str, Any]:
    """The flags that decide a step's outputs, by the names that the manifest has them under."""
    names = {
        "generateSeed": ("num_samples", "seed"),
        "trainTvae": ("epochs", "batch_size", "seed", "patience", "time_limit", "synthesizer"),
        "generateDataset": ("num_samples", "seed"),
    }.get(step, ())
    parameters = {name: getattr(args, name) for name in names}
    if step == "generateDataset":
        parameters["split_ratio"] = list(split_ratio(args.split_ratio))
    if step == "createProfile":
        parameters = _given_configuration(args)
    if step == "validateDataset" and getattr(args, "full", False):
        parameters["full"] = True
    return parameters


def _given_configuration(args: Namespace) -> dict[str, Any]:
    """A configuration that came with the call decides the profile as a file of the fleet would: by its content."""
    given: dict[str, Any] = {}
    if getattr(args, "machine_type", None) is not None:
        given["machine_type"] = args.machine_type
    if getattr(args, "config", None) is not None:
        given["config"] = hashlib.sha256(_config_text(args.config).encode()).hexdigest()[:12]
    return given


def _config_text(config: str) -> str:
    """The text of `--config`, which is JSON or the path of a file of it. Raises InvalidInput."""
    if config.lstrip().startswith("{"):
        return config
    try:
        return Path(config).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"config: {config[:80]!r} is neither JSON nor a readable file ({type(error).__name__})", field="config"
        ) from None


def _configured(context: Context) -> Profile:
    """The profile that a configuration gives. Raises InvalidInput."""
    machine_id = context.machine_id
    config = getattr(context.args, "config", None)
    wanted = getattr(context.args, "machine_type", None)
    given = configuration(context.paths, machine_id, None if config is None else _config_text(config))
    given.setdefault("machine_id", machine_id)
    if wanted is not None:
        given.setdefault("machine_type", wanted)
    profile = parse_profile(given)
    if profile.machine_id != machine_id:
        raise InvalidInput(
            f"machine_id: the configuration is that of {profile.machine_id!r}, not of {machine_id!r}",
            field="machine_id",
        )
    if wanted is not None and profile.machine_type != wanted:
        raise InvalidInput(
            f"machine_type: the configuration says {profile.machine_type!r}, not {wanted!r}", field="machine_type"
        )
    return profile


def create_profile(context: Context) -> Result:
    """Checks and completes a configuration and writes the profile."""
    profile = _configured(context)
    path = context.paths.metadata(context.machine_id)
    write_whole(path, json_bytes(profile.to_json()))
    return Result(
        f"profile of {f'{profile.manufacturer} {profile.model}'.strip() or profile.machine_id}: {len(profile.sensors)} sensors, {len(profile.failure_modes)} failure modes",
        outputs=(context.paths.output(path),),
        metrics={"sensors": len(profile.sensors), "failureModes": len(profile.failure_modes)},
    )


def generate_seed(context: Context) -> Result:
    """Simulates runs to failure from the profile's physics."""
    from gan.simulation.physics import simulate

    if context.paths.recorded(context.machine_id).is_file():
        return _restore_seed(context)
    profile = load_profile(context.paths, context.machine_id)
    runs = simulate(profile, context.args.num_samples, context.args.seed)
    _warn_of_few_runs(context, profile, runs)
    path = context.paths.seed(context.machine_id)
    write_whole(path, csv_bytes(runs, profile))
    note = "" if profile.failure_modes else "; no failure modes: no RUL"
    return Result(
        f"seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}",
        outputs=(context.paths.output(path, len(runs)),),
        metrics={"rows": len(runs), "runs": len(runs.ids())},
        text=f"✅ Seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}\n{path}",
    )


def _restore_seed(context: Context) -> Result:
    """An imported machine's seed is a copy of its recorded rows, whatever else is asked for: they are never lost."""
    recorded, seed = context.paths.recorded(context.machine_id), context.paths.seed(context.machine_id)
    if not seed.is_file() or sha256_of(seed) != sha256_of(recorded):
        write_whole(seed, recorded.read_bytes())
    return Result(
        "imported seed: recorded rows, not simulated ones",
        outputs=(context.paths.output(seed),),
        skipped=True,
        reason="imported seed",
    )


def _warn_of_few_runs(context: Context, profile: Profile, runs: Runs) -> None:
    from gan.evaluation.seed_checks import WISHED_RUNS

    count, enough = len(runs.ids()), int(WISHED_RUNS * profile.life_rows)
    if count < WISHED_RUNS:
        context.reporter.warning(
            "FEW_RUNS",
            f"{len(runs):,} rows hold {count} runs of {profile.life_rows:.0f} rows on average; {WISHED_RUNS} or more are "
            f"wished for: --num_samples {enough}, or a longer sampling_interval_minutes",
        )


def validate_seed(context: Context) -> Result:
    """Checks the seed. Raises ValidationFailed naming the checks that failed."""
    from gan.evaluation.seed_checks import check_seed

    profile = load_profile(context.paths, context.machine_id)
    try:
        runs = read_seed(context.paths.seed(context.machine_id), profile)
    except InvalidInput as error:
        raise ValidationFailed(
            error.message, field=error.field, code="SEED_INVALID", hint=_again("generateSeed", context)
        ) from None
    checks = check_seed(profile, runs)
    report = context.paths.seed_report(context.machine_id)
    digest = sha256_of(context.paths.seed(context.machine_id))
    verdict = overall(checks)
    body = {
        "machineId": context.machine_id,
        "seed": digest,
        "verdict": verdict,
        "checks": [c.to_json() for c in checks],
    }
    write_whole(report, json_bytes(body))
    _refuse_failed(context, "the seed", checks, "generateSeed")
    return Result(
        f"{len(checks)} checks of the seed passed",
        outputs=(context.paths.output(report),),
        verdict=verdict,
        text=as_text(checks),
    )


def _again(step: str, context: Context) -> str:
    if step == "generateSeed" and context.paths.recorded(context.machine_id).is_file():
        return "correct the recorded rows and import them again (import_seed.py --replace)"
    return f"make it again: {steps.command(step, context.machine_id)}"


def _refuse_failed(context: Context, what: str, checks: list[Any], maker: str) -> None:
    failed = [check for check in checks if check.verdict == "fail"]
    if not failed:
        return
    context.reporter.say(as_text(checks))
    reasons = "; ".join(f"{check.name}: {check.text} (allowed: {check.threshold})" for check in failed)
    raise ValidationFailed(
        f"{what} of {context.machine_id} did not pass: {reasons}", field=failed[0].name, hint=_again(maker, context)
    )


def train_tvae(context: Context) -> Result:
    """Trains the model with the synthesizer that was asked for, from its checkpoint if there is one."""
    profile = load_profile(context.paths, context.machine_id)
    runs = read_seed(context.paths.seed(context.machine_id), profile)
    if len(runs.ids()) < 2:
        raise InvalidInput(
            f"{context.paths.seed(context.machine_id).name}: run_id: 1 run is not enough: 2 or more, one is held out to measure quality",
            field="run_id",
        )
    return _train(context, profile, runs)


def _train(context: Context, profile: Profile, runs: Runs) -> Result:
    # PyTorch takes a second to import: after all that could be refused without it.
    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.temporal_tvae import trainer as training

    synthesizer = synthesizer_of(context.args.synthesizer)
    parameters = parameters_of("trainTvae", context.args)
    inputs = steps.inputs("trainTvae", context.paths, context.machine_id, parameters)
    if training.choose_device() == "cpu":
        context.reporter.warning("CUDA_NOT_AVAILABLE", "CUDA not available: training on CPU")
    folder = context.paths.relative(context.paths.checkpoints(context.machine_id))
    checkpoints = Checkpoints(context.paths.checkpoints(context.machine_id), inputs.digest)
    args = context.args
    params = training.TrainParams(args.epochs, args.batch_size, args.seed, args.patience, float(args.time_limit))

    def tell(report: training.EpochReport) -> None:
        context.reporter.progress(
            report.epoch,
            report.epochs,
            "epochs",
            metrics={"loss": report.loss, "heldOutLoss": report.held_out_loss},
            eta_seconds=round(report.eta_s, 1),
            checkpoint=None if report.checkpoint is None else f"{folder}/{report.checkpoint}",
            device=report.device,
            text=f"Epoch {report.epoch}/{report.epochs} - Loss: {report.loss:.3f}",
        )

    provenance = {"inputs": dict(inputs.files), "codeVersion": inputs.code_version}
    try:
        # One that saves nothing on the way is stopped on the spot.
        with context.stop.polled() if synthesizer.resumes else nullcontext():
            model = synthesizer.train(
                runs,
                profile,
                params,
                checkpoints=checkpoints,
                provenance=provenance,
                should_stop=context.stop,
                on_epoch=tell,
            )
            paths = context.paths.model(context.machine_id), context.paths.history(context.machine_id)
            write_whole(paths[1], _history_bytes(model))
            write_whole(paths[0], model.to_bytes())
    except training.TrainingStopped as stopped:
        raise interrupted(f"checkpoint saved at epoch {stopped.epoch}") from None
    finally:
        checkpoints.close()
    done = model.header["training"]
    loss, epochs = float(done["loss"]), int(done["epochsRun"])
    early = "" if epochs == params.epochs else f" of {params.epochs}: no further gain, or out of time"
    return Result(
        f"model trained: {epochs} epochs{early}, loss {loss:.3f}",
        outputs=tuple(context.paths.output(path) for path in paths),
        metrics={"loss": loss, "epochs": epochs},
        text=f"✅ Model trained\n{paths[0]}",
    )


def _history_bytes(model: Model) -> bytes:
    """The losses of each epoch as CSV."""
    lines = [
        f"{epoch},{loss:.6g},{'' if watched is None else f'{watched:.6g}'}"
        for epoch, (loss, watched) in enumerate(model.header["history"], 1)
    ]
    return "\n".join(["epoch,loss,held_out_loss", *lines, ""]).encode()


def split_rows(total: int, shares: tuple[float, float, float]) -> dict[str, int]:
    """Rows of each split; they add up to the total. Raises InvalidInput when a split would be empty."""
    train, val = round(total * shares[0]), round(total * shares[1])
    rows = dict(zip(steps.SPLITS, (train, val, total - train - val), strict=True))
    if min(rows.values()) < 1:
        raise InvalidInput(f"split_ratio: {total} rows leave a split empty", field="split_ratio")
    return rows


def generate_dataset(context: Context) -> Result:
    """Samples a new generation of the data set. By hand (without --stage) it is shown at once where none is published."""
    from gan.synthesis.model import load_model
    from gan.synthesis.temporal_tvae.sampler import SamplingStopped

    paths, machine_id = context.paths, context.machine_id
    profile = load_profile(paths, machine_id)
    rows = split_rows(context.args.num_samples, split_ratio(context.args.split_ratio))
    model = load_model(paths.model(machine_id), profile)
    inputs = steps.inputs("generateDataset", paths, machine_id, parameters_of("generateDataset", context.args))
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
    _write_generation(context, folder, splits, profile, inputs)
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
        lines += [f"  {steps.command(step, machine_id)}" for step in ("validateDataset", "publishDataset")]
    return Result(
        f"{sum(rows.values()):,} rows in {count} runs",
        outputs=outputs,
        metrics={"rows": sum(rows.values()), "runs": count},
        text="\n".join(lines),
    )


def _write_generation(
    context: Context, folder: Path, splits: dict[str, Runs], profile: Profile, inputs: Inputs
) -> None:
    """Writes a generation's files. One that is there with the same bytes is left as it is: it may be published."""
    before = Manifest(context.paths, context.machine_id).steps()
    recorded = context.paths.recorded(context.machine_id).is_file()
    with whole_folder(folder) as temporary:
        for split, runs in splits.items():
            write_parquet(runs, profile, temporary / f"{split}.parquet")
        manifest = card.data_manifest(profile, inputs, splits, temporary, before, recorded=recorded)
        (temporary / card.MANIFEST).write_bytes(json_bytes(manifest))


def validate_dataset(context: Context) -> Result:
    """Measures the newest generation. Raises ValidationFailed; the report is kept either way."""
    from gan.evaluation.assessment import assess
    from gan.reporting import report
    from gan.synthesis.model import load_model

    paths, machine_id = context.paths, context.machine_id
    profile = load_profile(paths, machine_id)
    seed = read_seed(paths.seed(machine_id), profile)
    header = load_model(paths.model(machine_id), profile).header
    if header["provenance"]["inputs"].get("seed") != sha256_of(paths.seed(machine_id)):
        raise MissingPrerequisite(
            f"the model of {machine_id} was trained on another seed than the one there is now: quality cannot be measured",
            hint=f"run: {steps.command('trainTvae', machine_id)}, and generate the data set again",
        )
    outputs = steps.candidate(paths, machine_id)["outputs"]
    files = {o["path"].rsplit("/", 1)[-1].removesuffix(".parquet"): o for o in outputs}
    missing = [o["path"] for o in outputs if not (paths.root / o["path"]).is_file()]
    if missing:
        raise MissingPrerequisite(
            f"{missing[0]} is missing", hint=f"run: {steps.command('generateDataset', machine_id)}"
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
    html = report.page(body, profile, seed, held_out, splits["train"])
    write_whole(folder / report.HTML, html.encode())
    made_from = json.loads((folder / card.MANIFEST).read_text("utf-8"))
    write_whole(folder / card.CARD, card.data_card(profile, made_from, body).encode())
    write_whole(folder / report.JSON, json_bytes(body))
    _refuse_failed(context, "the data set", checks, "generateDataset")
    worst = overall(checks)
    return Result(
        f"{worst}, quality {quality:.3f}",
        outputs=(paths.output(folder / report.JSON), paths.output(folder / report.HTML)),
        metrics={"quality": quality},
        verdict=worst,
        text=as_text(checks),
    )


def publish_dataset(context: Context) -> Result:
    """Switches the published data set to the validated generation."""
    paths, machine_id = context.paths, context.machine_id
    outputs = steps.candidate(paths, machine_id)["outputs"]
    folder = (paths.root / outputs[0]["path"]).parent
    if not is_validated(folder):
        report = read_report(folder)
        if report is None:
            raise MissingPrerequisite(
                f"generation {folder.name} of {machine_id} was not validated as it is now",
                hint=f"run: {steps.command('validateDataset', machine_id)}",
            )
        raise ValidationFailed(
            f"generation {folder.name} of {machine_id} did not pass validation; what is published stays",
            hint=f"see {paths.relative(folder)}/report.json",
        )
    forced = getattr(context.args, "force", False)
    at = generations.held(paths, machine_id, folder)
    if at is not None and not forced:
        return _kept(context, folder, at)
    measured_with = (Manifest(paths, machine_id).step("validateDataset") or {}).get("codeVersion")
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
        context.reporter.warning("NOT_COMPARED", f"generation {current.name} was measured by other code: not compared")
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


def roll_back(context: Context) -> Result:
    """Publishes the generation before the published one, or the one that is named."""
    paths, machine_id = context.paths, context.machine_id
    with machine_lock(paths, machine_id, "rollBack"):
        left, target = generations.roll_back(paths, machine_id, context.args.generation)
    _record_switch(context, {target.name} if left is None else {left.name, target.name})
    instead = "" if left is None or left is target else f", instead of {left.name}"
    return Result(
        f"{machine_id}: generation {target.name} is published{instead}",
        data={"published": target.name, "before": None if left is None else left.name},
        text=f"✅ {machine_id}: generation {target.name} is published{instead}",
    )


def _record_switch(context: Context, switched: set[str]) -> None:
    """Writes the step as done where the newest data set is one of these, so that a next run finds it up to date."""
    with suppress(MissingPrerequisite, ValidationFailed):
        outputs = steps.candidate(context.paths, context.machine_id)["outputs"]
        if Path(outputs[0]["path"]).parent.name in switched:
            run_step(context, "publishDataset", {}, publish_dataset)


def _published(context: Context, outputs: list[dict[str, Any]]) -> tuple[Output, ...]:
    folder = context.paths.published(context.machine_id)
    return tuple(context.paths.output(folder / f"{split}.parquet", rows) for split, rows in _rows(outputs))


def _rows(outputs: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(o["path"].rsplit("/", 1)[-1].removesuffix(".parquet"), int(o["rows"])) for o in outputs]


WORK = {
    "createProfile": create_profile,
    "generateSeed": generate_seed,
    "validateSeed": validate_seed,
    "trainTvae": train_tvae,
    "generateDataset": generate_dataset,
    "validateDataset": validate_dataset,
    "publishDataset": publish_dataset,
}
