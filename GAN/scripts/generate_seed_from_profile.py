"""Step 2: simulates whole runs to failure from the profile's physics: the seed."""

import _path  # noqa: F401

import argparse
from typing import Any

from gan.events import Result
from gan.files import write_whole
from gan.physics import simulate
from gan.profile import load_profile
from gan.step import Context, integer, step_main
from gan.tables import csv_bytes


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--num_samples", type=integer(100, 10_000_000), default=10_000, help="rows of the seed (default 10000)")


def parameters(args: argparse.Namespace) -> dict[str, Any]:
    return {"num_samples": args.num_samples, "seed": args.seed}


def work(context: Context) -> Result:
    profile = load_profile(context.paths, context.machine_id)
    runs = simulate(profile, context.args.num_samples, context.args.seed)
    path = context.paths.seed(context.machine_id)
    write_whole(path, csv_bytes(runs, profile))
    whole = len(runs.lengths())
    summary = f"Seed data created: {len(runs):,} rows, {whole} runs"
    return Result(
        summary,
        (context.paths.output(path, rows=len(runs)),),
        {"rows": len(runs), "runs": whole},
        text=f"✅ {summary}\n   {path}",
    )


if __name__ == "__main__":
    step_main("generateSeed", __doc__, parameters, work, configure)
