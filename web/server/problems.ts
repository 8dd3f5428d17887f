import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { PROBLEM_TYPE } from '../../contracts/api/problem.js';
import type { Problem } from '../../contracts/api/problem.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';
import { failureError } from '../../manager/workflow-error.js';
import { isUnreachable } from '../../manager/workflow-end.js';

const STATUS: Record<string, ContentfulStatusCode> = {
  [REFUSAL.invalidInput]: 400,
  [REFUSAL.notFound]: 404,
  [REFUSAL.underWay]: 409,
  [REFUSAL.nothingToDo]: 409,
  [REFUSAL.machineBusy]: 409,
  [REFUSAL.missingPrerequisite]: 424,
  [REFUSAL.validationFailed]: 422,
  [REFUSAL.interrupted]: 503,
};

/** An error as a person should read it. An unexpected one keeps its details to the server's log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HTTPException) return problem(error.status, 'Refused', error.message);
  if (error instanceof ManagerError)
    return {
      title: error.type,
      status: STATUS[error.type] ?? 500,
      detail: error.message,
      code: error.code,
      field: error.field,
      hint: error.hint,
    };
  if (error instanceof WorkflowUpdateFailedError && error.cause !== undefined) return problemOf(error.cause);
  if (error instanceof ApplicationFailure) return problemOf(failureError(error));
  if (error instanceof WorkflowNotFoundError) return problem(404, REFUSAL.notFound, 'nothing of that name runs');
  if (isUnreachable(error))
    return problem(503, 'TemporalUnreachable', 'Temporal does not answer', 'is the server running?');
  return problem(500, 'Unexpected', 'the console failed; its log says why');
}

export function sendProblem(c: Context, error: unknown): Response {
  const body = problemOf(error);
  return c.body(JSON.stringify(body), body.status as ContentfulStatusCode, { 'content-type': PROBLEM_TYPE });
}

function problem(status: number, title: string, detail: string, hint: string | null = null): Problem {
  return { title, status, detail, code: null, field: null, hint };
}
