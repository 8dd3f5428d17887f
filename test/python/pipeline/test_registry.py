"""The one table of the steps agrees with the scripts and the modules that it names."""

from __future__ import annotations

from importlib import import_module

import pytest

from gan.pipeline.registry import CHAIN, Step
from support import Root


@pytest.mark.parametrize("step", CHAIN, ids=lambda step: step.name)
def test_each_parameter_of_a_step_is_a_flag_of_its_script_and_its_module_does_the_work(step: Step, root: Root) -> None:
    told = root.ask(step.script, "--help").stdout
    assert [name for name in step.parameters if f"--{name} " not in told] == []
    assert callable(import_module(f"gan.pipeline.steps.{step.module}").work)
