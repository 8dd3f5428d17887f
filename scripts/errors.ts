import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetail } from '../contracts/failures.js';
import { PayloadKeyError } from '../codec/keys.js';
import { ManagerError, REFUSAL } from '../manager/errors.js';
import { ConfigError } from '../temporal.config.js';

/** Exit statuses of the command line; 2 to 5 are those of the scripts (contract 1). */
export const EXIT = { ok: 0, failed: 1, invalid: 2, missing: 3, validation: 4, resource: 5, interrupted: 75 } as const;

const EXIT_BY_TYPE: Record<string, number> = {
  [REFUSAL.invalidInput]: EXIT.invalid,
  [REFUSAL.missingPrerequisite]: EXIT.missing,
  [REFUSAL.validationFailed]: EXIT.validation,
  [REFUSAL.resource]: EXIT.resource,
  [REFUSAL.notFound]: EXIT.missing,
  [REFUSAL.nothingToDo]: EXIT.ok,
};

/** Exit status for a failure's type. */
export function exitOf(type: string): number {
  return EXIT_BY_TYPE[type] ?? EXIT.failed;
}

/** Prints an error for a person and gives back the exit status. Only what is unexpected shows its stack. */
export function reportError(error: unknown): number {
  const key = keyError(error);
  if (key !== null) return print(key.message, 'the workers and every command need the same keys', EXIT.missing);
  if (error instanceof ManagerError) return print(error.message, error.hint, exitOf(error.type));
  if (error instanceof ConfigError) return print(error.message, 'see the settings table in README.md', EXIT.invalid);
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause === undefined ? print(error.message, null, EXIT.failed) : reportError(error.cause);
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
