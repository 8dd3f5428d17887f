import type { StepRecord } from '../../../contracts/manifest.js';
import type { KnownMachine } from '../../../manager/overview/artifact-index.js';
import { isUnsure, newestGeneration, tileOf } from '../../../manager/overview/tile.js';
import type { Facts } from '../../../manager/overview/tile.js';

function record(finishedAt: string, path: string, changes: Partial<StepRecord> = {}): StepRecord {
  return {
    ...{ parameters: {}, metrics: {}, verdict: null, summary: '', finishedAt, durationSeconds: 1, fleetRun: null },
    outputs: [{ path, sha256: '', bytes: 1 }],
    ...changes,
  };
}

const MADE: KnownMachine['manifest']['steps'] = {
  generateDataset: record('2026-01-01T00:00:00+00:00', 'data/generations/pump_a/aaa/train.parquet', {
    metrics: { rows: 5_000 },
  }),
  validateDataset: record('2026-01-01T00:00:05+00:00', 'data/generations/pump_a/aaa/report.json', {
    ...{ verdict: 'pass', metrics: { quality: 0.9 } },
  }),
  publishDataset: record('2026-01-01T00:00:06+00:00', 'data/synthetic/pump_a/train.parquet'),
};

function known(changes: Partial<KnownMachine> = {}): KnownMachine {
  const identity = { machine_type: 'pump', manufacturer: 'KSB', model: 'E' };
  return {
    ...{ machineId: 'pump_a', identity, profile: true, model: true, published: 'aaa', stamp: '' },
    manifest: { steps: MADE },
    ...changes,
  };
}

function facts(changes: Partial<Facts> = {}): Facts {
  return {
    ...{ known: known(), pipeline: null, doing: null, waiting: null, ended: null, failure: null },
    ...{ newest: undefined, published: undefined, stale: undefined },
    ...changes,
  };
}

const FAILED = { machineId: 'pump_a', runId: 'r', status: 'FAILED' };
const PIPELINE = { runId: 'r', fleetRun: 'night' };

describe('the state of a machine', () => {
  it('is ready with a published data set, and says how good that is without reading its report', () => {
    expect(tileOf(facts())).toMatchObject({
      ...{ state: 'ready', reason: null, verdict: 'pass', quality: 0.9, rows: 5_000 },
      has: { profile: true, model: true, data: true },
      madeAt: '2026-01-01T00:00:06+00:00',
    });
  });

  it('is what the machine lacks', () => {
    const none = { published: null, manifest: { steps: {} } };
    expect(tileOf(facts({ known: known(none) }))).toMatchObject({ state: 'dataMissing' });
    expect(tileOf(facts({ known: known({ ...none, model: false }) }))).toMatchObject({ state: 'modelMissing' });
    const bare = known({ ...none, model: false, profile: false });
    expect(tileOf(facts({ known: bare }))).toMatchObject({ state: 'modelMissing', reason: 'no profile yet' });
  });

  it('is not ready while what is published did not pass, or has no report', () => {
    const judgement = { verdict: 'fail', quality: 0.2, worst: null, rows: 1 } as const;
    expect(tileOf(facts({ published: judgement })).has.data).toBe(false);
    expect(tileOf(facts({ published: null })).has.data).toBe(false);
  });

  it('is stale, with the reason, only once it is ready', () => {
    const stale = 'train TVAE: version of training changed from 1 to 2';
    expect(tileOf(facts({ stale }))).toMatchObject({ state: 'stale', reason: stale });
    const none = known({ published: null });
    expect(tileOf(facts({ stale, known: none })).state).toBe('dataMissing');
  });

  it('is failed when its newest data set did not pass, though an older one is published', () => {
    const worst = { name: 'Feature ranges', text: 'outside: flow', verdict: 'fail' } as const;
    const tile = tileOf(facts({ newest: { verdict: 'fail', quality: 0.5, worst, rows: 10 } }));
    expect(tile).toMatchObject({ state: 'failed', reason: 'the data set did not pass: Feature ranges outside: flow' });
    expect(tile.has.data).toBe(true);
  });

  it('is failed after a failed run, until a data set is published or nothing is left to do', () => {
    const after = { ...FAILED, endedAt: Date.parse('2026-01-02T00:00:00Z') };
    const before = { ...FAILED, endedAt: Date.parse('2025-12-31T00:00:00Z') };
    expect(tileOf(facts({ ended: after, failure: 'no disk' }))).toMatchObject({ state: 'failed', reason: 'no disk' });
    expect(tileOf(facts({ ended: after })).reason).toBe('its last run failed');
    expect(tileOf(facts({ ended: before })).state).toBe('ready');
    expect(tileOf(facts({ ended: after, stale: null })).state).toBe('ready');
    expect(tileOf(facts({ ended: { ...after, status: 'CANCELED' } })).state).toBe('ready');
  });

  it('is what it does while it runs, whatever was before', () => {
    const doing = { run: null, state: 'silent', reason: 'silent for 12 s' } as const;
    const running = facts({ pipeline: PIPELINE, ended: { ...FAILED, endedAt: 9e15 } });
    expect(tileOf(running)).toMatchObject({ state: 'running', reason: null, fleetRun: 'night' });
    expect(tileOf({ ...running, doing })).toMatchObject({ state: 'silent', reason: 'silent for 12 s' });
    const waiting = { fleetRun: 'night', reason: 'for its turn in fleet run night' };
    expect(tileOf(facts({ waiting }))).toMatchObject({ state: 'waiting', reason: waiting.reason, fleetRun: 'night' });
  });
});

describe('the newest generation', () => {
  it('is judged by the manifest only where the manifest’s report is about it', () => {
    const steps = {
      ...MADE,
      generateDataset: record('2026-01-03T00:00:00+00:00', 'data/generations/pump_a/bbb/train.parquet'),
    };
    const machine = known({ manifest: { steps } });
    expect(newestGeneration(machine)).toBe('bbb');
    expect(isUnsure(machine)).toBe(true);
    expect(tileOf(facts({ known: machine })).verdict).toBeNull();
  });
});
