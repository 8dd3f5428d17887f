"""Checks that a machine's published data set can be trained on: the right columns, no NaNs, whole runs, RUL to 0."""

from __future__ import annotations

import numpy as np

from gan.data.runs import Runs
from gan.data.splits import SPLITS
from gan.data.tables import read_parquet
from gan.evaluation.checks import as_text, boolean, overall
from gan.machine.profile import load_profile
from gan.pipeline.refusal import nothing_published
from gan.pipeline.runner import Context
from gan.runtime.errors import ValidationFailed
from gan.runtime.events import Result
from gan.store.layout import published_key


def work(context: Context) -> Result:
    profile = load_profile(context.store, context.machine_id)
    files = {split: published_key(context.machine_id, f"{split}.parquet") for split in SPLITS}
    if not any(map(context.store.exists, files.values())):
        raise nothing_published(context)
    splits = {split: read_parquet(context.store, file, profile) for split, file in files.items()}
    # Columns and NaNs are checked as the files are read.
    checks = [
        boolean("Columns", True, "those of the profile", f"{len(profile.sensors)} sensors"),
        boolean("No NaNs", True, "every value is a finite number"),
        boolean("Whole runs", all(_ends_at_zero(runs) for runs in splits.values()), "RUL falls to 0 in every run"),
    ]
    if overall(checks) == "fail":
        raise ValidationFailed(f"the data set of {context.machine_id} is not ready:\n{as_text(checks)}")
    rows = sum(len(runs) for runs in splits.values())
    return Result(f"ready: {rows:,} rows", metrics={"rows": rows}, verdict="pass", text=as_text(checks))


def _ends_at_zero(runs: Runs) -> bool:
    if runs.rul_h is None:
        return True
    ends = runs.rul_h[runs.starts() + runs.lengths() - 1]
    inside = np.diff(runs.run_id) == 0
    return bool((ends == 0).all() and (np.diff(runs.rul_h)[inside] < 0).all())
