import type { FleetReport, PipelineResult } from '../../contracts/runs.js';
import { FleetLedger } from '../../workflows/fleet-ledger.js';

function ledger(...ids: string[]): FleetLedger {
  const machines = ids.map((machineId) => ({
    machineId,
    machineType: 'pump',
    status: 'queued' as const,
    startedAt: null,
    finishedAt: null,
    result: null,
    failure: null,
  }));
  const report: FleetReport = {
    name: 'r',
    status: 'running',
    concurrency: 2,
    parameters: null,
    startedAt: 0,
    machines,
  };
  return new FleetLedger(report);
}

function result(ran: PipelineResult['ran']): PipelineResult {
  return { machineId: 'a', machineType: 'pump', ran, rows: 10, quality: 0.9, seconds: 1, stepSeconds: {} };
}

const FAILURE = { type: 'ValidationFailed', code: 'C', field: null, step: null, message: 'no', hint: null };

describe('FleetLedger', () => {
  it('gives each machine once, in order', () => {
    const book = ledger('a', 'b');
    expect([book.take(1), book.take(1), book.take(1)].map((machine) => machine?.machineId)).toEqual([
      'a',
      'b',
      undefined,
    ]);
    expect(book.count('running')).toBe(2);
  });

  it('tells what was made from what was up to date', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result(['trainTvae']), 2);
    book.succeed('b', result([]), 2);
    expect(book.report.machines.map((machine) => machine.status)).toEqual(['succeeded', 'upToDate']);
    expect(book.ended()).toBe('succeeded');
  });

  it('has failed when one machine has', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result([]), 2);
    book.fail('b', FAILURE, 2);
    expect(book.ended()).toBe('failed');
    expect(book.describe()).toContain('✗ b: no');
  });

  it('of a run that was cancelled says so, also when a machine had failed before', () => {
    const book = ledger('a', 'b');
    book.fail('b', FAILURE, 2);
    book.report.status = 'cancelling';
    book.cancelQueued(3);
    expect(book.ended()).toBe('cancelled');
  });

  it('retries failed machines only', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result([]), 2);
    book.fail('b', FAILURE, 2);
    expect(book.objectionToRetry(['a'])).toContain('not failed');
    expect(book.objectionToRetry(['c'])).toContain('not in this fleet run');
    expect(book.objectionToRetry(['b'])).toBeNull();
    expect(book.requeue(null)).toEqual(['b']);
    expect(book.objectionToRetry(null)).toBe('no machine has failed');
    expect(book.take(3)?.failure).toBeNull();
  });

  it('counts what never started as cancelled', () => {
    const book = ledger('a', 'b');
    book.take(1);
    book.cancelQueued(2);
    expect(book.report.machines.map((machine) => machine.status)).toEqual(['running', 'cancelled']);
  });
});
