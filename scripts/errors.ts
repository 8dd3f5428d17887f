import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetail } from '../contracts/failures.js';
import { PayloadKeyError } from '../codec/keys.js';
import { FAILURE } from '../contracts/failures.js';
import { STEP_TITLES } from '../contracts/steps.js';
import { reportFailure } from '../workflows/failure-report.js';
import { ConfigError } from '../temporal.config.js';

/** Exit statuses of the command line; 2 to 5 are those of the scripts (contract 1). */
export const EXIT = { ok: 0, failed: 1, invalid: 2, missing: 3, validation: 4, resource: 5, interrupted: 75 } as const;

/** An error that a person can act on: printed without a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

const EXIT_BY_TYPE: Record<string, number> = {
  [FAILURE.invalidInput]: EXIT.invalid,
  [FAILURE.missingPrerequisite]: EXIT.missing,
  [FAILURE.validationFailed]: EXIT.validation,
  [FAILURE.resource]: EXIT.resource,
};

/** Exit status for a failure's type. */
export function exitOf(type: string): number {
  return EXIT_BY_TYPE[type] ?? EXIT.failed;
}

/** A workflow's failure as an error for a person: which step, what, what to do next. */
export function workflowError(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const failure = reportFailure(error.cause, null);
  const where = failure.step === null ? '' : `${STEP_TITLES[failure.step]}: `;
  return new CliError(`${where}${failure.message}`, exitOf(failure.type), failure.hint);
}

/** Prints an error for a person and gives back the exit status. Only what is unexpected shows its stack. */
export function reportError(error: unknown): number {
  const key = keyError(error);
  if (key !== null) return print(key.message, 'the workers and every command need the same keys', EXIT.missing);
  if (error instanceof CliError) return print(error.message, error.hint, error.exitCode);
  if (error instanceof ConfigError) return print(error.message, 'see the settings table in README.md', EXIT.invalid);
  if (error instanceof WorkflowUpdateFailedError) return reportError(error.cause ?? new CliError(error.message));
  if (error instanceof ApplicationFailure) {
    const detail = error.details?.[0] as FailureDetail | undefined;
    return print(error.message, detail?.hint ?? null, exitOf(error.type ?? ''));
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}

/** Temporal wraps what its codec throws. */
function keyError(error: unknown): PayloadKeyError | null {
  if (error instanceof PayloadKeyError) return error;
  return error instanceof Error && error.cause !== undefined ? keyError(error.cause) : null;
}

function print(message: string, hint: string | null, exitCode: number): number {
  process.stderr.write(`error: ${message}\n${hint === null ? '' : `  → ${hint}\n`}`);
  return exitCode;
}
