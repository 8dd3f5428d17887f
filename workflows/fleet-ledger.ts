import type {
  CurrentMachine,
  FailureReport,
  FleetAccount,
  FleetPlan,
  FleetStatus,
  MachineFilter,
  MachinePage,
  MachineRow,
  MachineStatus,
  PipelineResult,
  RetriedMachines,
} from '../contracts/runs.js';
import type { StepParameters } from '../contracts/parameters.js';
import { FailureTexts } from './failure-texts.js';
import { newEntry, pack, unpack } from '../contracts/machine-pages.js';
import type { Entry } from '../contracts/machine-pages.js';
import { pageOf } from './machine-query.js';

/** How many failures the account itself lists; the others are on the pages. */
const SHOWN_FAILURES = 10;
const NAMED_RETRIES = 100;

/** What a run carries over when it continues as new, besides the pages of its machines. */
export interface CarriedLedger {
  status: FleetStatus;
  concurrency: number;
  parameters: StepParameters | null;
  startedAt: number;
  failures: string[];
  /** Machines that somebody wants next; none in runs of earlier versions. */
  wanted?: string[];
}

/** A fleet run's account of its machines, and which one is next. Plain state, tested without Temporal. */
export class FleetLedger {
  status: FleetStatus = 'planning';
  concurrency = 1;
  parameters: StepParameters | null = null;
  private finishedAt: number | null = null;
  private readonly entries: Entry[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly counts = noCounts();
  private readonly running = new Set<number>();
  private readonly failed = new Set<number>();
  /** Machines that were reviewed and, as far as is known, have something to do. */
  private readonly reviewed = new Set<number>();
  private readonly texts: FailureTexts;
  /** No machine before this one waits. */
  private cursor = 0;
  /** Machines that somebody wants next, in this order. */
  private wanted: string[] = [];

  constructor(
    readonly name: string,
    private readonly startedAt: number,
    carried: CarriedLedger | null = null,
    pages: readonly string[] = [],
  ) {
    this.texts = new FailureTexts(carried?.failures);
    if (carried === null) return;
    ({ status: this.status, concurrency: this.concurrency, parameters: this.parameters } = carried);
    this.startedAt = carried.startedAt;
    for (const entry of unpack(pages, this.startedAt)) this.append(entry);
    this.wanted = carried.wanted ?? [];
  }

  /** Adds a page of the plan; a machine that is named twice runs once. */
  add(machines: FleetPlan['machines']): void {
    for (const { machineId, machineType } of machines) {
      if (!this.numbers.has(machineId)) this.append(newEntry(machineId, machineType));
    }
  }

  /** The next waiting machines to review; empty while one that has been reviewed is first in line. */
  toReview(limit: number): string[] {
    const chosen: string[] = [];
    for (let at = this.firstQueued(); at < this.entries.length && chosen.length < limit; at += 1) {
      const entry = this.entries[at];
      if (entry?.status !== 'queued') continue;
      if (this.reviewed.has(at)) break;
      chosen.push(entry.machineId);
    }
    return chosen;
  }

  /** Records which of the reviewed machines are up to date; the others have something to do. */
  review(machineIds: readonly string[], current: readonly CurrentMachine[], now: number): void {
    for (const machineId of machineIds) this.reviewed.add(this.numberOf(machineId));
    for (const { machineId, rows, quality } of current) {
      // It may have been cancelled meanwhile.
      if (this.of(machineId).status !== 'queued') continue;
      this.set(machineId, {
        status: 'upToDate',
        startedAt: now,
        finishedAt: now,
        seconds: 0,
        rows,
        quality,
        failure: null,
      });
    }
  }

  /** The next machine to run, marked as running; null when none waits. */
  take(now: number): string | null {
    this.wanted = this.wanted.filter((id) => this.of(id).status === 'queued');
    const machineId = this.wanted.shift() ?? this.entries[this.firstQueued()]?.machineId ?? null;
    if (machineId !== null) this.set(machineId, { ...CLEARED, status: 'running', startedAt: now });
    return machineId;
  }

  succeed(machineId: string, { ran, rows, quality, seconds }: PipelineResult, now: number): void {
    const status = ran.length === 0 ? 'upToDate' : 'succeeded';
    this.set(machineId, { status, rows, quality, seconds, finishedAt: now, failure: null });
  }

  fail(machineId: string, failure: FailureReport, now: number): void {
    const cancelled = failure.type === 'Cancelled';
    const { startedAt } = this.of(machineId);
    this.set(machineId, {
      status: cancelled ? 'cancelled' : 'failed',
      failure: cancelled ? null : this.texts.add(failure, machineId),
      finishedAt: now,
      seconds: startedAt === null ? null : (now - startedAt) / 1000,
    });
  }

  /** Puts failed and cancelled machines back in the queue; null means all of them. Returns those put back. */
  requeue(machineIds: readonly string[] | null): RetriedMachines {
    const again = (machineIds ?? this.entries.map((entry) => entry.machineId)).filter((id) => isRetryable(this.of(id)));
    for (const machineId of again) this.set(machineId, { status: 'queued' });
    return { count: again.length, machineIds: again.slice(0, NAMED_RETRIES) };
  }

  /** Lets a waiting machine be the next, after others of which that was asked earlier. */
  want(machineId: string): void {
    if (!this.wanted.includes(machineId)) this.wanted.push(machineId);
  }

  /** Why a machine cannot be the next, or null when it can. */
  objectionToNext(machineId: string): string | null {
    if (!this.numbers.has(machineId)) return `not in this fleet run: ${machineId}`;
    return this.of(machineId).status === 'queued' ? null : `${machineId} does not wait`;
  }

  /** Marks what never started as cancelled. */
  cancelQueued(now: number): void {
    for (const { machineId, status } of this.entries) {
      if (status === 'queued') this.set(machineId, { ...CLEARED, status: 'cancelled', finishedAt: now });
    }
  }

  /** Why these machines cannot be retried, or null when they can. */
  objectionToRetry(machineIds: readonly string[] | null): string | null {
    if (machineIds === null) return this.count('failed', 'cancelled') > 0 ? null : 'no machine has failed';
    const unknown = machineIds.filter((id) => !this.numbers.has(id));
    if (unknown.length > 0) return `not in this fleet run: ${some(unknown)}`;
    const other = machineIds.filter((id) => !isRetryable(this.of(id)));
    return other.length > 0 ? `not failed or cancelled: ${some(other)}` : null;
  }

  count(...statuses: MachineStatus[]): number {
    return statuses.reduce((sum, status) => sum + this.counts[status], 0);
  }

  get total(): number {
    return this.entries.length;
  }

  /** Ids of the machines under way. */
  underWay(): string[] {
    return this.rowsOf(this.running).map((row) => row.machineId);
  }

  account(): FleetAccount {
    const { name, status, concurrency, parameters, startedAt, finishedAt, total } = this;
    return {
      ...{ name, status, concurrency, parameters, startedAt, finishedAt, total },
      counts: { ...this.counts },
      totals: totalsOf(this.entries),
      running: this.rowsOf(this.running),
      failures: this.rowsOf(firstOf(this.failed, SHOWN_FAILURES)),
    };
  }

  page(filter: MachineFilter): MachinePage {
    return pageOf(this.entries, filter, (entry) => this.row(entry));
  }

  /** The outcome of the run, once no machine runs or waits. */
  close(now: number): void {
    this.status = this.ended();
    this.finishedAt = now;
  }

  /** What a run carries over when it continues as new: this, and one argument for each page. */
  carried(): [CarriedLedger, ...string[]] {
    const { status, concurrency, parameters, startedAt } = this;
    const failures = this.texts.carried();
    const wanted = this.wanted.length > 0 ? { wanted: this.wanted } : {};
    return [{ status, concurrency, parameters, startedAt, failures, ...wanted }, ...pack(this.entries, startedAt)];
  }

  /** The fleet's state as lines of text: the Temporal Web UI's current details. */
  describe(): string {
    const shown = this.rowsOf(firstOf(this.failed, SHOWN_FAILURES));
    const more = this.failed.size - shown.length;
    return [
      `${this.status}: ${this.count('succeeded', 'upToDate')} of ${this.total} machines done, ` +
        `${this.count('running')} running, ${this.count('queued')} waiting, ${this.count('failed')} failed`,
      ...shown.map((row) => `✗ ${row.machineId}: ${row.failure?.message ?? ''}`),
      ...(more > 0 ? [`… and ${more} more`] : []),
    ].join('\n');
  }

  private ended(): FleetStatus {
    if (this.status === 'cancelling') return 'cancelled';
    if (this.count('failed') > 0) return 'failed';
    return this.count('cancelled') > 0 ? 'cancelled' : 'succeeded';
  }

  private append(entry: Entry): void {
    const at = this.entries.push(entry) - 1;
    this.numbers.set(entry.machineId, at);
    this.index(at, entry.status, 1);
  }

  /** Every change to a machine goes through here, so that the counts stay right. */
  private set(machineId: string, changes: Partial<Entry>): void {
    const at = this.numberOf(machineId);
    const entry = this.of(machineId);
    this.index(at, entry.status, -1);
    Object.assign(entry, changes);
    this.index(at, entry.status, 1);
    this.reviewed.delete(at);
  }

  private index(at: number, status: MachineStatus, by: 1 | -1): void {
    this.counts[status] += by;
    for (const [kind, set] of [['running', this.running] as const, ['failed', this.failed] as const]) {
      if (status !== kind) continue;
      if (by === 1) set.add(at);
      else set.delete(at);
    }
    if (status === 'queued') this.cursor = Math.min(this.cursor, at);
  }

  private firstQueued(): number {
    while (this.cursor < this.entries.length && this.entries[this.cursor]?.status !== 'queued') this.cursor += 1;
    return this.cursor;
  }

  private rowsOf(numbers: Iterable<number>): MachineRow[] {
    return [...numbers].flatMap((at) => (this.entries[at] === undefined ? [] : [this.row(this.entries[at])]));
  }

  private row(entry: Entry): MachineRow {
    const failure = entry.failure === null ? null : this.texts.read(entry.failure, entry.machineId);
    return { ...entry, failure };
  }

  private of(machineId: string): Entry {
    const entry = this.entries[this.numberOf(machineId)];
    if (entry === undefined) throw new RangeError(`${machineId} is not in this fleet run`);
    return entry;
  }

  private numberOf(machineId: string): number {
    return this.numbers.get(machineId) ?? -1;
  }
}

const CLEARED: Partial<Entry> = { finishedAt: null, seconds: null, rows: null, quality: null, failure: null };

/** Whether a retry runs a machine again. */
export function isRetryable({ status }: { status: MachineStatus }): boolean {
  return status === 'failed' || status === 'cancelled';
}

function noCounts(): Record<MachineStatus, number> {
  return { queued: 0, running: 0, succeeded: 0, upToDate: 0, failed: 0, cancelled: 0 };
}

function totalsOf(entries: readonly Entry[]): FleetAccount['totals'] {
  const totals = { seconds: 0, rows: 0, quality: 0, measured: 0, least: Infinity };
  for (const { status, seconds, rows, quality } of entries) {
    if (status === 'succeeded') totals.seconds += seconds ?? 0;
    totals.rows += rows ?? 0;
    if (quality === null) continue;
    totals.quality += quality;
    totals.measured += 1;
    totals.least = Math.min(totals.least, quality);
  }
  const { seconds, rows, quality, measured, least } = totals;
  return { seconds, rows, quality: measured === 0 ? null : { mean: quality / measured, least } };
}

function firstOf(numbers: Iterable<number>, count: number): number[] {
  return [...numbers].slice(0, count);
}

function some(ids: readonly string[]): string {
  return ids.length > NAMED_RETRIES
    ? `${ids.slice(0, NAMED_RETRIES).join(', ')} and ${ids.length - NAMED_RETRIES} more`
    : ids.join(', ');
}
