import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow';
import { definitionOf } from '../contracts/failures.js';
import type { FailureDetail } from '../contracts/failures.js';
import type { FailureReport } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';

/** Unwraps an error of an activity or a child workflow into what failed, in which step, and what to do next. */
export function reportFailure(error: unknown, step: Step | null): FailureReport {
  const cause = rootCause(error);
  if (cause instanceof ApplicationFailure) {
    const detail = cause.details?.[0] as Partial<FailureDetail & { step: Step | null }> | null | undefined;
    const type = cause.type ?? 'Error';
    return {
      type,
      code: detail?.code ?? definitionOf(type)?.code ?? 'ERROR',
      step: step ?? detail?.step ?? null,
      message: cause.message,
      hint: detail?.hint ?? null,
      field: detail?.field ?? null,
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      type: 'TimedOut',
      code: 'TIMED_OUT',
      step,
      message: `no ${cause.timeoutType} in time`,
      hint: 'see whether a worker is running',
      field: null,
    };
  }
  const plain = { step, hint: null, field: null };
  if (isCancellation(cause)) return { ...plain, type: 'Cancelled', code: 'CANCELLED', message: 'cancelled' };
  const message = cause instanceof Error ? cause.message : String(cause);
  return { ...plain, type: 'Error', code: 'ERROR', message };
}

function rootCause(error: unknown): unknown {
  return (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause !== undefined
    ? rootCause(error.cause)
    : error;
}
