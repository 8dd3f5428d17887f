import { WorkflowFailedError } from '@temporalio/client';
import { FAILURE } from '../contracts/failures.js';
import { STEP_TITLES } from '../contracts/steps.js';
import { reportFailure } from '../workflows/failure-report.js';

/** Who must act on an error: a failure's type where it is one, or what only a person's request can run into. */
export const REFUSAL = {
  ...FAILURE,
  /** What is asked for is not there: no such run, no running step. */
  notFound: 'NotFound',
  /** What is to be started is under way already. */
  underWay: 'UnderWay',
  /** There is nothing to do: nobody's mistake. */
  nothingToDo: 'NothingToDo',
} as const;

/** An error that a person can act on: what, and what next. The skins make an exit or HTTP status of its type. */
export class ManagerError extends Error {
  override readonly name = 'ManagerError';

  /** @param type one of REFUSAL, or what another SDK or Temporal itself calls it */
  constructor(
    readonly type: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

/** A workflow's failure as an error for a person: which step, what, what to do next. Other errors stay as they are. */
export function workflowError(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const { type, step, message, hint } = reportFailure(error.cause, null);
  return new ManagerError(type, `${step === null ? '' : `${STEP_TITLES[step]}: `}${message}`, hint);
}
