import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';

/** Waits for a workflow's end while something else is done. */
export interface WorkflowEnd {
  /** Aborts when the workflow has ended in any way. Waits for a server that is away for a while. */
  readonly signal: AbortSignal;
  /** Gives up waiting: must be called before the connection is closed. */
  stop(): Promise<void>;
}

const AGAIN_MS = 1_000;

export function awaitEnd(client: Client, handle: WorkflowHandle): WorkflowEnd {
  const ended = new AbortController();
  const given = new AbortController();
  // The client leaves a listener on it with each call, about one a minute.
  setMaxListeners(0, given.signal);
  const waiting = untilEnded(client, handle, given.signal).finally(() => {
    ended.abort();
  });
  return {
    signal: ended.signal,
    stop: async () => {
      given.abort();
      await waiting;
    },
  };
}

async function untilEnded(client: Client, handle: WorkflowHandle, given: AbortSignal): Promise<void> {
  while (!given.aborted) {
    try {
      await client.withAbortSignal(given, () => handle.result());
      return;
    } catch (error) {
      if (!isUnreachable(error)) return;
      await delay(AGAIN_MS, undefined, { signal: given }).catch(() => undefined);
    }
  }
}

/** Whether a call failed because the server did not answer. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && [UNAVAILABLE, DEADLINE_EXCEEDED].includes(cause.code);
}

/** gRPC statuses. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
