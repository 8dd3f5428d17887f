"""Errors that say what happened, where, and what to do next. Each has the exit status of contract 1."""

from __future__ import annotations


class StepError(Exception):
    """A step failed for a reason that a person can act on: printed without a stack trace."""

    exit_code = 1
    retryable = False
    code = "FAILED"

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None, code: str | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        if code is not None:
            self.code = code


class InvalidInput(StepError):
    """An argument, a profile or a file of rows is wrong; a person corrects it."""

    exit_code = 2
    code = "INVALID_INPUT"


class MissingPrerequisite(StepError):
    """An earlier step's output is missing; the hint names the command that makes it."""

    exit_code = 3
    code = "MISSING_PREREQUISITE"


class ValidationFailed(StepError):
    """The data did not pass validation."""

    exit_code = 4
    code = "VALIDATION_FAILED"


class ResourceFailed(StepError):
    """Memory, disk, a lock or the accelerator failed; a retry may help."""

    exit_code = 5
    code = "RESOURCE_FAILED"
    retryable = True


class Interrupted(StepError):
    """Asked to stop; what was done is saved."""

    exit_code = 75
    code = "INTERRUPTED"
    retryable = True
