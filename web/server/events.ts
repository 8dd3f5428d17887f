import { setMaxListeners } from 'node:events';
import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import type { LiveMessage } from '../../contracts/api/events.js';
import type { Console } from './context.js';
import { problemOf } from './problems.js';

/** A comment this often shows both ends that the connection lives. */
const ALIVE_MS = 15_000;
const MAX_TOPICS = 64;

/** `GET /api/events?topic=…&topic=…`: server-sent events of any number of topics on one connection. */
export function addEvents(app: Hono, console: Console): void {
  app.get('/api/events', (c) => {
    const topics = [...new Set(c.req.queries('topic') ?? [])].slice(0, MAX_TOPICS);
    c.header('x-accel-buffering', 'no');
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      setMaxListeners(0, gone.signal);
      // A write to a browser that has left does not fail: only this tells.
      stream.onAbort(() => {
        gone.abort();
      });
      const signal = AbortSignal.any([gone.signal, console.closing]);
      setMaxListeners(0, signal);
      const alive = setInterval(() => void stream.write(': alive\n\n'), ALIVE_MS);
      try {
        await stream.write(': open\n\n');
        await Promise.all(topics.map((topic) => forward(stream, topic, console, signal)));
        if (!signal.aborted) await aborted(signal);
      } finally {
        clearInterval(alive);
        gone.abort();
      }
    });
  });
}

/** Sends a topic's messages. A topic that fails says so and ends; the others go on. */
async function forward(stream: SSEStreamingApi, topic: string, console: Console, signal: AbortSignal): Promise<void> {
  const send = (message: LiveMessage) => stream.writeSSE({ data: JSON.stringify(message) });
  try {
    for await (const message of console.topics.watch(topic, signal)) await send(message);
    if (!signal.aborted) await send({ topic, kind: 'end', data: null });
  } catch (error) {
    if (!signal.aborted) await send({ topic, kind: 'problem', data: problemOf(error) });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
