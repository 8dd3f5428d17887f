"""Writes a machine's published data set in the format of C-MAPSS to GAN/data/cmapss/{machine_id}."""

from __future__ import annotations

from gan.data.cmapss import cmapss_files
from gan.data.splits import SPLITS
from gan.data.tables import read_parquet
from gan.machine.profile import load_profile
from gan.pipeline.refusal import nothing_published, warn_unvalidated
from gan.pipeline.runner import Context
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Result
from gan.store.layout import key_of, published_key


def work(context: Context) -> Result:
    store, machine_id = context.store, context.machine_id
    profile = load_profile(store, machine_id)
    if store.published(machine_id) is None:
        raise nothing_published(context)
    warn_unvalidated(context)
    if not profile.failure_modes:
        raise InvalidInput(f"{machine_id} has no failure modes, so no RUL to predict", field="machine_id")
    splits = {split: read_parquet(store, published_key(machine_id, f"{split}.parquet"), profile) for split in SPLITS}
    group = key_of("cmapss", machine_id)
    files = cmapss_files(splits, profile, context.args.seed)
    names = key_of("ownNames", machine_id)
    if store.exists(names):
        files["names.json"] = store.read(names)
    store.write_group(group, files.items())
    outputs = tuple(store.output(file) for file in store.keys(group))
    return Result(
        f"{len(outputs)} files in {group.rstrip('/')}", outputs=outputs, text=f"✅ {store.where(group.rstrip('/'))}"
    )
