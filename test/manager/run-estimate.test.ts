import type { StepRecord } from '../../contracts/manifest.js';
import { StepParameters } from '../../contracts/parameters.js';
import type { PlannedMachine } from '../../contracts/plan.js';
import type { KnownMachine } from '../../manager/overview/artifact-index.js';
import { estimateRun, estimated, estimatedBytes } from '../../manager/run-estimate.js';

function made(machineId: string, steps: KnownMachine['manifest']['steps']): [string, KnownMachine] {
  const identity = { machine_type: 'pump', manufacturer: '', model: '' };
  const machine = { machineId, identity, profile: true, model: true, published: null, manifest: { steps }, stamp: '' };
  return [machineId, machine];
}

function record(durationSeconds: number, parameters: Record<string, unknown>): StepRecord {
  return {
    ...{ parameters, metrics: { rows: 1_000 }, verdict: null, summary: '', finishedAt: '', fleetRun: null },
    ...{ outputs: [{ path: 'p', sha256: '', bytes: 50_000 }], durationSeconds },
  };
}

const FLEET = new Map([
  made('a', { trainTvae: record(60, { epochs: 300 }), generateDataset: record(1, { num_samples: 1_000 }) }),
  made('b', { trainTvae: record(20, { epochs: 100 }) }),
  made('c', {}),
]);

function planned(machineId: string): PlannedMachine {
  const due = ['trainTvae', 'publishDataset'] as const;
  const steps = due.map((step) => ({ step, action: 'run' as const, reason: '' }));
  return { machineId, machineType: 'pump', published: false, steps };
}

function seconds(machineId: string, given: Partial<StepParameters>): (number | null | undefined)[] {
  return estimated(planned(machineId), FLEET, StepParameters.parse(given)).steps.map((step) => step.lastSeconds);
}

describe('the estimate of a run', () => {
  it('is as long as last time, in proportion to the epochs', () => {
    expect(seconds('a', { epochs: 300 })[0]).toBeCloseTo(60);
    expect(seconds('a', { epochs: 150 })[0]).toBeCloseTo(30);
  });

  it('is that of the machines most like it where a machine has never run, and unknown where none has', () => {
    expect(seconds('c', { epochs: 100 })[0]).toBeCloseTo(20);
    expect(seconds('c', {})[1]).toBeNull();
  });

  it('is as much disk for each row as last time', () => {
    const more = StepParameters.parse({ samples: 11_000 });
    const less = StepParameters.parse({ samples: 1_000 });
    expect(estimatedBytes('a', FLEET, more) - estimatedBytes('a', FLEET, less)).toBe(10_000 * 50);
    expect(estimatedBytes('c', FLEET, less)).toBeGreaterThan(0);
  });
});

describe('the estimate for a new machine', () => {
  const HISTORY = new Map([
    made('a', { generateSeed: record(1, { num_samples: 1_000 }), trainTvae: record(10, { epochs: 100 }) }),
  ]);
  const estimate = (given: Partial<StepParameters>) => estimateRun(HISTORY, StepParameters.parse(given), null);
  const trained = (given: Partial<StepParameters>) =>
    estimate(given).steps.find(({ step }) => step === 'trainTvae')?.seconds;

  it('knows nothing before a machine was made', () => {
    const nothing = { seconds: null, machines: 0, steps: [] };
    expect(estimateRun(new Map([made('c', {})]), StepParameters.parse({}), null)).toEqual(nothing);
  });

  it('takes a training to grow with epochs and rows', () => {
    expect(trained({ epochs: 100, seedSamples: 1_000 })).toBeCloseTo(10);
    expect(trained({ epochs: 300, seedSamples: 2_000 })).toBeCloseTo(60);
  });

  it('adds up the steps that are known, once a training is among them', () => {
    const { seconds, machines } = estimate({ epochs: 100, seedSamples: 1_000 });
    expect(seconds).toBeCloseTo(11);
    expect(machines).toBe(1);
  });
});
