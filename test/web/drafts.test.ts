import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration, CreatedMachine, IdCheck, Templates } from '../../contracts/api/drafts.js';
import type { Problem } from '../../contracts/api/problem.js';
import type { DraftCheck } from '../../contracts/draft.js';
import { machineConfig } from '../support/profiles.js';
import { TestRoutes } from './support/routes.js';

let routes: TestRoutes;

beforeEach(() => {
  routes = new TestRoutes();
});
afterEach(() => {
  routes.close();
});

/** The draft that the document gives as an example: nothing but names and units. */
const SPARSE = {
  machine_id: 'pump_draft',
  machine_type: 'pump',
  sensors: [{ name: 'vibration_rms', unit: 'mm/s', type: 'numerical' }],
  failure_modes: [{ name: 'bearing_wear' }],
};

function create(configuration: unknown, replace = false) {
  return routes.post<CreatedMachine & Problem>('/api/machines', { configuration, replace });
}

function writtenAs(machineId: string): Configuration {
  return JSON.parse(
    readFileSync(join(routes.settings.dataRoot, 'fleet', `${machineId}.json`), 'utf8'),
  ) as Configuration;
}

describe('a new machine’s id', () => {
  it('may be any that no machine has', async () => {
    expect(await routes.get<IdCheck>('/api/machine-ids/pump_new')).toEqual({
      id: 'pump_new',
      problem: null,
      taken: false,
    });
  });

  it('is refused with what an id must be', async () => {
    const { problem, taken } = await routes.get<IdCheck>('/api/machine-ids/Pump%20No%201');
    expect(problem).toMatch(/^must be lower-case letters/);
    expect(taken).toBe(false);
  });

  it('is refused when the fleet has it', async () => {
    const { problem, taken } = await routes.get<IdCheck>('/api/machine-ids/pump_ksb_etanorm_006');
    expect(problem).toBe('pump_ksb_etanorm_006 is already in the fleet');
    expect(taken).toBe(true);
  });
});

describe('a draft', () => {
  it('is completed, with the basis of what is assumed, and simulated', async () => {
    const { status, body } = await routes.post<DraftCheck>('/api/machines/check', { draft: SPARSE, preview: true });
    expect(status).toBe(200);
    expect(body.problems).toEqual([]);
    expect(body.assumed.map(({ field }) => field)).toContain('sensors.0.trip');
    expect(body.preview?.map(({ failureMode }) => failureMode)).toEqual(Array(3).fill('bearing_wear'));
  });

  it('is answered with every problem and its field', async () => {
    const draft = {
      ...SPARSE,
      sensors: [
        { name: 'Vibration', unit: 'mm/s' },
        { name: 'x', unit: 'zz' },
      ],
    };
    const { body } = await routes.post<DraftCheck>('/api/machines/check', { draft });
    expect(body.problems.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['sensors.0.name', 'sensors.1.physical_min']),
    );
    expect(body.profile).toBeNull();
  });
});

describe('a machine', () => {
  it('is made of a draft, and keeps fields that no form shows', async () => {
    const configuration = machineConfig('pump_made', { description: 'a copy' });
    expect((await create(configuration)).body.machineId).toBe('pump_made');
    expect(writtenAs('pump_made')).toEqual(configuration);
  });

  it('is made once: a second one of its id is refused, and the first stays', async () => {
    await create(machineConfig('pump_made'));
    const again = await create(machineConfig('pump_made', { description: 'another' }));
    expect(again.status).toBe(400);
    expect(again.body.detail).toContain('already in the fleet');
    expect(writtenAs('pump_made')['description']).toBe('a pump of the tests');
  });

  it('is replaced when that is asked for', async () => {
    await create(machineConfig('pump_made'));
    await create(machineConfig('pump_made', { description: 'another' }), true);
    expect(writtenAs('pump_made')['description']).toBe('another');
  });

  it('gives its configuration to a clone as it was written', async () => {
    await create(machineConfig('pump_made'));
    expect(await routes.get('/api/machines/pump_made/configuration')).toEqual(machineConfig('pump_made'));
  });

  it('is refused with the field that is wrong', async () => {
    const { status, body } = await create(machineConfig('pump_made', { sampling_interval_minutes: 'often' }));
    expect(status).toBe(400);
    expect(body.field).toBe('sampling_interval_minutes');
  });

  it('can start from those of its type only', async () => {
    await create(machineConfig('cnc_own', { machine_type: 'cnc' }));
    const { templates } = await routes.get<Templates>('/api/templates?type=cnc');
    expect(templates.map(({ machineId }) => machineId)).toContain('cnc_own');
    expect(new Set(templates.map(({ machineType }) => machineType))).toEqual(new Set(['cnc']));
  });
});
