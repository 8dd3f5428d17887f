"""Which code each step's declared version stands for: `npm run versions` records it, test_step_versions.py holds it.

A version is raised by hand, in registry.py, when a step makes other outputs of the same inputs. That it is not
forgotten is what step_versions.json is for: it has the meaning (code_meaning.py) of the code behind each version.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from code_meaning import Code, Meaning, contracts, pinned
from gan.pipeline.registry import CHAIN, IMPORT, PAGES

PROJECT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_suffix(".json")
PACKAGE = PROJECT / "GAN/gan"

PAGE_ROOTS = ("gan.reporting.report.page", "gan.reporting.data_card.data_card")
# What cannot alter what a step makes, and is therefore not looked into.
NOT_DATA = {
    "gan.runtime": "prints, stops and fails",
    "gan.store": "keeps bytes, and makes none",
    "gan.pipeline.registry": "tells a step from another; what it reads counts by its digest",
    "gan.pipeline.chain": "runs steps that have versions of their own",
    "gan.pipeline.runner.Context": "hands flags and folders over",
    "gan.pipeline.runner.run_step": "locks and records",
    "gan.pipeline.refusal": "words a refusal",
}
PAGES_APART = dict.fromkeys(PAGE_ROOTS, "pages have a version of their own")

Lock = dict[str, dict[str, Any]]


def versions() -> dict[str, str]:
    """The declared versions, by step; and that of the pages."""
    return {step.name: step.version for step in (*CHAIN, IMPORT)} | {"pages": PAGES}


def meanings() -> dict[str, Meaning]:
    """What the code behind each version means now. Raises LookupError when what is left out is no longer there."""
    pins = pinned(*(PROJECT / "requirements" / name for name in ("runtime.txt", "torch.txt", "bench.in")))
    pins |= contracts(PROJECT / "contracts/generated")
    steps = Code(PACKAGE, (*NOT_DATA, *PAGES_APART), pins)
    gone = [name for name in (*NOT_DATA, *PAGES_APART) if not steps.exists(name)]
    if gone:
        raise LookupError(f"{Path(__file__).name} leaves out what is not there: {', '.join(gone)}")
    found = {step.name: steps.meaning(_roots(steps, step.module)) for step in (*CHAIN, IMPORT)}
    return {**found, "pages": Code(PACKAGE, NOT_DATA, pins).meaning(PAGE_ROOTS)}


def _roots(code: Code, module: str) -> list[str]:
    work = f"gan.pipeline.steps.{module}.work"
    check = f"gan.pipeline.steps.{module}.check"
    return [work, check] if code.exists(check) else [work]


def read_lock(path: Path = LOCK) -> Lock:
    """What was recorded, by step."""
    lock: Lock = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return lock


def unrecorded(lock: Lock, declared: Mapping[str, str], found: Mapping[str, Meaning]) -> dict[str, str]:
    """Of each step whose code or version is not as recorded, what to do about it."""
    problems = {}
    for step, meaning in found.items():
        entry = lock.get(step)
        if entry is None:
            problems[step] = f"{step} is new: run `npm run versions` to record it"
        elif entry["version"] != declared[step]:
            problems[step] = f"the version of {step} was changed: run `npm run versions` to record its code"
        elif entry["meaning"] != meaning.digest:
            problems[step] = _forgotten(step, entry, meaning)
    return problems | {step: f"{step} is gone: run `npm run versions`" for step in lock.keys() - found.keys()}


def _forgotten(step: str, entry: Mapping[str, Any], meaning: Meaning) -> str:
    changed = [*_differ(entry["modules"], meaning.modules), *_differ(entry["packages"], meaning.packages)]
    return (
        f"what {step} makes may have changed (in: {', '.join(changed)}). "
        "If its bytes change for the same inputs: raise its version in GAN/gan/pipeline/registry.py, "
        "then run `npm run versions` to record the code that it stands for. "
        'If they do not: npm run versions -- --same-output "why"'
    )


def _differ(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]


def recorded(lock: Lock, declared: Mapping[str, str], found: Mapping[str, Meaning], same_output: str | None) -> Lock:
    """The lock of the current code. same_output: why changed code makes the same output, kept until the next version.

    Raises ValueError when code changed without a new version or a reason.
    """
    problems = unrecorded(lock, declared, found)
    made: Lock = {}
    for step, meaning in found.items():
        before = lock.get(step, {})
        same_version = before.get("version") == declared[step]
        reasons = list(before.get("sameOutput", [])) if same_version else []
        if same_version and step in problems:
            if same_output is None:
                raise ValueError(problems[step])
            # Merges have one reason, however many they are.
            reasons += [] if same_output in reasons else [same_output]
        made[step] = {
            "version": declared[step],
            "meaning": meaning.digest,
            "sameOutput": reasons,
            "modules": dict(meaning.modules),
            "packages": dict(meaning.packages),
        }
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description="Records the code that each step's declared version stands for.")
    parser.add_argument("--same-output", metavar="WHY", help="the changed code makes the same bytes of the same inputs")
    args = parser.parse_args()
    try:
        lock = recorded(read_lock(), versions(), meanings(), args.same_output)
    except (LookupError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", "utf-8")
    print(f"recorded in {LOCK.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
