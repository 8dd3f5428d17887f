import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetail, FailureType } from '../../contracts/failures.js';
import { FAILURE, FAILURES, definitionOf } from '../../contracts/failures.js';
import type { ErrorEvent } from '../../contracts/events.js';
import { printable } from '../../contracts/printable.js';

/** What each exit status of the scripts means (contract 1). Any other means that the process crashed. */
const BY_EXIT = new Map(
  Object.values(FAILURES).flatMap((failure) =>
    failure.exitStatus === null || failure.exitStatus === FAILURES.crashed.exitStatus
      ? []
      : [[failure.exitStatus as number, failure] as const],
  ),
);

/** Whether an error is the operating system's, with this code, e.g. ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** Builds a typed failure; what is not retryable ends the machine's pipeline. */
export function failure(
  type: FailureType,
  message: string,
  options: { retryable: boolean; code?: string; hint?: string | null; field?: string | null; retryInMs?: number },
): ApplicationFailure {
  const clean = (text: string | null | undefined) => (text == null ? null : printable(text));
  const detail: FailureDetail = {
    code: options.code ?? definitionOf(type)?.code ?? type,
    hint: clean(options.hint),
    field: clean(options.field),
  };
  return ApplicationFailure.create({
    type,
    message: printable(message),
    nonRetryable: !options.retryable,
    details: [detail],
    ...(options.retryInMs === undefined ? {} : { nextRetryDelay: options.retryInMs }),
  });
}

/** The failure that a script's exit means. @param event the error event it printed last, if it got that far */
export function failureOfExit(
  exitCode: number | undefined,
  signal: string | undefined,
  event: ErrorEvent | null,
  stderrTail: string[],
): ApplicationFailure {
  const known = exitCode === undefined ? undefined : BY_EXIT.get(exitCode);
  if (known !== undefined && event !== null) {
    return failure(known.type, event.message, {
      retryable: known.retryable,
      code: event.code,
      hint: event.hint,
      field: event.field,
    });
  }
  const how = signal === undefined ? `exited with ${exitCode ?? 'no status'}` : `was killed by ${signal}`;
  const last = event?.message ?? stderrTail.at(-1) ?? 'it printed no reason';
  return failure(known?.type ?? FAILURE.crashed, `the Python process ${how}: ${last}`, {
    retryable: known?.retryable ?? true,
    ...(event === null ? {} : { code: event.code, field: event.field }),
    hint: 'the log tail in the activity’s heartbeat and the worker’s log have more',
  });
}
