"""Errors that say what happened, where, and what to do next; codes and exit statuses are in contracts/failures.ts."""

from __future__ import annotations

from gan.runtime.contracts import contract


def _defined(failure: str) -> tuple[int, bool, str]:
    """Exit status, whether a retry may help, and code of a failure."""
    definition = contract("failures")[failure]
    return definition["exitStatus"], definition["retryable"], definition["code"]


class StepError(Exception):
    """A step failed for a reason that a person can act on: printed without a stack trace."""

    exit_code, retryable, code = _defined("crashed")

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None, code: str | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        if code is not None:
            self.code = code


class InvalidInput(StepError):
    """An argument, a profile or a file of rows is wrong; a person corrects it."""

    exit_code, retryable, code = _defined("invalidInput")


class MissingPrerequisite(StepError):
    """An earlier step's output is missing; the hint names the command that makes it."""

    exit_code, retryable, code = _defined("missingPrerequisite")


class ValidationFailed(StepError):
    """The data did not pass validation."""

    exit_code, retryable, code = _defined("validationFailed")


class ResourceFailed(StepError):
    """Memory, disk, a lock or the accelerator failed; a retry may help."""

    exit_code, retryable, code = _defined("resource")


class Interrupted(StepError):
    """Asked to stop; what was done is saved."""

    exit_code, retryable, code = _defined("interrupted")
