"""Lists the generations of a machine's data set: when each was made and by which fleet run, its quality, its state."""

from __future__ import annotations

from gan.pipeline.runner import Context
from gan.runtime.events import Result
from gan.store.generations import Generation, listing


def line(g: Generation) -> str:
    quality = "      " if g.quality is None else f"{g.quality:.3f} "
    return f"{g.name}  {g.made_at[:19]}Z  {g.fleet_run or 'by hand':<24}  {quality} {g.verdict or '':<4}  {g.state}"


def work(context: Context) -> Result:
    found = listing(context.store, context.machine_id)
    return Result(
        f"{len(found)} generations",
        data={"generations": [g.to_json() for g in found]},
        text="\n".join(map(line, found)) or "no generation yet",
    )
