import { setMaxListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import { pause } from './shared-poll.js';

/** No answer for this long is a silence. */
const PATIENCE_MS = 2_000;
/** A call that has not returned by then never will. */
const CALL_MS = 15_000;

/** Questions that a poller asks again and again, of a server or worker that may be away. */
export class Questions {
  /** Those that have not been answered yet. */
  private readonly asked = new Map<string, Promise<unknown>>();

  forget(): void {
    this.asked.clear();
  }

  /** An answer, or undefined if none comes soon. Next time it is awaited further, not asked for again. */
  async ask<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
    const asked = (this.asked.get(what) as Promise<T | undefined> | undefined) ?? call().catch(() => undefined);
    this.asked.set(what, asked);
    void asked.then(() => {
      if (this.asked.get(what) === asked) this.asked.delete(what);
    });
    const answered = new AbortController();
    const patience = pause(PATIENCE_MS, AbortSignal.any([signal, answered.signal])).then(() => undefined);
    const answer = await Promise.race([asked, patience]);
    answered.abort();
    return answer;
  }
}

/** Calls Temporal within bounded time, until the signal aborts. */
export async function bounded<T>(client: Client, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return await linked(signal, (own) =>
    client.withAbortSignal(own, () => client.withDeadline(Date.now() + CALL_MS, work)),
  );
}

/** Runs work under a signal of its own, because the client leaves listeners on the one it is given. */
async function linked<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  // One a call, and an account of many pages takes many.
  setMaxListeners(0, own.signal);
  const abort = () => {
    own.abort();
  };
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    return await work(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
