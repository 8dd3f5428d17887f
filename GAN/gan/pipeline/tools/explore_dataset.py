"""Aggregates of a machine's seed and of its published data set, real beside synthetic, for charts."""

from __future__ import annotations

from argparse import ArgumentParser

import numpy as np

from gan.data.runs import Runs
from gan.data.splits import SPLITS
from gan.data.tables import read_parquet, read_seed
from gan.evaluation.overview import overview
from gan.machine.profile import Profile, load_profile
from gan.pipeline.registry import command
from gan.pipeline.runner import Context
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.runtime.events import Result
from gan.store.generations import listing
from gan.store.layout import generation_key, published_key
from gan.synthesis.model import load_model


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--generation", help="another generation than the published one")


def work(context: Context) -> Result:
    profile = load_profile(context.store, context.machine_id)
    splits = {split: read_parquet(context.store, _key(context, split), profile) for split in SPLITS}
    train, held_out = _seed(context, profile)
    rows = sum(map(len, splits.values()))
    return Result(
        f"{rows:,} rows beside {len(train) + len(held_out):,} of the seed",
        data=overview(train, held_out, splits, [name for name in profile.settings if name in train.sensors]),
    )


def _key(context: Context, split: str) -> str:
    """Raises MissingPrerequisite where nothing is published, InvalidInput where there is no such generation."""
    machine_id, wanted = context.machine_id, context.args.generation
    if wanted is not None:
        names = [generation.name for generation in listing(context.store, machine_id)]
        if wanted not in names:
            raise InvalidInput(f"generation: {machine_id} has no generation {wanted}", field="generation")
        return generation_key(machine_id, wanted, f"{split}.parquet")
    key = published_key(machine_id, f"{split}.parquet")
    if not context.store.exists(key):
        raise MissingPrerequisite(
            f"no data set of {machine_id} is published", hint=f"run: {command('generateDataset', machine_id)}"
        )
    return key


def _seed(context: Context, profile: Profile) -> tuple[Runs, Runs]:
    """The seed's training runs and held-out runs: as the model split them, else every fourth is held out."""
    seed = read_seed(context.store, context.machine_id, profile)
    try:
        held_out = np.asarray(load_model(context.store, context.machine_id, profile).header["heldOutRuns"])
    except (InvalidInput, MissingPrerequisite):
        held_out = seed.ids()[3::4]
    chosen = np.isin(seed.run_id, held_out)
    if not chosen.any() or chosen.all():
        chosen = np.isin(seed.run_id, seed.ids()[-1:])
    return seed.rows(~chosen), seed.rows(chosen)
