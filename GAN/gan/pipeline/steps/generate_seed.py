"""Simulates a machine's seed from its profile, or copies its recorded rows if it has any."""

from __future__ import annotations

from gan.data.runs import Runs
from gan.data.tables import csv_bytes
from gan.evaluation.seed_checks import WISHED_RUNS
from gan.machine.profile import Profile, load_profile
from gan.pipeline.runner import Context
from gan.runtime.events import Result
from gan.simulation.physics import simulate
from gan.store.layout import key_of


def work(context: Context) -> Result:
    """Simulates runs to failure from the profile's physics."""
    if context.store.exists(key_of("recorded", context.machine_id)):
        return _restore_seed(context)
    profile = load_profile(context.store, context.machine_id)
    runs = simulate(profile, context.args.num_samples, context.args.seed)
    _warn_of_few_runs(context, profile, runs)
    seed = key_of("seed", context.machine_id)
    context.store.write(seed, csv_bytes(runs, profile))
    note = "" if profile.failure_modes else "; no failure modes: no RUL"
    return Result(
        f"seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}",
        outputs=(context.store.output(seed, len(runs)),),
        metrics={"rows": len(runs), "runs": len(runs.ids())},
        text=f"✅ Seed data created: {len(runs):,} rows, {len(runs.ids())} runs{note}\n{context.store.where(seed)}",
    )


def _restore_seed(context: Context) -> Result:
    """An imported machine's seed is a copy of its recorded rows, whatever the flags say: they are never lost."""
    store, recorded, seed = context.store, key_of("recorded", context.machine_id), key_of("seed", context.machine_id)
    if not store.exists(seed) or store.digest(seed) != store.digest(recorded):
        store.write(seed, store.read(recorded))
    return Result(
        "imported seed: recorded rows, not simulated ones",
        outputs=(store.output(seed),),
        skipped=True,
        reason="imported seed",
    )


def _warn_of_few_runs(context: Context, profile: Profile, runs: Runs) -> None:
    count, enough = len(runs.ids()), int(WISHED_RUNS * profile.mean_run_rows)
    if count < WISHED_RUNS:
        context.reporter.warning(
            "FEW_RUNS",
            f"{len(runs):,} rows hold {count} runs of {profile.mean_run_rows:.0f} rows on average; "
            f"{WISHED_RUNS} or more are "
            f"recommended: --num_samples {enough}, or a longer sampling_interval_minutes",
        )
