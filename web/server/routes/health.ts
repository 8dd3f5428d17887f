import { HealthReport } from '../../../contracts/api/health.js';
import { readHealth } from '../../../manager/health.js';
import { answers, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';

/** The health check: unlike the overview, it reads every artifact and checks it. */
export function addHealth(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/health',
    summary: 'Whether each machine’s profile, model and data set are valid; reads them all',
    responses: answers(HealthReport, 'the machines and what they have'),
  });
  api.openapi(route, async (c) => {
    const machines = await readHealth(console, { signal: c.req.raw.signal, note: () => undefined });
    return c.json({ checkedAt: Date.now(), machines }, 200);
  });
}
