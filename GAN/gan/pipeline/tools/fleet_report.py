"""Writes the fleet's summary page, worst machines first: GAN/data/fleet-report.html."""

from __future__ import annotations

from gan.pipeline.runner import Context
from gan.reporting.fleet_report import lines, page
from gan.runtime.events import Result
from gan.store.layout import key_of, name_of


def work(context: Context) -> Result:
    report = key_of("fleetReport")
    machines = lines(context.store)
    context.store.write(report, page(machines, report).encode())
    ready = sum(line.report is not None for line in machines)
    return Result(
        f"{ready} of {len(machines)} machines in {name_of(report)}",
        outputs=(context.store.output(report),),
        metrics={"machines": len(machines), "validated": ready},
        text=f"✅ {context.store.where(report)}",
    )
