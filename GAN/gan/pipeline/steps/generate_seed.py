"""Simulates a machine's seed from its profile, or copies its recorded rows where it has them."""

from __future__ import annotations

from gan.data.runs import Runs
from gan.data.tables import csv_bytes
from gan.evaluation.seed_checks import WISHED_RUNS
from gan.machine.profile import Profile, load_profile
from gan.pipeline.runner import Context
from gan.runtime.events import Result
from gan.simulation.physics import simulate
from gan.store.files import sha256_of, write_whole


def work(context: Context) -> Result:
    """Simulates runs to failure from the profile's physics."""
    if context.paths.recorded(context.machine_id).is_file():
        return _restore_seed(context)
    profile = load_profile(context.paths, context.machine_id)
    runs = simulate(profile, context.args.num_samples, context.args.seed)
    _warn_of_few_runs(context, profile, runs)
    path = context.paths.seed(context.machine_id)
    write_whole(path, csv_bytes(runs, profile))
    note = "" if profile.failure_modes else "; no failure modes: no RUL"
    return Result(
        f"seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}",
        outputs=(context.paths.output(path, len(runs)),),
        metrics={"rows": len(runs), "runs": len(runs.ids())},
        text=f"✅ Seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}\n{path}",
    )


def _restore_seed(context: Context) -> Result:
    """An imported machine's seed is a copy of its recorded rows, whatever else is asked for: they are never lost."""
    recorded, seed = context.paths.recorded(context.machine_id), context.paths.seed(context.machine_id)
    if not seed.is_file() or sha256_of(seed) != sha256_of(recorded):
        write_whole(seed, recorded.read_bytes())
    return Result(
        "imported seed: recorded rows, not simulated ones",
        outputs=(context.paths.output(seed),),
        skipped=True,
        reason="imported seed",
    )


def _warn_of_few_runs(context: Context, profile: Profile, runs: Runs) -> None:
    count, enough = len(runs.ids()), int(WISHED_RUNS * profile.life_rows)
    if count < WISHED_RUNS:
        context.reporter.warning(
            "FEW_RUNS",
            f"{len(runs):,} rows hold {count} runs of {profile.life_rows:.0f} rows on average; {WISHED_RUNS} or more are "
            f"wished for: --num_samples {enough}, or a longer sampling_interval_minutes",
        )
