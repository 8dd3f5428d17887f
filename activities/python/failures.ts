import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetail, FailureType } from '../../contracts/failures.js';
import { FAILURE } from '../../contracts/failures.js';
import type { ErrorEvent } from '../../contracts/events.js';

/** Exit statuses of the scripts (contract 1) and the failure each one means. */
const BY_EXIT: Record<number, { type: FailureType; retryable: boolean }> = {
  2: { type: FAILURE.invalidInput, retryable: false },
  3: { type: FAILURE.missingPrerequisite, retryable: false },
  4: { type: FAILURE.validationFailed, retryable: false },
  5: { type: FAILURE.resource, retryable: true },
  75: { type: FAILURE.interrupted, retryable: true },
};

/** Whether an error is the operating system's of this code, e.g. ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** Builds a typed failure; what is not retryable ends the machine's pipeline. */
export function failure(
  type: FailureType,
  message: string,
  options: { retryable: boolean; code?: string; hint?: string | null; field?: string | null; retryInMs?: number },
): ApplicationFailure {
  const detail: FailureDetail = {
    code: options.code ?? type,
    hint: options.hint ?? null,
    field: options.field ?? null,
  };
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !options.retryable,
    details: [detail],
    ...(options.retryInMs === undefined ? {} : { nextRetryDelay: options.retryInMs }),
  });
}

/** The failure that a script's exit means. `event` is the error event it printed last, if it came to that. */
export function failureOfExit(
  exitCode: number | undefined,
  signal: string | undefined,
  event: ErrorEvent | null,
  stderrTail: string[],
): ApplicationFailure {
  const known = exitCode === undefined ? undefined : BY_EXIT[exitCode];
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
    hint: 'the log tail in the activity’s heartbeat and the worker’s log have more',
  });
}
