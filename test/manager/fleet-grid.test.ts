import type { StepRecord } from '../../contracts/manifest.js';
import { STEPS } from '../../contracts/steps.js';
import type { Step } from '../../contracts/steps.js';
import { gridRow } from '../../manager/fleet-grid.js';
import type { KnownMachine } from '../../manager/overview/artifact-index.js';
import { machine, training } from '../support/fleet.js';

function known(fleetRun: string, steps: readonly Step[], finishedAt = '2026-01-01T00:00:00Z'): KnownMachine {
  const record: StepRecord = {
    ...{ parameters: {}, outputs: [], metrics: {}, verdict: null, summary: '', durationSeconds: 2 },
    ...{ finishedAt, fleetRun },
  };
  return {
    ...{ machineId: 'a', profile: true, model: true, published: null, stamp: '' },
    identity: { machine_type: 'pump', manufacturer: '', model: '' },
    manifest: { steps: Object.fromEntries(steps.map((step) => [step, record])) },
  };
}

function states(...args: Parameters<typeof gridRow>): string {
  return gridRow(...args)
    .cells.map((cell) => cell.state)
    .join(' ');
}

const NONE = STEPS.map(() => 'pending').join(' ');
const FAILURE = { type: 'T', code: 'C', message: 'no', hint: 'do this', field: null };

describe('a machine of a fleet run, step by step', () => {
  it('has nothing done while it waits', () => {
    expect(states('r', machine('a', 'queued'), known('r', STEPS), null)).toBe(NONE);
  });

  it('has done what the manifest records of this run; the rest was up to date', () => {
    const row = machine('a', 'succeeded', { finishedAt: Date.parse('2026-01-02T00:00:00Z') });
    const cells = gridRow('r', row, known('r', STEPS.slice(3)), null).cells;
    expect(cells.map((cell) => cell.state).join(' ')).toBe('done done done done done done done');
    expect(cells[3]).toEqual({ state: 'done', seconds: 2 });
    expect(states('r', row, known('earlier', STEPS), null)).toBe(STEPS.map(() => 'skipped').join(' '));
    expect(states('r', machine('a', 'upToDate'), null, null)).toBe(STEPS.map(() => 'skipped').join(' '));
  });

  it('does not call up to date what another run has done again since', () => {
    const row = machine('a', 'succeeded', { finishedAt: Date.parse('2026-01-02T00:00:00Z') });
    const later = known('later', STEPS, '2026-01-03T00:00:00Z');
    expect(states('r', row, later, null)).toBe(STEPS.map(() => 'done').join(' '));
  });

  it('runs one step, and says when that is silent', () => {
    const row = machine('a', 'running');
    const before = known('r', STEPS.slice(0, 3));
    const live = { ...training, heartbeatAt: Date.now() };
    expect(states('r', row, before, live)).toBe('done done done running pending pending pending');
    const silent = { ...training, heartbeatAt: Date.now() - 60_000 };
    expect(states('r', row, before, silent)).toBe('done done done silent pending pending pending');
    expect(gridRow('r', row, before, silent).run?.silentSeconds).toBe(60);
  });

  it('failed at one step, or before any', () => {
    const row = machine('a', 'failed', { failure: { ...FAILURE, step: 'validateDataset' } });
    const before = known('r', STEPS.slice(0, 5));
    expect(states('r', row, before, null)).toBe('done done done done done failed pending');
    const refused = machine('a', 'failed', { failure: { ...FAILURE, step: null } });
    expect(states('r', refused, null, null)).toBe('failed pending pending pending pending pending pending');
    expect(gridRow('r', refused, null, null)).toMatchObject({ failure: 'no', hint: 'do this' });
  });
});
