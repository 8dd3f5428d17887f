import type { Client, WorkflowHandle } from '@temporalio/client';

/** Waits for a workflow's end while something else is done. */
export interface WorkflowEnd {
  /** Aborts when the workflow has ended in any way, or when waiting for it failed. */
  readonly signal: AbortSignal;
  /** Gives up waiting: must be called before the connection is closed. */
  stop(): Promise<void>;
}

export function awaitEnd(client: Client, handle: WorkflowHandle): WorkflowEnd {
  const ended = new AbortController();
  const given = new AbortController();
  const waiting = client
    .withAbortSignal(given.signal, () => handle.result())
    .catch(() => undefined)
    .finally(() => {
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
