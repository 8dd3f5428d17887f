import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import { workflowBundle } from '../../workers/bundle.js';

/** Histories of real runs, saved by `npm run replay:record`: the code as it is must be able to continue them. */
const FOLDER = join(import.meta.dirname, 'histories');
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function read(name: string) {
  const { workflowId, history } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
    workflowId: string;
    history: { events: Record<string, unknown>[] };
  };
  return { workflowId, history };
}

async function replay(saved: ReturnType<typeof read>[]): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  const histories = saved.map(({ workflowId, history }) => ({ workflowId, history: historyFromJSON(history) }));
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: { codePath: await workflowBundle() } },
    histories,
  )) {
    found.set(workflowId, error?.message ?? found.get(workflowId) ?? null);
  }
  return found;
}

beforeAll(() => {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter } } });
});

describe('saved histories', () => {
  it('are there, of every shape', () => {
    const shapes = [
      'machine-pump_a',
      'machine-bad_a',
      'machine-slow_cancelled',
      'machine-slow_paused',
      'fleet-steered',
      'fleet-cancelled',
      'fleet-continued',
      'fleet-continued-continued-as-new',
      'health',
      'train-missing',
    ];
    expect(names).toEqual(expect.arrayContaining(shapes.map((shape) => `${shape}.json`)));
  });

  it('replay with the workflows as they are now', async () => {
    const found = await replay(names.map(read));
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries([...found.keys()].map((workflowId) => [workflowId, null])),
    );
    expect(found.size).toBe(new Set(names.map((name) => read(name).workflowId)).size);
  });

  it('do not replay with other workflows: a step more or less is found', async () => {
    const { workflowId, history } = read('machine-pump_a.json');
    const changed = JSON.parse(JSON.stringify(history).replace('"validateSeed"', '"someOtherStep"')) as typeof history;
    expect((await replay([{ workflowId, history: changed }])).get(workflowId)).toMatch(/[Nn]ondeterminism/);
  });
});
