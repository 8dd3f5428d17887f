"""The steps of a machine's chain: their parameters, what each reads, and the sources its outputs depend on.

Both who runs a step and who plans one ask here, so that they agree on what is up to date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gan.runtime.errors import MissingPrerequisite
from gan.store.files import Paths, sha256_of
from gan.store.manifest import Inputs, Manifest, code_version

STEPS = (
    "createProfile",
    "generateSeed",
    "validateSeed",
    "trainTvae",
    "generateDataset",
    "validateDataset",
    "publishDataset",
)
SPLITS = ("train", "val", "test")

_READS = ("machine.profile", "machine.wear", "data.runs", "data.tables")
_MEASURES = (
    "evaluation.assessment",
    "evaluation.certificate",
    "evaluation.figures",
    "evaluation.measures",
    "evaluation.sdmetrics_scores",
    "evaluation.discriminator",
    "evaluation.similarity",
    "evaluation.tstr",
)
_PAGES = ("reporting.report", "reporting.charts", "reporting.style", "reporting.data_card")
_SOURCES: dict[str, tuple[str, ...]] = {
    "importSeed": (
        *_READS,
        "recording.columns",
        "recording.run_boundaries",
        "recording.observed_profile",
        "pipeline.import_seed",
    ),
    "createProfile": ("machine.profile", "machine.wear"),
    "generateSeed": (*_READS, "data.limits", "simulation.physics"),
    "validateSeed": (*_READS, "evaluation.checks", "evaluation.seed_checks"),
    "trainTvae": (
        *_READS,
        "data.limits",
        "synthesis.temporal_tvae.regimes",
        "synthesis.temporal_tvae.features",
        "synthesis.temporal_tvae.network",
        "synthesis.temporal_tvae.trainer",
        "synthesis.model",
        "synthesis.sdv_tvae",
    ),
    "generateDataset": (
        *_READS,
        "data.limits",
        "simulation.physics",
        "synthesis.temporal_tvae.regimes",
        "synthesis.temporal_tvae.features",
        "synthesis.model",
        "synthesis.temporal_tvae.sampler",
        "synthesis.sdv_tvae",
    ),
    "validateDataset": (*_READS, "evaluation.checks", "evaluation.seed_checks", *_MEASURES, *_PAGES),
    "publishDataset": ("store.publication", "store.generations", "evaluation.regression_gate"),
}
_SCRIPTS = {
    "createProfile": "GAN/scripts/create_metadata.py",
    "generateSeed": "GAN/scripts/generate_seed_from_profile.py",
    "validateSeed": "GAN/scripts/validate_temporal_seed_data.py",
    "trainTvae": "GAN/scripts/train_tvae_machine.py",
    "generateDataset": "GAN/scripts/generate_synthetic_data.py",
    "validateDataset": "GAN/validate_new_machine.py",
    "publishDataset": "GAN/scripts/publish_dataset.py",
}


def command(step: str, machine_id: str) -> str:
    """The command that runs a step by hand."""
    return f".venv/bin/python {_SCRIPTS[step]} --machine_id {machine_id}"


def inputs(step: str, paths: Paths, machine_id: str, parameters: Mapping[str, Any]) -> Inputs:
    """What decides the step's outputs, as it is on disk now. Raises MissingPrerequisite naming the step that is missing."""
    if step == "generateSeed" and paths.recorded(machine_id).is_file():
        # The seed is a copy: no parameter, no profile and no physics decides it.
        return Inputs(step, {}, {"recorded": sha256_of(paths.recorded(machine_id))}, code_version(()))
    return Inputs(step, dict(parameters), _files(step, paths, machine_id), code_version(_SOURCES[step]))


def _files(step: str, paths: Paths, machine_id: str) -> dict[str, str]:
    def digest(name: str, maker: str) -> str:
        path = {"profile": paths.metadata, "seed": paths.seed, "model": paths.model}[name](machine_id)
        if not path.is_file():
            raise MissingPrerequisite(
                f"no {name} of {machine_id} ({path.name})", hint=f"run: {command(maker, machine_id)}"
            )
        return sha256_of(path)

    if step == "importSeed":
        return {}
    if step == "createProfile":
        path = paths.fleet(machine_id)
        return {"configuration": sha256_of(path)} if path.is_file() else {}
    files = {"profile": digest("profile", "createProfile")}
    if step in ("validateSeed", "trainTvae", "validateDataset"):
        files["seed"] = digest("seed", "generateSeed")
    if step == "trainTvae":
        _require_valid_seed(paths, machine_id, files["seed"])
    if step in ("generateDataset", "validateDataset"):
        files["model"] = digest("model", "trainTvae")
    if step in ("validateDataset", "publishDataset"):
        files.update(_candidate_files(paths, machine_id))
    if step == "publishDataset":
        files["report"] = _report(paths, machine_id)
    return files


def _require_valid_seed(paths: Paths, machine_id: str, seed: str) -> None:
    """A seed that was checked and found wrong is not trained on. One that was not checked yet is the caller's affair."""
    try:
        report = json.loads(paths.seed_report(machine_id).read_text("utf-8"))
    except (OSError, ValueError):
        return
    if report.get("verdict") == "fail" and report.get("seed") == seed:
        raise MissingPrerequisite(
            f"the seed of {machine_id} did not pass its validation", hint=f"run: {command('validateSeed', machine_id)}"
        )


def candidate(paths: Paths, machine_id: str) -> dict[str, Any]:
    """The record of the generation that was made last. Raises MissingPrerequisite."""
    record = Manifest(paths, machine_id).step("generateDataset")
    if record is None:
        raise MissingPrerequisite(f"no data set of {machine_id}", hint=f"run: {command('generateDataset', machine_id)}")
    return record


def _candidate_files(paths: Paths, machine_id: str) -> dict[str, str]:
    # Of the files as they are now, not as they were made: a changed file must not count as validated.
    files = [paths.root / output["path"] for output in candidate(paths, machine_id)["outputs"]]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise MissingPrerequisite(
            f"the data set of {machine_id} lacks {', '.join(missing)}",
            hint=f"run: {command('generateDataset', machine_id)}",
        )
    return {f"data set {file.name}": sha256_of(file) for file in files}


def _report(paths: Paths, machine_id: str) -> str:
    record = Manifest(paths, machine_id).step("validateDataset")
    if record is None or {
        k: v for k, v in record["inputs"]["files"].items() if k.startswith("data set")
    } != _candidate_files(paths, machine_id):
        raise MissingPrerequisite(
            f"the data set of {machine_id} was not validated", hint=f"run: {command('validateDataset', machine_id)}"
        )
    return str(record["outputs"][0]["sha256"])
