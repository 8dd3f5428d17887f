import type { PipelineResult } from '../../contracts/runs.js';
import { FleetLedger } from '../../workflows/fleet-ledger.js';

const START = 1_700_000_000_000;

function ledger(...ids: string[]): FleetLedger {
  const book = new FleetLedger('r', START);
  book.add(ids.map((machineId) => ({ machineId, machineType: machineId.split('_')[0] ?? '' })));
  book.status = 'running';
  return book;
}

function result(ran: PipelineResult['ran'], changes: Partial<PipelineResult> = {}): PipelineResult {
  const made = { machineId: 'a', machineType: 'pump', ran, rows: 10, quality: 0.9, seconds: 1, stepSeconds: {} };
  return { ...made, ...changes };
}

function failure(message = 'no') {
  return { type: 'ValidationFailed', code: 'C', field: null, step: null, message, hint: null };
}

function ended(book: FleetLedger): string {
  book.close(START + 9);
  return book.status;
}

/** The same ledger after the run has continued as new. */
function continued(book: FleetLedger): FleetLedger {
  const [head, ...pages] = JSON.parse(JSON.stringify(book.carried())) as ReturnType<FleetLedger['carried']>;
  return new FleetLedger('r', START + 1_000_000, head, pages);
}

function statuses(book: FleetLedger): string[] {
  return book.page({ sort: 'fleet' }).machines.map((machine) => machine.status);
}

describe('FleetLedger', () => {
  it('gives each machine once, in order', () => {
    const book = ledger('a', 'b', 'a');
    expect([book.take(1), book.take(1), book.take(1)]).toEqual(['a', 'b', null]);
    expect(book.count('running')).toBe(2);
    expect(book.underWay()).toEqual(['a', 'b']);
  });

  it('takes the machines that somebody wants next first, in the order in which they were wanted', () => {
    const book = ledger('a', 'b', 'c', 'd');
    for (const machineId of ['d', 'c', 'd']) book.want(machineId);
    expect([book.take(1), book.take(1), book.take(1), book.take(1)]).toEqual(['d', 'c', 'a', 'b']);
  });

  it('keeps what is wanted next when the run continues as new, unless it was taken or cancelled meanwhile', () => {
    const book = ledger('a', 'b', 'c');
    for (const machineId of ['b', 'c']) book.want(machineId);
    book.fail('b', failure(), 2);
    expect(continued(book).take(1)).toBe('c');
  });

  it('lets only a waiting machine be the next', () => {
    const book = ledger('a', 'b');
    book.take(1);
    expect(book.objectionToNext('b')).toBeNull();
    expect(book.objectionToNext('a')).toBe('a does not wait');
    expect(book.objectionToNext('x')).toBe('not in this fleet run: x');
  });

  it('tells what was made from what was up to date', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result(['trainTvae']), 2);
    book.succeed('b', result([]), 2);
    expect(statuses(book)).toEqual(['succeeded', 'upToDate']);
    expect(ended(book)).toBe('succeeded');
  });

  it('has failed when one machine has', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result([]), 2);
    book.fail('b', failure(), 2);
    expect(ended(book)).toBe('failed');
    expect(book.describe()).toContain('✗ b: no');
  });

  it('of a run that was cancelled says so, also when a machine had failed before', () => {
    const book = ledger('a', 'b');
    book.fail('b', failure(), 2);
    book.status = 'cancelling';
    book.cancelQueued(3);
    expect(ended(book)).toBe('cancelled');
  });

  it('retries failed machines only, and none that succeeded', () => {
    const book = ledger('a', 'b', 'c');
    book.succeed('a', result([]), 2);
    book.fail('b', failure(), 2);
    book.fail('c', { ...failure(), type: 'Cancelled' }, 2);
    expect(book.objectionToRetry(['a'])).toContain('not failed');
    expect(book.objectionToRetry(['x'])).toContain('not in this fleet run');
    expect(book.objectionToRetry(['b'])).toBeNull();
    expect(book.requeue(null)).toEqual({ count: 2, machineIds: ['b', 'c'] });
    expect(book.objectionToRetry(null)).toBe('no machine has failed');
    expect([book.take(3), book.take(3), book.take(3)]).toEqual(['b', 'c', null]);
    expect(book.account().failures).toEqual([]);
  });

  it('counts what never started as cancelled', () => {
    const book = ledger('a', 'b');
    book.take(1);
    book.cancelQueued(2);
    expect(statuses(book)).toEqual(['running', 'cancelled']);
  });

  it('has the next machines looked at, each once, and again when it is retried', () => {
    const book = ledger('a', 'b', 'c');
    expect(book.toReview(2)).toEqual(['a', 'b']);
    book.review(['a', 'b'], [{ machineId: 'a', rows: 5, quality: null }], START);
    expect(book.toReview(2)).toEqual([]);
    expect(book.take(START)).toBe('b');
    expect(book.toReview(2)).toEqual(['c']);
    book.fail('b', failure(), START);
    book.requeue(['b']);
    expect(book.toReview(2)).toEqual(['b', 'c']);
    expect(book.account().counts).toMatchObject({ upToDate: 1, queued: 2 });
  });

  it('sums up what was made', () => {
    const book = ledger('a', 'b', 'c');
    book.succeed('a', result(['trainTvae'], { seconds: 3, quality: 0.5 }), START);
    book.succeed('b', result([], { seconds: 9, quality: 0.7 }), START);
    expect(book.account().totals).toEqual({ seconds: 3, rows: 20, quality: { mean: 0.6, least: 0.5 } });
  });
});

describe('pages of machines', () => {
  function mixed(): FleetLedger {
    const book = ledger('pump_1', 'pump_2', 'fan_1', 'fan_2', 'cnc_1');
    book.succeed('pump_1', result(['trainTvae'], { quality: 0.9, seconds: 5 }), START + 1);
    book.succeed('pump_2', result(['trainTvae'], { quality: 0.4, seconds: 8 }), START + 2);
    book.fail('fan_1', failure(), START + 3);
    for (let taken = book.take(START + 4); taken !== 'fan_2'; taken = book.take(START + 4));
    return book;
  }
  const ids = (filter: object) =>
    mixed()
      .page(filter)
      .machines.map((machine) => machine.machineId);

  it('have the worst first', () => {
    expect(ids({})).toEqual(['fan_1', 'fan_2', 'pump_2', 'pump_1', 'cnc_1']);
  });

  it('can be sorted otherwise', () => {
    expect(ids({ sort: 'name' })).toEqual(['cnc_1', 'fan_1', 'fan_2', 'pump_1', 'pump_2']);
    expect(ids({ sort: 'fleet' })).toEqual(['pump_1', 'pump_2', 'fan_1', 'fan_2', 'cnc_1']);
    expect(ids({ sort: 'slowest', limit: 1 })).toEqual(['pump_2']);
    expect(ids({ sort: 'recent', limit: 2 })).toEqual(['fan_2', 'fan_1']);
  });

  it('can be filtered by state and type, and by when something happened', () => {
    expect(ids({ status: ['succeeded'], type: 'pump', sort: 'name' })).toEqual(['pump_1', 'pump_2']);
    expect(ids({ since: START + 3, sort: 'name' })).toEqual(['fan_1', 'fan_2']);
    expect(ids({ type: 'robot' })).toEqual([]);
  });

  it('follow each other to the last', () => {
    const book = mixed();
    const seen: string[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page = book.page({ offset, limit: 2 });
      expect(page.total).toBe(5);
      seen.push(...page.machines.map((machine) => machine.machineId));
      offset = page.next;
    }
    expect(seen).toEqual(['fan_1', 'fan_2', 'pump_2', 'pump_1', 'cnc_1']);
  });

  it.each([{ offset: -1 }, { limit: 0 }, { limit: NaN }, { offset: 99 }])('bear %j', (filter) => {
    expect(mixed().page(filter).machines.length).toBeLessThanOrEqual(5);
  });
});

describe('a run that continues as new', () => {
  it('takes its account along', () => {
    const book = ledger('pump_1', 'pump_2', 'fan_1', 'fan_2');
    book.take(START + 500);
    book.succeed('pump_1', result(['trainTvae'], { seconds: 12.34, quality: 0.8765, rows: 50_000 }), START + 12_840);
    book.take(START + 600);
    book.fail('pump_2', { ...failure('pump_2: too noisy'), hint: 'look at pump_2' }, START + 700);
    book.review(['fan_1'], [{ machineId: 'fan_1', rows: null, quality: 0 }], START + 800);
    expect(continued(book).account()).toEqual(book.account());
    expect(continued(book).page({})).toEqual(book.page({}));
    expect(continued(continued(book)).carried()).toEqual(book.carried());
  });

  it('goes on with what waits, and looks at it again', () => {
    const book = ledger('a', 'b');
    book.succeed('a', result([]), START);
    book.review(['b'], [], START);
    expect(continued(book).toReview(5)).toEqual(['b']);
    expect(continued(book).take(START)).toBe('b');
  });

  it('retries exactly what failed before', () => {
    const book = ledger('a', 'b', 'c');
    book.fail('a', failure(), START);
    book.succeed('b', result([]), START);
    book.fail('c', failure(), START);
    expect(continued(book).requeue(null).machineIds).toEqual(['a', 'c']);
  });

  it('refuses an id that would be read as two', () => {
    expect(() => ledger('a;b').carried()).toThrow(RangeError);
  });
});

const LIMIT = 256 * 1024;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('with 10,000 machines', () => {
  const all = Array.from({ length: 10_000 }, (_, at) => `pump_atlas_${String(at).padStart(5, '0')}`);

  it('what is carried stays below 256 KB, all of it together', () => {
    const book = ledger(...all);
    all.forEach((id, at) => {
      book.take(START + at * 1_000);
      book.succeed(
        id,
        result(['trainTvae'], { seconds: 30 + (at % 977) / 10, quality: (at % 1009) / 1009 }),
        START + at * 3_000,
      );
    });
    expect(bytes(book.carried())).toBeLessThan(LIMIT);
    expect(bytes(book.account())).toBeLessThan(10_000);
  });

  it('no payload is above 256 KB when all of them fail, each for another long reason', () => {
    const book = ledger(...all);
    all.forEach((id, at) => {
      book.take(START);
      book.fail(id, { ...failure(`${at} of “${'ä'.repeat(900)}`), hint: `\u0000 ${at}`.repeat(50) }, START + at);
    });
    for (const payload of book.carried()) expect(bytes(payload)).toBeLessThan(LIMIT);
    expect(bytes(book.page({ limit: 10_000 }))).toBeLessThan(LIMIT);
    expect(bytes(book.account())).toBeLessThan(LIMIT);
    expect(book.describe().split('\n').length).toBeLessThan(15);
    expect(book.page({ sort: 'fleet', offset: 9_999 }).machines[0]?.failure).toMatchObject({
      type: 'ValidationFailed',
      hint: 'npm run gan -- machine status pump_atlas_09999',
    });
    expect(book.requeue(null)).toMatchObject({ count: 10_000 });
  });

  it('no payload is above 256 KB with the longest ids that have nothing in common', () => {
    const long = all.map((_, at) => `${(at * 7_919) % 10_007}`.padEnd(64, 'x'));
    const book = ledger(...long);
    for (const payload of book.carried()) expect(bytes(payload)).toBeLessThan(LIMIT);
    expect(continued(book).page({ sort: 'fleet' })).toEqual(book.page({ sort: 'fleet' }));
  });

  it('the same reason is kept once, with each machine’s own name in it', () => {
    const book = ledger(...all);
    for (const id of all) book.fail(id, failure(`${id}: no sensors`), START);
    expect(bytes(book.carried()[0])).toBeLessThan(1_000);
    expect(book.page({ limit: 1 }).machines[0]?.failure?.message).toBe('pump_atlas_00000: no sensors');
  });
});
