import { Context } from '@temporalio/activity';

/**
 * Asks Temporal to cancel the workflow that calls this. A workflow cannot ask by itself, and one that only stops itself
 * counts as failed.
 */
export async function requestCancellation(): Promise<void> {
  const { client, info } = Context.current();
  if (info.workflowExecution === undefined) throw new TypeError('called by no workflow');
  const { workflowId, runId } = info.workflowExecution;
  await client.workflow.getHandle(workflowId, runId).cancel();
}
