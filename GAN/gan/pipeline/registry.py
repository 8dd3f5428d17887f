"""The one table of the steps of a machine's chain: script, version, parameters, what each reads.

Running and planning both ask here, so that they agree on what is up to date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gan.runtime.errors import MissingPrerequisite
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import configured_in
from gan.store.layout import Kind, key_of, name_of
from gan.store.manifest import Inputs, Manifest

# What validation measures and checks. The regression gate compares only what was measured with the same version.
MEASURES = "5"
# How report.html and the data card show it. A new version makes nothing stale: pages are written with the next
# validation, and report.html says which version wrote it.
PAGES = "4"


@dataclass(frozen=True)
class Step:
    """One step of a machine's chain.

    script: its path from the project's root. module: of gan.pipeline.steps, imported when the step runs. work: what the
    step's work is called in messages. version: raised by one when the same inputs give other outputs than before, which
    makes outputs of the earlier version stale. reads: the artifacts that decide its outputs. parameters: the flags that
    do (parameters.py gives their values).
    """

    name: str
    script: str
    module: str
    work: str
    version: str
    reads: tuple[str, ...]
    parameters: tuple[str, ...] = ()


CHAIN = (
    Step(
        "createProfile",
        "GAN/scripts/create_metadata.py",
        "create_profile",
        work="profile creation",
        version="1",
        reads=("configuration",),
        parameters=("machine_type", "config"),
    ),
    Step(
        "generateSeed",
        "GAN/scripts/generate_seed_from_profile.py",
        "generate_seed",
        work="simulation",
        version="2",
        reads=("profile",),
        parameters=("num_samples", "seed"),
    ),
    Step(
        "validateSeed",
        "GAN/scripts/validate_temporal_seed_data.py",
        "validate_seed",
        work="seed validation",
        version="1",
        reads=("profile", "seed"),
    ),
    Step(
        "trainTvae",
        "GAN/scripts/train_tvae_machine.py",
        "train_tvae",
        work="training",
        version="5",
        reads=("profile", "valid seed", "censored"),
        parameters=("epochs", "batch_size", "seed", "patience", "time_limit", "synthesizer"),
    ),
    Step(
        "generateDataset",
        "GAN/scripts/generate_synthetic_data.py",
        "generate_dataset",
        work="sampling",
        version="5",
        reads=("profile", "model"),
        parameters=("num_samples", "seed", "split_ratio", "runs", "failure_mode", "life_hours", "condition"),
    ),
    Step(
        "validateDataset",
        "GAN/validate_new_machine.py",
        "validate_dataset",
        work="validation",
        version=MEASURES,
        reads=("profile", "seed", "model", "data set", "censored"),
        parameters=("full", "rul_cap"),
    ),
    Step(
        "publishDataset",
        "GAN/scripts/publish_dataset.py",
        "publish_dataset",
        work="publication",
        version="1",
        reads=("profile", "data set", "report"),
    ),
)
STEPS = tuple(step.name for step in CHAIN)

# Not part of the chain: it runs when a person imports rows.
IMPORT = Step("importSeed", "GAN/scripts/import_seed.py", "import_seed", work="import", version="7", reads=())


def step_named(name: str) -> Step:
    """The step that has this name."""
    return next(step for step in (*CHAIN, IMPORT) if step.name == name)


def command(step: str, machine_id: str) -> str:
    """The command that runs a step by hand."""
    return f".venv/bin/python {step_named(step).script} --machine_id {machine_id}"


def inputs(step: str, store: ArtifactStore, machine_id: str, parameters: Mapping[str, Any]) -> Inputs:
    """What decides the step's outputs, as it is now. Raises MissingPrerequisite naming the step that must run first."""
    if step == "generateSeed" and store.exists(key_of("recorded", machine_id)):
        # The seed is a copy: no parameter, no profile and no physics decides it, and no version of them.
        return Inputs(step, {}, {"recorded": store.digest(key_of("recorded", machine_id))}, "copy", "copying")
    declared = step_named(step)
    files: dict[str, str] = {}
    for artifact in declared.reads:
        files.update(_DIGESTS[artifact](store, machine_id))
    return Inputs(step, dict(parameters), files, declared.version, declared.work)


def _configuration(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    place = configured_in(store, machine_id)
    return {} if place is None else {"configuration": place.digest(key_of("configuration", machine_id))}


def _profile(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    return {"profile": _digest(store, "profile", "createProfile", machine_id)}


def _seed(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    return {"seed": _digest(store, "seed", "generateSeed", machine_id)}


def _valid_seed(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    """A seed that failed validation is not trained on. One that was not validated yet is left to the caller."""
    files = _seed(store, machine_id)
    try:
        report = json.loads(store.read(key_of("seedReport", machine_id)))
    except (OSError, ValueError, RecursionError):
        return files
    if isinstance(report, dict) and report.get("verdict") == "fail" and report.get("seed") == files["seed"]:
        raise MissingPrerequisite(
            f"the seed of {machine_id} did not pass its validation", hint=f"run: {command('validateSeed', machine_id)}"
        )
    return files


def _censored(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    """Recorded runs that were still running, if there are any."""
    artifact = key_of("censored", machine_id)
    return {"censored": store.digest(artifact)} if store.exists(artifact) else {}


def _model(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    return {"model": _digest(store, "model", "trainTvae", machine_id)}


def _digest(store: ArtifactStore, kind: Kind, maker: str, machine_id: str) -> str:
    artifact = key_of(kind, machine_id)
    if not store.exists(artifact):
        raise MissingPrerequisite(
            f"no {kind} of {machine_id} ({name_of(artifact)})", hint=f"run: {command(maker, machine_id)}"
        )
    return store.digest(artifact)


def candidate(store: ArtifactStore, machine_id: str) -> dict[str, Any]:
    """The record of the generation that was made last. Raises MissingPrerequisite."""
    record = Manifest(store, machine_id).step("generateDataset")
    if record is None:
        raise MissingPrerequisite(f"no data set of {machine_id}", hint=f"run: {command('generateDataset', machine_id)}")
    return record


def _data_set(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    # Of the files as they are now, not as they were made: a changed file must not count as validated.
    files = [output["path"] for output in candidate(store, machine_id)["outputs"]]
    missing = [name_of(file) for file in files if not store.exists(file)]
    if missing:
        raise MissingPrerequisite(
            f"the data set of {machine_id} lacks {', '.join(missing)}",
            hint=f"run: {command('generateDataset', machine_id)}",
        )
    return {f"data set {name_of(file)}": store.digest(file) for file in files}


def _report(store: ArtifactStore, machine_id: str) -> dict[str, str]:
    record = Manifest(store, machine_id).step("validateDataset")
    if record is None or {k: v for k, v in record["inputs"]["files"].items() if k.startswith("data set")} != _data_set(
        store, machine_id
    ):
        raise MissingPrerequisite(
            f"the data set of {machine_id} was not validated", hint=f"run: {command('validateDataset', machine_id)}"
        )
    return {"report": str(record["outputs"][0]["sha256"])}


_DIGESTS: Mapping[str, Callable[[ArtifactStore, str], dict[str, str]]] = {
    "configuration": _configuration,
    "profile": _profile,
    "seed": _seed,
    "valid seed": _valid_seed,
    "censored": _censored,
    "model": _model,
    "data set": _data_set,
    "report": _report,
}
