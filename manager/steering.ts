import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Steering } from '../contracts/runs.js';
import { cancelOrTerminate } from './stuck.js';

/**
 * Pauses, resumes or cancels a workflow; settles when that is done. Cancelling uses Temporal's own cancellation, as its
 * Web UI does: the workflow's update only asks for it, and needs a worker to do so.
 */
export async function steer(client: Client, handle: WorkflowHandle, action: Steering): Promise<void> {
  if (action !== 'cancel') {
    await handle.executeUpdate(action);
    return;
  }
  await cancelOrTerminate(client, handle);
}
