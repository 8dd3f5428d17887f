import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, readMachine } from '../../manager/machines.js';
import { loadSettings } from '../../temporal.config.js';
import { machineConfig } from '../support/profiles.js';

const root = mkdtempSync(join(tmpdir(), 'machines-'));
const project = { projectRoot: join(root, 'project'), settings: loadSettings({ GAN_ROOT: root }, root) };
const control = { signal: new AbortController().signal, note: () => undefined };
afterAll(() => {
  rmSync(root, { recursive: true });
});

function create(changes: Record<string, unknown> = {}, replace = false) {
  return createMachine(
    project,
    JSON.stringify(machineConfig('pump_new', changes)),
    { name: 'new.json', replace },
    control,
  );
}

describe('a new machine', () => {
  it('is in the fleet from then on, and is refused a second time unless it may be replaced', async () => {
    const { path } = await create();
    expect(path).toBe(join(root, 'fleet/pump_new.json'));
    const first = readFileSync(path, 'utf8');
    await expect(create({ model: 'T2' })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'machine_id: pump_new is already in the fleet',
    });
    expect(readFileSync(path, 'utf8')).toBe(first);
    await create({ model: 'T2' }, true);
    expect(await readMachine(project, 'pump_new', control)).toMatchObject({ machine_id: 'pump_new', model: 'T2' });
    expect(readdirSync(join(root, 'fleet'))).toEqual(['pump_new.json']);
  });

  it('is created by only one of two concurrent requests', async () => {
    rmSync(join(root, 'fleet'), { recursive: true });
    const made = await Promise.allSettled([create(), create()]);
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused with the field that is wrong', async () => {
    await expect(create({ sensors: [] })).rejects.toMatchObject({
      type: 'InvalidInput',
      details: [{ field: 'sensors' }],
    });
  });
});
