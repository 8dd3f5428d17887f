import { Context } from '@temporalio/activity';

/**
 * Asks Temporal to cancel the workflow that calls this. A workflow cannot ask for that itself, and one that merely
 * stops counts as failed.
 */
export async function requestCancellation(): Promise<void> {
  const { client, info } = Context.current();
  if (info.workflowExecution === undefined) throw new TypeError('not called from a workflow');
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow.getHandle(workflowId, runId).cancel();
}
