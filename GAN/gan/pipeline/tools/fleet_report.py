"""Writes the fleet's summary page, worst machines first: GAN/data/fleet-report.html."""

from __future__ import annotations

from gan.pipeline.runner import Context
from gan.reporting.fleet_report import PAGE, lines, page
from gan.runtime.events import Result
from gan.store.files import write_whole


def work(context: Context) -> Result:
    path = context.paths.root / "data" / PAGE
    machines = lines(context.paths)
    write_whole(path, page(machines, path.parent).encode())
    ready = sum(line.report is not None for line in machines)
    return Result(
        f"{ready} of {len(machines)} machines in {path.name}",
        outputs=(context.paths.output(path),),
        metrics={"machines": len(machines), "validated": ready},
        text=f"✅ {path}",
    )
