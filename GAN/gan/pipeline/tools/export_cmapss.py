"""Writes a machine's published data set in the manner of C-MAPSS, test runs cut off, to GAN/data/cmapss/{machine_id}."""

from __future__ import annotations

from gan.data.cmapss import cmapss_files
from gan.data.splits import SPLITS
from gan.data.tables import read_parquet
from gan.machine.profile import load_profile
from gan.pipeline.runner import Context
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.runtime.events import Result
from gan.store.files import whole_folder
from gan.store.publication import current_generation


def work(context: Context) -> Result:
    paths, machine_id = context.paths, context.machine_id
    profile = load_profile(paths, machine_id)
    published = current_generation(paths, machine_id)
    if published is None:
        raise MissingPrerequisite(
            f"no data set of {machine_id} is published", hint=f"run: npm run gan -- machine run {machine_id}"
        )
    if not profile.failure_modes:
        raise InvalidInput(f"{machine_id} has no failure modes, so no RUL to predict", field="machine_id")
    splits = {split: read_parquet(published / f"{split}.parquet", profile) for split in SPLITS}
    folder = paths.root / "data" / "cmapss" / machine_id
    with whole_folder(folder) as temporary:
        for name, data in cmapss_files(splits, profile, context.args.seed).items():
            (temporary / name).write_bytes(data)
    outputs = tuple(paths.output(path) for path in sorted(folder.iterdir()))
    return Result(f"{len(outputs)} files in {paths.relative(folder)}", outputs=outputs, text=f"✅ {folder}")
