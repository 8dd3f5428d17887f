"""Many machines' chains in this process, one after another: what the batch scripts do, without Temporal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from gan.pipeline.chain import run
from gan.pipeline.plan import step_args
from gan.pipeline.runner import Context
from gan.runtime.errors import Interrupted, StepError
from gan.runtime.events import Reporter, Result


class MachinesFailed(StepError):
    """Some machines failed; the others are done."""

    code = "MACHINES_FAILED"

    def __init__(self, message: str, *, hint: str | None, exit_code: int) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


def run_chains(context: Context, machine_ids: Sequence[str], steps: Sequence[str]) -> Result:
    """Takes machines through their steps. A machine that fails does not hold up the others.

    Raises MachinesFailed at the end, naming them, with the exit status of the first.
    """
    failed: list[tuple[str, StepError]] = []
    for at, machine_id in enumerate(machine_ids):
        context.reporter.progress(
            at, len(machine_ids), "machines", text=f"\n── {machine_id} ({at + 1}/{len(machine_ids)})"
        )
        try:
            for step in steps:
                _run(context, machine_id, step)
        except Interrupted:
            raise
        except StepError as error:
            failed.append((machine_id, error))
            context.reporter.warning("MACHINE_FAILED", f"{machine_id}: {error.message}")
    if failed:
        reasons = "; ".join(f"{machine_id}: {reason.message}" for machine_id, reason in failed)
        first = failed[0][1]
        raise MachinesFailed(
            f"{len(failed)} of {len(machine_ids)} machines failed: {reasons}",
            hint=first.hint,
            exit_code=first.exit_code,
        )
    context.reporter.progress(len(machine_ids), len(machine_ids), "machines")
    return Result(f"{len(machine_ids)} machines done", metrics={"machines": len(machine_ids)})


def _run(context: Context, machine_id: str, step: str) -> None:
    args = Namespace(
        **{
            **vars(step_args(step, context.args)),
            "machine_id": machine_id,
            "skip_if_current": not context.args.force,
            "stage": True,
            "config": None,
            "machine_type": None,
        }
    )
    reporter = Reporter(
        step, machine_id, as_json=context.reporter.as_json, on_reader_gone=context.reporter.on_reader_gone
    )
    result = run(Context(args, context.store, reporter, context.stop), step)
    reporter.say(result.text or result.summary)
