import { WorkflowFailedError } from '@temporalio/client';
import { ownCode } from '../contracts/failures.js';
import { STEP_TITLES } from '../contracts/steps.js';
import { reportFailure } from '../workflows/failure-report.js';
import { ManagerError } from './errors.js';

/** A workflow's failure as an error for a person: which step, what, what to do next. Other errors stay as they are. */
export function workflowError(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  return failureError(error.cause);
}

/** A failure, of a workflow or of an activity's code that ran here, as an error for a person. */
export function failureError(error: unknown): ManagerError {
  const failure = reportFailure(error, null);
  const where = failure.step === null ? '' : `${STEP_TITLES[failure.step]}: `;
  return new ManagerError(failure.type, `${where}${failure.message}`, failure.hint, ownCode(failure), failure.field);
}
