import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { PayloadKeyError } from '../codec/keys.js';
import { exitStatusOf } from '../contracts/failures.js';
import { printable } from '../contracts/printable.js';
import { ManagerError, REFUSAL } from '../manager/errors.js';
import { failureError } from '../manager/workflow-error.js';
import { ConfigError } from '../temporal.config.js';
import { EXIT } from './exit.js';

/** Exit status for an error's type: of a failure, or of what only a person's request can run into. */
export function exitOf(type: string): number {
  if (type === REFUSAL.notFound) return EXIT.missing;
  return type === REFUSAL.nothingToDo ? EXIT.ok : exitStatusOf(type);
}

/** Prints an error for a person and returns the exit status. Only an unexpected error shows its stack. */
export function reportError(error: unknown): number {
  const key = keyError(error);
  if (key !== null) return print(key.message, 'the workers and every command need the same keys', EXIT.missing);
  if (error instanceof ManagerError) return print(withCode(error), error.hint, exitOf(error.type));
  if (error instanceof ConfigError)
    return print(error.message, 'see the settings table in docs/operations.md', EXIT.invalid);
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause === undefined ? print(error.message, null, EXIT.failed) : reportError(error.cause);
  if (error instanceof ApplicationFailure) return reportError(failureError(error));
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}

/** The message, and the failure's own code where it has one: what to look for in documents and logs. */
function withCode({ message, code }: { message: string; code: string | null }): string {
  return code === null ? message : `${message} [${code}]`;
}

/** Temporal wraps what its codec throws. */
function keyError(error: unknown): PayloadKeyError | null {
  if (error instanceof PayloadKeyError) return error;
  return error instanceof Error && error.cause !== undefined ? keyError(error.cause) : null;
}

function print(message: string, hint: string | null, exitCode: number): number {
  process.stderr.write(printable(`error: ${message}\n${hint === null ? '' : `  → ${hint}\n`}`));
  return exitCode;
}
