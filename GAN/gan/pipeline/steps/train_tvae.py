"""Trains a machine's model with the chosen synthesizer."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from gan.data.modelled import learned, learned_profile
from gan.data.runs import Runs
from gan.data.selection import some_of_each_mode
from gan.data.survival import failure_weights
from gan.data.tables import DIGITS, digits_of, read_seed, running_rows
from gan.machine.profile import Profile, load_profile
from gan.pipeline import registry
from gan.pipeline.parameters import parameters_of
from gan.pipeline.runner import Context, interrupted
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Result
from gan.store.layout import key_of, name_of
from gan.synthesis.model import Model
from gan.synthesis.states import fit_states
from gan.synthesis.synthesizer import synthesizer_of

if TYPE_CHECKING:
    from gan.synthesis.temporal_tvae.trainer import EpochReport


# Numbers (rows × sensors) that a model learns from at most, in whole runs: training takes 200 bytes of memory for each.
LEARNED_NUMBERS = 5_000_000
LEAST_RUNS = 8
# A smaller share of runs that last longer than is known makes little difference.
TOLD_OUTLAST = 0.02


def check(context: Context) -> None:
    """Raises InvalidInput for a patience or time limit that the synthesizer would ignore."""
    args = context.args
    for name in ("patience", "time_limit"):
        if getattr(args, name) and not synthesizer_of(args.synthesizer).ends_early:
            raise InvalidInput(f"{name}: {args.synthesizer} always runs all its epochs", field=name)
    load_profile(context.store, context.machine_id)


def work(context: Context) -> Result:
    """Trains the model with the chosen synthesizer, from its checkpoint if there is one."""
    profile = load_profile(context.store, context.machine_id)
    runs = read_seed(context.store, context.machine_id, profile)
    if len(runs.ids()) < 2:
        raise InvalidInput(
            f"{name_of(key_of('seed', context.machine_id))}: run_id: 1 run is not enough: 2 or more are needed, "
            "since one is held out to measure quality",
            field="run_id",
        )
    learned = some_of_each_mode(runs, LEARNED_NUMBERS // len(profile.sensors), LEAST_RUNS)
    if len(learned) < len(runs):
        context.reporter.warning(
            "SEED_SAMPLED",
            f"the model learns from {len(learned):,} of the seed's {len(runs):,} rows: {len(learned.ids())} of "
            f"{len(runs.ids())} whole runs, of each failure mode the same share",
        )
    return _train(context, profile, learned, len(runs.ids()))


def _train(context: Context, profile: Profile, runs: Runs, of: int) -> Result:
    """of: how many runs the seed has."""
    # PyTorch takes a second to import, and is not needed where the step is refused.
    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.temporal_tvae import trainer as training

    synthesizer = synthesizer_of(context.args.synthesizer)
    parameters = parameters_of("trainTvae", context.args)
    inputs = registry.inputs("trainTvae", context.store, context.machine_id, parameters)
    if training.choose_device() == "cpu":
        context.reporter.warning("CUDA_NOT_AVAILABLE", "CUDA not available: training on CPU")
    checkpoints = Checkpoints(context.store, context.machine_id, inputs.digest)
    args = context.args
    params = training.TrainParams(args.epochs, args.batch_size, args.seed, args.patience, float(args.time_limit))
    provenance = {"inputs": dict(inputs.files), "version": inputs.version}
    try:
        # A synthesizer that saves no checkpoints is stopped immediately.
        with context.stop.polled() if synthesizer.resumes else nullcontext():
            model = synthesizer.train(
                learned(runs, profile),
                learned_profile(profile),
                params,
                checkpoints=checkpoints,
                provenance=provenance,
                should_stop=context.stop,
                on_epoch=lambda report: _report_epoch(context, report),
            )
            _tell_hidden_kinds(context, model)
            made = key_of("model", context.machine_id), key_of("history", context.machine_id)
            model = _with_lengths(context, _with_digits(_with_states(model, runs, profile), runs), of)
            if len(runs.ids()) < of:
                model = Model({**model.header, "learned": {"runs": len(runs.ids()), "of": of}}, model.arrays)
            context.store.write(made[1], _history_bytes(model))
            context.store.write(made[0], model.to_bytes())
    except training.TrainingStopped as stopped:
        raise interrupted(f"checkpoint saved at epoch {stopped.epoch}") from None
    finally:
        checkpoints.close()
    done = model.header["training"]
    loss, epochs = float(done["loss"]), int(done["epochsRun"])
    early = "" if epochs == params.epochs else f" of {params.epochs}: no further gain, or out of time"
    return Result(
        f"model trained: {epochs} epochs{early}, loss {loss:.3f}",
        outputs=tuple(context.store.output(artifact) for artifact in made),
        metrics={"loss": loss, "epochs": epochs},
        text=f"✅ Model trained\n{context.store.where(made[0])}",
    )


def _tell_hidden_kinds(context: Context, model: Model) -> None:
    kinds = model.header.get("hiddenKinds")
    if kinds:
        context.reporter.warning(
            "HIDDEN_FAILURE_MODES",
            f"runs end in {len(kinds)} ways that no failure mode tells apart ({', '.join(map(str, kinds))} runs): "
            "each is learned by itself, and the data do not name them",
        )


def _report_epoch(context: Context, report: EpochReport) -> None:
    context.reporter.progress(
        report.epoch,
        report.epochs,
        "epochs",
        metrics={"loss": report.loss, "heldOutLoss": report.held_out_loss},
        eta_seconds=round(report.eta_s, 1),
        checkpoint=report.checkpoint,
        device=report.device,
        text=f"Epoch {report.epoch}/{report.epochs} - Loss: {report.loss:.3f}",
    )


def _with_states(model: Model, runs: Runs, profile: Profile) -> Model:
    """The model, with what the training runs show of switches and states."""
    states = fit_states(runs.select(model.header["trainRuns"]), profile)
    return Model(model.header, {**model.arrays, **states}) if states else model


def _with_digits(model: Model, runs: Runs) -> Model:
    """The model, with the digits of the seed's values where recorded rows have more than simulated ones."""
    digits = digits_of(runs.values)
    return model if max(digits) <= DIGITS else Model({**model.header, "digits": digits}, model.arrays)


def _with_lengths(context: Context, model: Model, of: int) -> Model:
    """The model, with how often its runs' lengths occur, where recorded runs were still running. of: runs of the seed.

    Their rows teach it nothing: which part of their lives they show is not known.
    """
    running = running_rows(context.store, context.machine_id)
    lengths = model.arrays.get("unit_lengths")
    if len(running) == 0 or lengths is None:
        return model
    weights, outlast = failure_weights(lengths, running, len(lengths) / of)
    if outlast > TOLD_OUTLAST:
        context.reporter.warning(
            "LIVES_UNKNOWN",
            f"{outlast:.0%} of the runs outlast every run that failed, by those that were still running: how long they "
            "last is not known, and they are made as long as the longest",
        )
    return Model(model.header, {**model.arrays, "unit_weights": weights})


def _history_bytes(model: Model) -> bytes:
    """The losses of each epoch as CSV."""
    lines = [
        f"{epoch},{loss:.6g},{'' if watched is None else f'{watched:.6g}'}"
        for epoch, (loss, watched) in enumerate(model.header["history"], 1)
    ]
    return "\n".join(["epoch,loss,held_out_loss", *lines, ""]).encode()
