"""Takes a machine out of the fleet with all that is its own, or brings it back."""

from __future__ import annotations

from argparse import ArgumentParser

from gan.pipeline.runner import Context
from gan.runtime.events import Result
from gan.store.layout import key_of
from gan.store.retirement import restore, retire


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--restore", action="store_true", help="bring a retired machine back, as it was")


def work(context: Context) -> Result:
    store, machine_id = context.store, context.machine_id
    where = store.where(key_of("retired", machine_id))
    if context.args.restore:
        files = restore(store, machine_id)
        summary = f"{machine_id} is back in the fleet, with {len(files)} files"
    else:
        files = retire(store, machine_id)
        summary = f"{machine_id} has left the fleet: its {len(files)} files are in {where}"
    return Result(summary, data={"files": files, "where": where}, text=f"✅ {summary}")
