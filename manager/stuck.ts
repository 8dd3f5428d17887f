import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { ManagerError, REFUSAL } from './errors.js';
import { isUnreachable } from './workflow-end.js';

const { WorkflowTaskFailedCause, EventType } = proto.temporal.api.enums.v1;
/** Causes of failed tasks that are harmless: the task is simply retried. */
const PASSING = new Set<unknown>([
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_STICKY_TASK_QUEUE,
]);
const ANSWER_MS = 10_000;
const LOOK_MS = 1_000;

/**
 * Why a workflow that counts as running cannot continue, or null if it can: its code fails, and Temporal retries it
 * again and again. A worker with other code may repair that.
 */
export async function stuckReason(client: Client, handle: WorkflowHandle): Promise<string | null> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId: handle.workflowId },
    maximumPageSize: 20,
  });
  for (const { eventType, workflowTaskFailedEventAttributes: failed } of history?.events ?? []) {
    if (eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return null;
    if (failed == null) continue;
    return PASSING.has(failed.cause) ? null : (failed.failure?.message ?? 'its code fails');
  }
  return null;
}

/** @throws ManagerError that says how to end it, when a workflow to attach to cannot continue */
export async function requireAble(client: Client, handle: WorkflowHandle, what: string, end: string): Promise<void> {
  const reason = await stuckReason(client, handle);
  if (reason !== null)
    throw new ManagerError(REFUSAL.underWay, `${what} cannot continue: ${reason}`, `to end it: ${end}`);
}

/**
 * A workflow's answer, within bounded time.
 * @throws ManagerError that says why there is no answer
 */
export async function answered<T>(
  client: Client,
  handle: WorkflowHandle,
  what: string,
  end: string,
  ask: () => Promise<T>,
): Promise<T> {
  await requireAble(client, handle, what, end);
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, ask);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    const hint = `is a worker running? ${end} ends it`;
    throw new ManagerError(REFUSAL.missingPrerequisite, `${what} does not answer`, hint);
  }
}

/** Cancels a workflow and waits for its end. */
export async function cancelOrTerminate(client: Client, handle: WorkflowHandle): Promise<void> {
  await handle.cancel();
  await endOfCancelled(client, handle);
}

/** Waits for a cancelled workflow's end. One that cannot continue would never notice, and is terminated. */
export async function endOfCancelled(client: Client, handle: WorkflowHandle): Promise<void> {
  const ended = new AbortController();
  const result = handle
    .result()
    .catch(() => undefined)
    .finally(() => {
      ended.abort();
    });
  while (!ended.signal.aborted) {
    const reason = await stuckReason(client, handle).catch(() => null);
    if (reason !== null) await handle.terminate(`cancelled; it could not continue: ${reason}`).catch(() => undefined);
    await delay(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
  }
  await result;
}
