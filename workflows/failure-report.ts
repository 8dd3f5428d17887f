import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow';
import type { FailureDetail } from '../contracts/failures.js';
import type { FailureReport } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';

/** Unwraps an error of an activity or a child workflow to what a person must know: what, in which step, what to do next. */
export function reportFailure(error: unknown, step: Step | null): FailureReport {
  const cause = rootCause(error);
  if (cause instanceof ApplicationFailure) {
    const detail = cause.details?.[0] as (FailureDetail & { step?: Step }) | undefined;
    return {
      type: cause.type ?? 'Error',
      step: step ?? detail?.step ?? null,
      message: cause.message,
      hint: detail?.hint ?? null,
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      type: 'TimedOut',
      step,
      message: `no ${cause.timeoutType} in time`,
      hint: 'see whether a worker is running',
    };
  }
  if (isCancellation(cause)) return { type: 'Cancelled', step, message: 'cancelled', hint: null };
  return { type: 'Error', step, message: cause instanceof Error ? cause.message : String(cause), hint: null };
}

function rootCause(error: unknown): unknown {
  return (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause !== undefined
    ? rootCause(error.cause)
    : error;
}
