import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDraft } from '../../manager/drafts.js';
import { createMachine } from '../../manager/machines.js';
import { loadSettings } from '../../temporal.config.js';
import { PROJECT_ROOT } from '../support/python.js';

const root = mkdtempSync(join(tmpdir(), 'drafts-'));
const project = { projectRoot: PROJECT_ROOT, settings: loadSettings({ GAN_ROOT: root }, PROJECT_ROOT) };
const control = { signal: new AbortController().signal, note: () => undefined };
afterAll(() => {
  rmSync(root, { recursive: true });
});

const DRAFT = {
  machine_id: 'pump_005',
  machine_type: 'pump',
  sensors: [
    { name: 'vibration_rms', unit: 'mm/s', type: 'numerical', min: null, max: null },
    { name: 'temperature', unit: 'C', type: 'numerical' },
  ],
  failure_modes: ['Bearing wear'],
};

describe('a draft of a machine', () => {
  it('is completed and simulated', async () => {
    const { problems, profile, assumed, preview } = await checkDraft(project, DRAFT, { preview: true }, control);
    expect(problems).toEqual([]);
    expect(profile?.failure_modes[0]).toMatchObject({ name: 'bearing_wear', description: 'Bearing wear' });
    expect(assumed.map(({ field }) => field)).toContain('sensors.0.warning');
    expect(preview).toHaveLength(3);
  });

  it('is answered when it is nothing yet', async () => {
    const { problems, profile } = await checkDraft(project, null, { preview: true }, control);
    expect(problems).not.toEqual([]);
    expect(profile).toBeNull();
  });

  it('becomes a machine with what was assumed written into its configuration', async () => {
    const { path, assumed } = await createMachine(
      project,
      JSON.stringify(DRAFT),
      { name: 'draft.json', replace: false },
      control,
    );
    expect(assumed.length).toBeGreaterThan(0);
    const written = JSON.parse(readFileSync(path, 'utf8')) as { sensors: { trip: number; assumed: object }[] };
    expect(written.sensors[0]).toMatchObject({
      trip: 7.1,
      assumed: { trip: expect.stringContaining('ISO') as string },
    });
    // What was written is complete: nothing more is assumed of it.
    const again = await createMachine(
      project,
      readFileSync(path, 'utf8'),
      { name: 'draft.json', replace: true },
      control,
    );
    expect(again.assumed).toEqual([]);
  });

  it('is refused with all that only a person can know', async () => {
    const sensors = [{ name: 'goodness', unit: 'quux' }];
    const made = createMachine(
      project,
      JSON.stringify({ ...DRAFT, machine_id: 'pump_006', sensors }),
      { name: 'draft.json', replace: false },
      control,
    );
    await expect(made).rejects.toMatchObject({
      type: 'InvalidInput',
      field: 'sensors.0.physical_min',
      hint: expect.stringContaining('"physical_max"') as string,
    });
  });
});
