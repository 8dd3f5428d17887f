import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Console } from '../web/server/context.js';
import { addEvents } from '../web/server/events.js';
import { Topics } from '../web/server/topics.js';

/** Serves live events of a topic that has news ten times a second, and tells its parent how much CPU that took. */
const EVERY_MS = 100;
const topics = new Topics();
topics.add('tick', async function* (_, signal) {
  for (let count = 0; !signal.aborted; count += 1) {
    yield { kind: 'state', data: { count, step: 'trainTvae', current: count, total: 300, metrics: { loss: 9.74 } } };
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
});
const app = new Hono();
addEvents(app, { topics, closing: new AbortController().signal } as Console);
const listener = getRequestListener(app.fetch.bind(app));
const server = createServer((request, response) => void listener(request, response));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.(process.cpuUsage()));
