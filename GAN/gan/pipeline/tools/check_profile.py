"""Checks and completes a draft of a machine's configuration, and simulates a few of its runs; writes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from gan.machine.configuration import parse_object
from gan.machine.profile import Profile, parse_profile
from gan.machine.proposals.completion import assumptions, complete
from gan.machine.validation import Problem, shown
from gan.pipeline.parameters import config_text
from gan.pipeline.runner import Context
from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Result
from gan.simulation.physics import check_interval
from gan.simulation.preview import preview, remarks


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--config", required=True, help="configuration as JSON or a path; fields may be missing or null"
    )
    parser.add_argument("--preview", action="store_true", help="simulate a few runs too")


def work(context: Context) -> Result:
    """The answer to a draft, as contracts/draft.ts has it. A draft with problems is no failure."""
    answer = check(context.args.config, with_preview=context.args.preview)
    problems, assumed = answer["problems"], answer["assumed"]
    lines = [
        *(f"❌ {p['field']}: {p['message']}" + (f"\n  → {p['hint']}" if p["hint"] else "") for p in problems),
        *(f"   {a['field']}: {shown(a['value'])} (assumed: {a['basis']})" for a in assumed),
        *(f"⚠️  {w['field']}: {w['message']}" for w in answer["warnings"]),
    ]
    summary = f"{len(problems)} problems, {len(assumed)} values assumed, {len(answer['warnings'])} warnings"
    return Result(summary, data=answer, text="\n".join([*lines, summary]))


def check(config: str, *, with_preview: bool) -> dict[str, Any]:
    try:
        completion = complete(parse_object(config_text(config), "config"))
    except InvalidInput as error:
        return _answer({}, [Problem(error.field or "config", error.message, error.hint)], None, with_preview)
    if completion.problems:
        return _answer(completion.configuration, completion.problems, None, with_preview)
    profile = parse_profile(completion.configuration)
    try:
        if profile.failure_modes:
            check_interval(profile)
    except InvalidInput as error:
        field = str(error.field)
        problem = Problem(field, error.message.removeprefix(f"{field}: "), error.hint)
        return _answer(completion.configuration, [problem], None, with_preview)
    return _answer(completion.configuration, [], profile, with_preview)


def _answer(
    configuration: dict[str, Any], problems: list[Problem], profile: Profile | None, with_preview: bool
) -> dict[str, Any]:
    seed_rows = int(contract("parameters.schema")["properties"]["seedSamples"]["default"])
    return {
        "problems": [asdict(problem) for problem in problems],
        "profile": None if profile is None else configuration,
        "assumed": assumptions(configuration),
        "warnings": [] if profile is None else [asdict(remark) for remark in remarks(profile, seed_rows)],
        "preview": preview(profile) if with_preview and profile is not None else None,
    }
