import { jest } from '@jest/globals';
import type { MachineStatus } from '../../contracts/runs.js';
import { viewOf } from '../../manager/fleet-view.js';
import type { FleetView } from '../../manager/fleet-view.js';
import { changesBetween, fleetPoll } from '../../manager/fleet-watch.js';
import type { FleetSnapshot, FleetSource } from '../../manager/fleet-watch.js';
import { machine, report } from '../support/fleet.js';
import type { LiveStep } from '../../manager/live-step.js';

/** A fleet run in the state that the test gives it; counts the questions. */
class FakeFleet implements FleetSource {
  machines: Record<string, MachineStatus> = { pump_a: 'running', pump_b: 'running', pump_c: 'queued' };
  epoch = 1;
  /** How a question is answered: with the account, an error, or not at all. */
  answers: 'well' | 'never' | 'with an error' = 'well';
  queries = 0;
  describes: string[] = [];
  ends = 0;
  stopped = 0;
  private readonly ending = new AbortController();

  readFleet(): Promise<FleetView> {
    this.queries += 1;
    if (this.answers === 'never') return new Promise(() => undefined);
    if (this.answers === 'with an error') return Promise.reject(new Error('no server'));
    const machines = Object.entries(this.machines).map(([machineId, status]) => machine(machineId, status));
    return Promise.resolve(viewOf(report(machines), machines));
  }

  readLive(machineId: string): Promise<LiveStep | null> {
    this.describes.push(machineId);
    if (this.answers === 'never') return new Promise(() => undefined);
    return Promise.resolve({ step: 'trainTvae', attempt: machineId === 'pump_a' ? this.epoch : 1, ...SAYS_NOTHING });
  }

  awaitEnd() {
    this.ends += 1;
    return {
      signal: this.ending.signal,
      stop: () => {
        this.stopped += 1;
        return Promise.resolve();
      },
    };
  }

  end(): void {
    this.ending.abort();
  }
}

const SAYS_NOTHING = { heartbeat: null, lastFailure: null, heartbeatAt: null, scheduled: false };

/** Somebody who watches, and what they have seen. */
class Watcher {
  readonly seen: FleetSnapshot[] = [];
  readonly done: Promise<void>;
  private readonly leaving = new AbortController();

  constructor(poll: ReturnType<typeof fleetPoll>) {
    this.done = this.watch(poll);
  }

  get last(): FleetSnapshot {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error('nothing seen yet');
    return last;
  }

  async leave(): Promise<void> {
    this.leaving.abort();
    await this.done;
  }

  private async watch(poll: ReturnType<typeof fleetPoll>): Promise<void> {
    for await (const snapshot of poll.subscribe(this.leaving.signal)) this.seen.push(snapshot);
  }
}

let fleet: FakeFleet;
let poll: ReturnType<typeof fleetPoll>;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'], now: 1_000_000 });
  fleet = new FakeFleet();
  poll = fleetPoll(fleet);
});
afterEach(() => {
  jest.useRealTimers();
});

const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1_000);

describe('a fleet run that is watched', () => {
  it('is queried once a second, and so is each running machine, however many watch', async () => {
    const watchers = Array.from({ length: 50 }, () => new Watcher(poll));
    await seconds(0);
    expect(fleet).toMatchObject({ queries: 1, describes: ['pump_a', 'pump_b'], ends: 1 });
    await seconds(9);
    expect(fleet.queries).toBe(10);
    expect(fleet.describes).toHaveLength(20);
    for (const { seen } of watchers) expect(seen).toHaveLength(10);
    await Promise.all(watchers.map((watcher) => watcher.leave()));
  });

  it('is no longer queried when the last watcher has left, and is again when one comes back', async () => {
    const [one, other] = [new Watcher(poll), new Watcher(poll)];
    await seconds(1);
    await one.leave();
    await seconds(1);
    expect(fleet.queries).toBe(3);
    await other.leave();
    await seconds(60);
    expect(fleet).toMatchObject({ queries: 3, stopped: 1 });
    fleet.machines['pump_a'] = 'succeeded';
    const third = new Watcher(poll);
    await seconds(0);
    expect(third.seen).toHaveLength(1);
    expect(third.last.view?.counts).toMatchObject({ running: 1, succeeded: 1 });
    await third.leave();
  });

  it('is shown at once to a watcher who joins later', async () => {
    const first = new Watcher(poll);
    await seconds(5);
    const later = new Watcher(poll);
    await seconds(0);
    expect(later.seen).toEqual([first.last]);
    expect(fleet.queries).toBe(6);
    await Promise.all([first.leave(), later.leave()]);
  });

  it('is described by what has changed', async () => {
    const watcher = new Watcher(poll);
    await seconds(0);
    const before = watcher.last;
    await seconds(1);
    expect(changesBetween(before, watcher.last)).toEqual({
      fleet: null,
      machines: [],
      gone: [],
      live: {},
      silentSince: null,
    });
    fleet.machines = { pump_a: 'running', pump_b: 'succeeded' };
    fleet.epoch = 2;
    await seconds(1);
    expect(changesBetween(before, watcher.last)).toMatchObject({
      fleet: { total: 2, counts: { succeeded: 1, queued: 0 } },
      machines: [{ machineId: 'pump_b', status: 'succeeded' }],
      gone: ['pump_c'],
      live: { pump_a: { attempt: 2 }, pump_b: null },
    });
    await watcher.leave();
  });

  it('is shown one last time when it has ended', async () => {
    const watcher = new Watcher(poll);
    await seconds(0);
    fleet.machines['pump_a'] = 'failed';
    fleet.end();
    await seconds(0);
    await watcher.done;
    expect(watcher.last.view?.counts.failed).toBe(1);
    expect(fleet).toMatchObject({ queries: 2, stopped: 1 });
  });
});

describe('a silence', () => {
  it.each(['with an error', 'never'] as const)(
    'is reported with its start, and keeps the last account (%s)',
    async (how) => {
      const watcher = new Watcher(poll);
      await seconds(1);
      const answeredAt = Date.now();
      fleet.answers = how;
      await seconds(5);
      expect(watcher.last.silentSince).toBe(answeredAt);
      expect(watcher.last.view?.total).toBe(3);
      await watcher.leave();
    },
  );

  it('ends with the next answer', async () => {
    fleet.answers = 'with an error';
    const watcher = new Watcher(poll);
    await seconds(3);
    expect(watcher.last).toMatchObject({ view: null, silentSince: 1_000_000 });
    fleet.answers = 'well';
    await seconds(1);
    expect(watcher.last).toMatchObject({ view: { total: 3 }, silentSince: null });
    await watcher.leave();
  });

  it('does not pile up queries', async () => {
    const watcher = new Watcher(poll);
    await seconds(0);
    fleet.answers = 'never';
    await seconds(60);
    expect(fleet.queries).toBe(1 + 1);
    expect(fleet.describes).toHaveLength(2 + 2);
    await watcher.leave();
  });
});
