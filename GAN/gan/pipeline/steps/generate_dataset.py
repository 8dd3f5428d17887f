"""Samples a new generation of a machine's data set."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from gan.data.conditions import Conditions, parse_condition, parse_conditions
from gan.data.runs import Runs
from gan.data.splits import split_rows
from gan.data.tables import parquet_chunks
from gan.machine.profile import Profile, load_profile
from gan.pipeline import registry
from gan.pipeline.parameters import parameters_of
from gan.pipeline.runner import Context, interrupted, json_bytes, split_ratio
from gan.pipeline.sizes import recorded_run_rows, thin_split
from gan.reporting import data_card
from gan.reporting.data_card import SplitFile
from gan.runtime.events import Result
from gan.store import generations
from gan.store.artifacts import Content
from gan.store.layout import generation_key, key_of
from gan.store.manifest import Inputs, Manifest
from gan.store.publication import generation_name, show_unvalidated
from gan.synthesis.model import Model, load_model
from gan.synthesis.states import with_states
from gan.synthesis.synthesizer import synthesizer_of_model
from gan.synthesis.temporal_tvae.run_plan import supported_life_h
from gan.synthesis.temporal_tvae.sampler import SamplingStopped


def check(context: Context) -> None:
    """Raises InvalidInput for a failure mode that the machine does not have, or a life that cannot be."""
    _conditions(context, load_profile(context.store, context.machine_id))


def _conditions(context: Context, profile: Profile) -> Conditions:
    args = context.args
    found = parse_conditions(args.runs, args.failure_mode, args.life_hours, profile.mode_names)
    return replace(found, settings=parse_condition(args.condition, profile.settings))


def work(context: Context) -> Result:
    """Samples a new generation. By hand (without --stage) it is shown at once if nothing is published."""
    store, machine_id = context.store, context.machine_id
    profile = load_profile(store, machine_id)
    conditions = _conditions(context, profile)
    sizes = split_rows(context.args.runs or context.args.num_samples, split_ratio(context.args.split_ratio))
    model = load_model(store, machine_id, profile)
    if not conditions.in_runs:
        _check_sizes(context, model, sizes)
    _tell_reach(context, model, conditions)
    inputs = registry.inputs("generateDataset", store, machine_id, parameters_of("generateDataset", context.args))
    generation = generation_name(inputs.digest)
    began = time.monotonic()
    batches = synthesizer_of_model(model).batches(
        model,
        sizes,
        context.args.seed,
        on_progress=lambda at, total: _report_rows(context, began, at, total),
        should_stop=context.stop,
        conditions=conditions,
    )
    whole = ((split, with_states(runs, profile, model.arrays, context.args.seed)) for split, runs in batches)
    try:
        made = _write_generation(context, generation, whole, profile, inputs, model.header, conditions)
    except SamplingStopped:
        raise interrupted("nothing is lost, sampling starts again") from None
    generations.note_made(
        store,
        machine_id,
        generation,
        inputsDigest=inputs.digest,
        fleetRun=context.args.fleet_run,
        randomSeed=context.args.seed,
    )
    generations.retain(store, machine_id, generation, keep=None)
    return _result(context, generation, made, conditions)


def _result(context: Context, generation: str, made: Mapping[str, SplitFile], conditions: Conditions) -> Result:
    store, machine_id = context.store, context.machine_id
    shown = not context.args.stage and show_unvalidated(store, machine_id, generation)
    outputs = tuple(
        store.output(generation_key(machine_id, generation, f"{split}.parquet"), file.rows)
        for split, file in made.items()
    )
    rows, count = sum(file.rows for file in made.values()), sum(file.runs for file in made.values())
    lines = [f"{split}.parquet: ✅ {file.rows:,} rows" for split, file in made.items()]
    lies = key_of("publication", machine_id) if shown else generation_key(machine_id, generation).rstrip("/")
    lines.append(store.where(lies))
    if not shown:
        lines.append("what is published changes when this is validated and published:")
        lines += [f"  {registry.command(step, machine_id)}" for step in ("validateDataset", "publishDataset")]
    return Result(
        f"{rows:,} rows in {count} runs" + (f" ({conditions.told()})" if conditions.asked else ""),
        outputs=outputs,
        metrics={"rows": rows, "runs": count},
        text="\n".join(lines),
    )


def _report_rows(context: Context, began: float, at: int, total: int) -> None:
    left = None if at == 0 else (time.monotonic() - began) / at * (total - at)
    context.reporter.progress(at, total, "rows", eta_seconds=left)


def _check_sizes(context: Context, model: Model, rows: dict[str, int]) -> None:
    """Notes how many rows give each split whole runs, where these do not.

    Raises InvalidInput where a split would be part of a run, if the model was trained on recorded runs.
    """
    lengths = model.arrays.get("unit_lengths")
    if lengths is None or len(lengths) == 0:
        return
    recorded = context.store.exists(key_of("recorded", context.machine_id))
    mean = recorded_run_rows(context.store, context.machine_id) or float(lengths.mean())
    thin = thin_split(rows, mean, recorded=recorded)
    if thin is None:
        return
    if thin.refused:
        raise thin.error()
    context.reporter.warning("FEW_RUNS", f"{thin.message}: {thin.hint}")


def _tell_reach(context: Context, model: Model, conditions: Conditions) -> None:
    """Notes that lives are asked for that the model's runs do not reach; no run will have them."""
    if conditions.life_h is None:
        return
    low, high = supported_life_h(model, conditions)
    if conditions.life_h[0] < low or conditions.life_h[1] > high:
        context.reporter.warning(
            "LIFE_BEYOND_SEEN", f"life_hours: runs last {low:.4g} to {high:.4g} h at most, by those learned from"
        )


def _write_generation(
    context: Context,
    generation: str,
    batches: Iterator[tuple[str, Runs]],
    profile: Profile,
    inputs: Inputs,
    model: Mapping[str, Any],
    conditions: Conditions,
) -> dict[str, SplitFile]:
    """Writes a generation's files. If it exists with the same bytes it is left alone: it may be published.

    model: its header.
    """
    store, machine_id = context.store, context.machine_id
    steps, recorded = Manifest(store, machine_id).steps(), store.exists(key_of("recorded", machine_id))
    made: dict[str, SplitFile] = {}

    def files() -> Iterator[tuple[str, Content]]:
        for split, own in groupby(batches, key=lambda batch: batch[0]):
            written = _Counted(runs for _, runs in own)
            yield f"{split}.parquet", written.hashed(parquet_chunks(written.counted(), profile, model.get("digits")))
            made[split] = written.file()
        manifest = data_card.data_manifest(
            profile, inputs, made, steps, conditions, model.get("learned"), recorded=recorded
        )
        yield data_card.MANIFEST, json_bytes(manifest)

    store.write_group(generation_key(machine_id, generation), files())
    return made


class _Counted:
    """Counts what goes into a split's file, and digests what comes out."""

    def __init__(self, batches: Iterator[Runs]) -> None:
        self._batches = batches
        self._rows, self._runs, self._digest = 0, 0, hashlib.sha256()

    def counted(self) -> Iterator[Runs]:
        for runs in self._batches:
            self._rows += len(runs)
            self._runs += len(runs.starts())
            yield runs

    def hashed(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            self._digest.update(part)
            yield part

    def file(self) -> SplitFile:
        return SplitFile(self._digest.hexdigest(), self._rows, self._runs)
