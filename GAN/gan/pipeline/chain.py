"""Runs a step of a machine's chain by name, for the scripts and for batch runs."""

from __future__ import annotations

from importlib import import_module
from typing import NoReturn

from gan.machine.profile import load_profile
from gan.pipeline.parameters import parameters_of
from gan.pipeline.registry import step_named
from gan.pipeline.runner import Configure, Context, run_step, script_main
from gan.runtime.events import Result


def step_script(step: str, description: str, configure: Configure | None = None) -> NoReturn:
    """Runs a step as a script and exits with its status."""
    script_main(step, description, lambda context: run(context, step), configure, machine=True)


def run(context: Context, step: str) -> Result:
    """Runs a step. Invalid input is refused before the lock is taken, so that it leaves nothing behind."""
    # Imported here, so that a script imports only what its own step needs.
    module = import_module(f"gan.pipeline.steps.{step_named(step).module}")
    parameters = parameters_of(step, context.args)
    getattr(module, "check", _require_profile)(context)
    return run_step(context, step, parameters, module.work)


def _require_profile(context: Context) -> None:
    load_profile(context.store, context.machine_id)
