"""Checks a seed before time is spent on training."""

import _path  # noqa: F401

import argparse
from typing import Any

from gan.checks import as_text, overall
from gan.errors import InvalidInput, ValidationFailed
from gan.events import Result
from gan.files import write_whole
from gan.profile import load_profile
from gan.seedcheck import check_seed
from gan.step import Context, json_bytes, step_main
from gan.steps import command
from gan.tables import read_seed


def parameters(_: argparse.Namespace) -> dict[str, Any]:
    return {}


def work(context: Context) -> Result:
    profile = load_profile(context.paths, context.machine_id)
    again = f"run: {command('generateSeed', context.machine_id)}, or mend your own rows"
    try:
        runs = read_seed(context.paths.seed(context.machine_id), profile)
    except InvalidInput as error:
        raise ValidationFailed(error.message, hint=again, field=error.field, code="SEED_INVALID") from None
    checks = check_seed(profile, runs)
    verdict = overall(checks)
    path = context.paths.seed_report(context.machine_id)
    report = {"machineId": context.machine_id, "verdict": verdict, "checks": [check.to_json() for check in checks]}
    write_whole(path, json_bytes(report))
    if verdict == "fail":
        context.reporter.say(as_text(checks))
        failed = "; ".join(f"{c.name}: {c.text} (allowed: {c.threshold})" for c in checks if c.verdict == "fail")
        raise ValidationFailed(f"the seed of {context.machine_id} is not fit to train on: {failed}", hint=again, code="SEED_INVALID")
    passed = sum(check.verdict == "pass" for check in checks)
    return Result(
        f"seed is fit to train on: {passed} of {len(checks)} checks passed"
        + ("" if passed == len(checks) else f", {len(checks) - passed} with warnings"),
        (context.paths.output(path),),
        {check.name: check.value for check in checks},
        verdict=verdict,
        text=as_text(checks),
    )


if __name__ == "__main__":
    step_main("validateSeed", __doc__, parameters, work)
