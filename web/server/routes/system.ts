import { SystemState } from '../../../contracts/api/system.js';
import { SharedPoll } from '../../../manager/shared-poll.js';
import { readSystem } from '../../../manager/system.js';
import { answers, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';
import { states } from '../topics.js';

const EVERY_MS = 3_000;

export function addSystem(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/system',
    summary: 'Whether Temporal answers and workers poll',
    responses: answers(SystemState, 'the state of what the console works with'),
  });
  api.openapi(route, async (c) => c.json(await readSystem(console, console.version), 200));

  const poll = new SharedPoll<SystemState>(
    { read: () => readSystem(console, console.version), awaitEnd: () => ({ signal: console.closing, stop: noop }) },
    EVERY_MS,
  );
  console.topics.add('system', (_, signal) => states(poll.subscribe(signal)));
}

async function noop(): Promise<void> {
  // Nothing waits: the console's own signal is the end.
}
