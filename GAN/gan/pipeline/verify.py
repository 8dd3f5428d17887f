"""Making a data set again from its manifest, in a folder of its own, and comparing digests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gan.evaluation.checks import Check, as_text, boolean, overall
from gan.pipeline.runner import Context
from gan.reporting.data_card import MANIFEST
from gan.runtime.errors import InvalidInput, MissingPrerequisite, ResourceFailed, ValidationFailed
from gan.runtime.events import Result
from gan.store.files import Paths, sha256_of
from gan.store.publication import current_generation

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="train the model again too, from the seed made again")


def work(context: Context) -> Result:
    checks = verify(context.paths, context.machine_id, full=context.args.full)
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


def verify(paths: Paths, machine_id: str, *, full: bool) -> list[Check]:
    """Checks the published data set. full: trains the model again too, and simulates the seed where it was simulated.

    Raises MissingPrerequisite when nothing is published, or what it was made from is no longer there.
    """
    folder = current_generation(paths, machine_id)
    if folder is None:
        raise MissingPrerequisite(
            f"no data set of {machine_id} is published", hint=f"run: npm run gan -- machine run {machine_id}"
        )
    manifest = _read(folder / MANIFEST, machine_id)
    checks = [_same(f"{name} as made", sha256_of(folder / name), entry["sha256"]) for name, entry in manifest["files"].items()]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="gan-verify-") as temporary:
        own = Paths(Path(temporary))
        _copy(paths.metadata(machine_id), own.metadata(machine_id), manifest["inputs"]["profile"], "profile")
        if full:
            checks += _train_again(paths, own, machine_id, manifest)
        else:
            _copy(paths.model(machine_id), own.model(machine_id), manifest["inputs"]["model"], "model")
        _run("generate_synthetic_data", own, machine_id, manifest["sampling"]["parameters"], "--stage")
        made = next(own.generations(machine_id).iterdir())
        checks += [_same(f"{name} made again", sha256_of(made / name), entry["sha256"]) for name, entry in manifest["files"].items()]  # fmt: skip
    return checks


def _read(path: Path, machine_id: str) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise MissingPrerequisite(
            f"the data set of {machine_id} has no {path.name}: an earlier version made it",
            hint=f"run: npm run gan -- machine run {machine_id}",
        ) from None
    except ValueError as error:
        raise InvalidInput(f"{path.name} of {machine_id} is damaged: {error}") from None
    return manifest


def _train_again(paths: Paths, own: Paths, machine_id: str, manifest: Mapping[str, Any]) -> list[Check]:
    before = manifest["before"]
    checks, seed = [], own.seed(machine_id)
    wanted = before["generateSeed"]["outputs"][seed.name]
    if manifest["seed"] == "simulated":
        _run("generate_seed_from_profile", own, machine_id, before["generateSeed"]["parameters"])
        checks.append(_same("seed made again", sha256_of(seed), wanted))
    else:
        _copy(paths.seed(machine_id), seed, wanted, "seed")
    parameters = before["trainTvae"]["parameters"]
    if parameters.get("time_limit"):
        raise InvalidInput("the model was trained under a time limit: how far it got then cannot be had again")
    _run("train_tvae_machine", own, machine_id, parameters)
    return [*checks, _same("model made again", sha256_of(own.model(machine_id)), manifest["inputs"]["model"])]


def _copy(source: Path, target: Path, digest: str, what: str) -> None:
    if not source.is_file() or sha256_of(source) != digest:
        raise MissingPrerequisite(
            f"{source.name} is not the {what} that the data set was made from",
            hint="--full makes the model again; another profile or seed cannot be had back",
        )
    target.parent.mkdir(parents=True)
    shutil.copyfile(source, target)


def _run(script: str, own: Paths, machine_id: str, parameters: Mapping[str, Any], *more: str) -> None:
    """Runs a script on the folder of its own, with the parameters as flags. Raises ResourceFailed with what it said."""
    flags = [
        f"--{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in parameters.items()
        if value is not None
    ]
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), "--root", str(own.root), "--machine_id", machine_id]
    done = subprocess.run([*command, *flags, *more], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)  # fmt: skip
    if done.returncode != 0:
        raise ResourceFailed(f"{script}.py ended with status {done.returncode}: {done.stderr.strip()[-500:]}")


def _same(name: str, found: str, wanted: str) -> Check:
    text = wanted[:12] if found == wanted else f"{found[:12]} instead of {wanted[:12]}"
    return boolean(name, found == wanted, "sha256 as in the data set's manifest", text)
