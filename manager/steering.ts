import type { WorkflowHandle } from '@temporalio/client';

export const STEERING = ['pause', 'resume', 'cancel'] as const;
export type Steering = (typeof STEERING)[number];

/**
 * Pauses, resumes or cancels a workflow; settles when it is so. Cancellation is Temporal's own, as of its Web UI: the
 * workflow's update does no more than ask for it, and needs a worker for that.
 */
export async function steer(handle: WorkflowHandle, action: Steering): Promise<void> {
  if (action !== 'cancel') {
    await handle.executeUpdate(action);
    return;
  }
  await handle.cancel();
  await handle.result().catch(() => undefined);
}
