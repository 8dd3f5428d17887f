"""Makes a data set again from its manifest, in a temporary store, and compares digests."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gan.evaluation.checks import Check, as_text, boolean, overall
from gan.pipeline.runner import Context
from gan.reporting.data_card import MANIFEST
from gan.runtime.errors import InvalidInput, MissingPrerequisite, ResourceFailed, ValidationFailed
from gan.runtime.events import Result
from gan.store.artifacts import ArtifactStore
from gan.store.layout import Kind, generation_key, generation_of, key_of, name_of
from gan.store.local import temporary_store

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="train the model again too, from the seed made again")


def work(context: Context) -> Result:
    checks = verify(context.store, context.machine_id, full=context.args.full)
    differ = [check.name for check in checks if check.verdict == "fail"]
    if differ:
        context.reporter.say(as_text(checks))
        raise ValidationFailed(
            f"the data set of {context.machine_id} is not what its manifest makes: {', '.join(differ)}",
            code="NOT_REPRODUCED",
            hint="other code or another kind of machine gives other bytes; a changed file: make the data set again",
        )
    return Result(
        f"{len(checks)} digests of {context.machine_id} agree",
        verdict=overall(checks),
        data={"checks": [check.to_json() for check in checks]},
        text=as_text(checks),
    )


def verify(store: ArtifactStore, machine_id: str, *, full: bool) -> list[Check]:
    """Checks the published data set. full: trains the model again too, and simulates the seed where it was simulated.

    Raises MissingPrerequisite when nothing is published, or what it was made from is no longer there.
    """
    generation = store.published(machine_id)
    if generation is None:
        raise MissingPrerequisite(
            f"no data set of {machine_id} is published", hint=f"run: npm run gan -- machine run {machine_id}"
        )
    manifest = _read(store, machine_id, generation)
    checks = _compared(store, machine_id, generation, manifest, "as made")
    with temporary_store() as own:
        _copy(store, own, "profile", machine_id, manifest["inputs"]["profile"])
        if full:
            checks += _train_again(store, own, machine_id, manifest)
        else:
            _copy(store, own, "model", machine_id, manifest["inputs"]["model"])
        _run("generate_synthetic_data", own, machine_id, manifest["sampling"]["parameters"], "--stage")
        made = generation_of(own.keys(key_of("generations", machine_id))[0])
        checks += _compared(own, machine_id, made, manifest, "made again")
    return checks


def _compared(
    store: ArtifactStore, machine_id: str, generation: str, manifest: Mapping[str, Any], how: str
) -> list[Check]:
    keys = {name: generation_key(machine_id, generation, name) for name in manifest["files"]}
    missing = [name for name, key in keys.items() if not store.exists(key)]
    if missing:
        raise MissingPrerequisite(
            f"the data set of {machine_id} lacks {', '.join(missing)}",
            hint=f"npm run gan -- machine run {machine_id} makes it again; "
            f"machine rollback {machine_id} publishes the one before",
        )
    return [_same(f"{name} {how}", store.digest(keys[name]), e["sha256"]) for name, e in manifest["files"].items()]


def _read(store: ArtifactStore, machine_id: str, generation: str) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(store.read(generation_key(machine_id, generation, MANIFEST)))
    except FileNotFoundError:
        raise MissingPrerequisite(
            f"the data set of {machine_id} has no {MANIFEST}: an earlier version made it",
            hint=f"run: npm run gan -- machine run {machine_id}",
        ) from None
    except ValueError as error:
        raise InvalidInput(f"{MANIFEST} of {machine_id} is damaged: {error}") from None
    return manifest


def _train_again(store: ArtifactStore, own: ArtifactStore, machine_id: str, manifest: Mapping[str, Any]) -> list[Check]:
    before = manifest["before"]
    checks, seed = [], key_of("seed", machine_id)
    wanted = before["generateSeed"]["outputs"][name_of(seed)]
    if manifest["seed"] == "simulated":
        _run("generate_seed_from_profile", own, machine_id, before["generateSeed"]["parameters"])
        checks.append(_same("seed made again", own.digest(seed), wanted))
    else:
        _copy(store, own, "seed", machine_id, wanted)
    parameters = before["trainTvae"]["parameters"]
    if parameters.get("time_limit"):
        raise InvalidInput("the model was trained under a time limit: how far it got then cannot be had again")
    _run("train_tvae_machine", own, machine_id, parameters)
    return [*checks, _same("model made again", own.digest(key_of("model", machine_id)), manifest["inputs"]["model"])]


def _copy(store: ArtifactStore, own: ArtifactStore, kind: Kind, machine_id: str, digest: str) -> None:
    artifact = key_of(kind, machine_id)
    if not store.exists(artifact) or store.digest(artifact) != digest:
        raise MissingPrerequisite(
            f"{name_of(artifact)} is not the {kind} that the data set was made from",
            hint="--full makes the model again; another profile or seed cannot be had back",
        )
    own.write(artifact, store.read(artifact))


def _run(script: str, own: ArtifactStore, machine_id: str, parameters: Mapping[str, Any], *more: str) -> None:
    """Runs a script on the temporary store, with the parameters as flags. Raises ResourceFailed with its stderr."""
    flags = [
        f"--{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in parameters.items()
        if value is not None
    ]
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), "--root", own.where(), "--machine_id", machine_id]
    done = subprocess.run(
        [*command, *flags, *more], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise ResourceFailed(f"{script}.py ended with status {done.returncode}: {done.stderr.strip()[-500:]}")


def _same(name: str, found: str, wanted: str) -> Check:
    text = wanted[:12] if found == wanted else f"{found[:12]} instead of {wanted[:12]}"
    return boolean(name, found == wanted, "sha256 as in the data set's manifest", text)
