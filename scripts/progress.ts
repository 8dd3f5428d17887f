import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { HeartbeatDetails } from '../contracts/events.js';
import { machineWorkflowId } from '../contracts/steps.js';

/** What a machine's running step last said, and which attempt it is. */
export interface LiveStep {
  step: string;
  attempt: number;
  heartbeat: HeartbeatDetails | null;
  /** Why the attempt before this one ended. */
  lastFailure: string | null;
}

/**
 * The running step of a machine: read from its pipeline's pending activity, so it works from any host.
 * @returns null when no step runs
 */
export async function readLiveStep(client: Client, machineId: string): Promise<LiveStep | null> {
  const { raw } = await client.workflow.getHandle(machineWorkflowId(machineId)).describe();
  const pending = raw.pendingActivities?.[0];
  if (pending === undefined) return null;
  const payload = pending.heartbeatDetails?.payloads?.[0];
  const decoded = payload == null ? undefined : HeartbeatDetails.safeParse(defaultPayloadConverter.fromPayload(payload));
  return {
    step: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    heartbeat: decoded?.success === true ? decoded.data : null,
    lastFailure: pending.lastFailure?.message ?? null,
  };
}
