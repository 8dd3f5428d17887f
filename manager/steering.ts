import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Steering } from '../contracts/runs.js';
import { cancelOrTerminate } from './stuck.js';

/**
 * Pauses, resumes or cancels a workflow; settles when it is so. Cancellation is Temporal's own, as of its Web UI: the
 * workflow's update does no more than ask for it, and needs a worker for that.
 */
export async function steer(client: Client, handle: WorkflowHandle, action: Steering): Promise<void> {
  if (action !== 'cancel') {
    await handle.executeUpdate(action);
    return;
  }
  await cancelOrTerminate(client, handle);
}
