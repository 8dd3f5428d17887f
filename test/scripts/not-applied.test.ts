import { FleetRunInput, MachinePipelineInput } from '../../contracts/parameters.js';
import { differingOptions, notAppliedLine } from '../../scripts/views/not-applied.js';

describe('the options of a command that attaches to a run', () => {
  const run = FleetRunInput.parse({
    name: 'first',
    machineIds: ['a', 'b'],
    parameters: { epochs: 50, patience: 5 },
    concurrency: 2,
  });

  it('are listed where they differ, with the run’s own value', () => {
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

  it('are not listed where they agree, are not given, or are the command’s own', () => {
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

  it('are listed for a machine’s pipeline in the same way', () => {
    const pipeline = MachinePipelineInput.parse({ machineId: 'a', force: true });
    expect(differingOptions({ epochs: 10, force: true, worker: true }, pipeline)).toEqual(['--epochs 10 (it has 300)']);
  });

  it('are listed in one line, or not at all if there are none', () => {
    expect(notAppliedLine([{ field: 'epochs', given: 10, has: 300 }])).toBe(
      'ignored, because it keeps the options that it was started with: --epochs 10 (it has 300)',
    );
    expect(notAppliedLine([])).toBeNull();
    expect(notAppliedLine('unknown')).toContain('no worker answers');
  });
});
