import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type proto from '@temporalio/proto';
import { HeartbeatDetails } from '../contracts/events.js';
import { machineWorkflowId } from '../contracts/steps.js';

/** PENDING_ACTIVITY_STATE_SCHEDULED: the package that names it takes long to load. */
const SCHEDULED = 1;

/** What a machine's running step last said, and which attempt it is. */
export interface LiveStep {
  step: string;
  attempt: number;
  heartbeat: HeartbeatDetails | null;
  /** Why the attempt before this one ended. */
  lastFailure: string | null;
  /** When it last gave a sign of life, ms; null: not in this attempt, or no worker has taken it yet. */
  heartbeatAt: number | null;
  /** Whether no worker has taken this attempt yet. */
  scheduled: boolean;
}

/**
 * The running step of a machine: read from its pipeline's pending activity, so it works from any host.
 * @returns null when no step runs
 * @throws PayloadKeyError when it is encrypted with a key that is missing here
 */
export async function readLiveStep(client: Client, machineId: string): Promise<LiveStep | null> {
  const { raw } = await client.workflow.getHandle(machineWorkflowId(machineId)).describe();
  return await liveStepOf(client, raw.pendingActivities?.[0]);
}

type Pending = proto.temporal.api.workflow.v1.IPendingActivityInfo;

/** The same, of a pending activity that was described already. */
export async function liveStepOf(client: Client, pending: Pending | undefined): Promise<LiveStep | null> {
  if (pending === undefined) return null;
  const payload = pending.heartbeatDetails?.payloads?.[0];
  const { payloadConverter } = client.options.loadedDataConverter;
  const decoded =
    payload == null
      ? undefined
      : HeartbeatDetails.safeParse(payloadConverter.fromPayload(await decode(client, payload)));
  return {
    step: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    heartbeat: decoded?.success === true ? decoded.data : null,
    lastFailure: pending.lastFailure == null ? null : await messageOf(client, pending.lastFailure),
    heartbeatAt: milliseconds(pending.lastHeartbeatTime ?? pending.lastStartedTime),
    scheduled: Number(pending.state) === SCHEDULED,
  };
}

/** `describe` returns pending activities as the server has them: encoded. */
async function decode(client: Client, payload: Payload): Promise<Payload> {
  const codecs = client.options.loadedDataConverter.payloadCodecs;
  const [decoded = payload] = await codecs.reduceRight(
    async (payloads, codec) => codec.decode(await payloads),
    Promise.resolve([payload]),
  );
  return decoded;
}

export function milliseconds(time: proto.google.protobuf.ITimestamp | null | undefined): number | null {
  return time?.seconds == null ? null : Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}

async function messageOf(client: Client, failure: proto.temporal.api.failure.v1.IFailure): Promise<string | null> {
  if (failure.encodedAttributes == null) return failure.message ?? null;
  const attributes = await decode(client, failure.encodedAttributes);
  return client.options.loadedDataConverter.payloadConverter.fromPayload<{ message: string }>(attributes).message;
}
