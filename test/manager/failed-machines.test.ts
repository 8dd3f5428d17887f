import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stillInFleet } from '../../manager/failed-machines.js';
import { loadSettings } from '../../temporal.config.js';

describe('machines that failed', () => {
  const root = mkdtempSync(join(tmpdir(), 'fleet-'));
  const projectRoot = join(root, 'project');
  const project = { projectRoot, settings: loadSettings({ GAN_ROOT: root }, projectRoot) };
  mkdirSync(join(root, 'fleet'));
  writeFileSync(join(root, 'fleet/pump_here.json'), '{}');
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('are run again without those that left the fleet, which are named', async () => {
    const notes: string[] = [];
    expect(await stillInFleet(['pump_gone', 'pump_here'], project, (line) => notes.push(line))).toEqual(['pump_here']);
    expect(notes).toEqual(['no longer in the fleet, left out: pump_gone']);
  });

  it('leave nothing to run again when all of them left the fleet', async () => {
    await expect(stillInFleet(['pump_gone'], project, () => undefined)).rejects.toThrow(
      'no machine of the fleet has failed',
    );
  });
});
