import { FleetState, MachineFilter, MachineList } from '../../../contracts/api/machines.js';
import type { LiveMessage } from '../../../contracts/api/events.js';
import { overviewChange } from '../../../manager/fleet-overview.js';
import type { Overview } from '../../../manager/fleet-overview.js';
import { answers, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';

/** The fleet's machines, as a list and live. */
export function addMachines(api: Api, console: Console): void {
  const { overview } = console;
  const list = createRoute({
    method: 'get',
    path: '/api/machines',
    summary: 'The machines of the fleet with their states, filtered, sorted and by pages',
    request: { query: MachineFilter },
    responses: answers(MachineList, 'one page of the machines that match, and counts by state'),
  });
  api.openapi(list, async (c) => c.json(await overview.page(c.req.valid('query')), 200));

  console.topics.add('machines', (_, signal) => changes(overview.subscribe(signal)));
}

/** The fleet's state, then what changes: tiles of thousands of machines are not sent each time. */
async function* changes(overviews: AsyncIterable<Overview>): AsyncGenerator<Omit<LiveMessage, 'topic'>> {
  let before: Overview | null = null;
  for await (const now of overviews) {
    const change = before === null ? null : overviewChange(before, now);
    if (before === null) yield { kind: 'state', data: FleetState.parse(now.state) };
    else if (change !== null) yield { kind: 'change', data: change };
    before = now;
  }
}
