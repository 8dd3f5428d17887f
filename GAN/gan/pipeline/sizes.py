"""Whether the splits of a data set hold whole runs: asked by the plan, and again by the step that samples it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass

from gan.data.splits import WISHED_A_SPLIT, rows_for, split_rows, thinnest
from gan.pipeline.runner import split_ratio
from gan.runtime.errors import InvalidInput
from gan.store.artifacts import ArtifactStore
from gan.store.layout import key_of
from gan.store.manifest import Manifest


@dataclass(frozen=True)
class Thin:
    """A split of few runs, in words. refused: it would be part of a run, and its runs are recorded ones."""

    message: str
    hint: str
    refused: bool

    def error(self) -> InvalidInput:
        return InvalidInput(self.message, field="num_samples", hint=self.hint)


def thin_split(rows: Mapping[str, int], mean_rows: float, *, recorded: bool) -> Thin | None:
    """The split with the fewest runs of mean length, if these are few."""
    name, runs = thinnest(rows, mean_rows)
    if runs >= WISHED_A_SPLIT:
        return None
    enough = rows_for(mean_rows, min(rows.values()) / sum(rows.values()))
    refused = runs < 1 and recorded
    fewer = "; fewer rows a run: import with --resample MINUTES" if refused else ""
    return Thin(
        f"num_samples: {rows[name]:,} rows of {name} are {runs:.2g} runs of {mean_rows:,.0f} rows",
        f"--num_samples {enough} (npm run gan: --samples {enough}) gives each split {WISHED_A_SPLIT} runs{fewer}",
        refused,
    )


def recorded_run_rows(store: ArtifactStore, machine_id: str) -> float | None:
    """Mean rows of a machine's recorded runs; None where nothing was imported."""
    imported = Manifest(store, machine_id).step("importSeed")
    if imported is None or not store.exists(key_of("recorded", machine_id)):
        return None
    rows, runs = imported["metrics"].get("rows"), imported["metrics"].get("runs")
    return float(rows) / float(runs) if rows and runs else None


def refused_size(store: ArtifactStore, machine_id: str, args: Namespace) -> Thin | None:
    """What is wrong with the size of a data set that is asked for, before anything is trained for it."""
    mean = recorded_run_rows(store, machine_id)
    if mean is None or args.runs:
        return None
    thin = thin_split(split_rows(args.num_samples, split_ratio(args.split_ratio)), mean, recorded=True)
    return thin if thin is not None and thin.refused else None
