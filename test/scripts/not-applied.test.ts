import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetRunInput, MachinePipelineInput } from '../../contracts/parameters.js';
import { stillInFleet } from '../../manager/fleet-runs.js';
import { differingOptions } from '../../manager/not-applied.js';

describe('the options of a command that goes on with a run', () => {
  const run = FleetRunInput.parse({
    name: 'first',
    machineIds: ['a', 'b'],
    parameters: { epochs: 50, patience: 5 },
    concurrency: 2,
  });

  it('are told where the run has others, with what it has', () => {
    const given = {
      name: 'second',
      machines: ['a'],
      type: 'pump',
      only: 'failed',
      epochs: 10,
      timeLimit: 60,
      split: [0.6, 0.2, 0.2],
      force: true,
    };
    expect(differingOptions(given, run)).toEqual([
      '--name second (it has first)',
      '--machines a (it has a,b)',
      '--type pump (it has none)',
      '--only failed (it has none)',
      '--epochs 10 (it has 50)',
      '--time-limit 60 (it has 0)',
      '--split 0.6,0.2,0.2 (it has 0.7,0.15,0.15)',
      '--force (it has none)',
    ]);
  });

  it('are not told where it has the same, where they are not given, and where they are the command’s own', () => {
    const given = {
      machines: ['a', 'b'],
      patience: 5,
      concurrency: 2,
      batchSize: 500,
      seed: undefined,
      json: true,
      plan: false,
      worker: true,
    };
    expect(differingOptions(given, run)).toEqual([]);
  });

  it('are told of a machine’s pipeline alike', () => {
    const pipeline = MachinePipelineInput.parse({ machineId: 'a', force: true });
    expect(differingOptions({ epochs: 10, force: true, worker: true }, pipeline)).toEqual(['--epochs 10 (it has 300)']);
  });
});

describe('machines that failed', () => {
  const root = mkdtempSync(join(tmpdir(), 'fleet-'));
  const where = { projectRoot: join(root, 'project'), dataRoot: root };
  mkdirSync(join(root, 'fleet'));
  writeFileSync(join(root, 'fleet/pump_here.json'), '{}');
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('are run again without those that left the fleet, which are named', async () => {
    const notes: string[] = [];
    expect(await stillInFleet(['pump_gone', 'pump_here'], where, (line) => notes.push(line))).toEqual(['pump_here']);
    expect(notes).toEqual(['no longer in the fleet, left out: pump_gone']);
  });

  it('are nothing to run again when all of them left', async () => {
    await expect(stillInFleet(['pump_gone'], where, () => undefined)).rejects.toThrow(
      'no machine of the fleet has failed',
    );
  });
});
