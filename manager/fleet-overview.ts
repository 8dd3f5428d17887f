import type { FleetRunSummary, FleetState, FleetStateChange, MachineFilter } from '../contracts/api/machines.js';
import type { MachineList, MachineTile } from '../contracts/api/machines.js';
import type { FleetRunDraft } from '../contracts/api/fleet-runs.js';
import { WorkflowFailedError } from '@temporalio/client';
import { ArtifactIndex } from './overview/artifact-index.js';
import type { KnownMachine } from './overview/artifact-index.js';
import { RunningSteps } from './overview/doing.js';
import { countsOf, find } from './overview/find.js';
import { LatestPipelines } from './overview/pipelines.js';
import type { EndedPipeline } from './overview/pipelines.js';
import { Queues } from './overview/queue.js';
import { RecentRuns } from './overview/recent-runs.js';
import { Reports } from './overview/reports.js';
import { Staleness } from './overview/staleness.js';
import { isUnsure, newestGeneration, tileOf } from './overview/tile.js';
import type { Facts } from './overview/tile.js';
import type { Connected } from './project.js';
import { SharedPoll, pause } from './shared-poll.js';
import { machineWorkflowId } from '../contracts/steps.js';
import { workflowError } from './workflow-error.js';

/** The fleet at one moment. A machine that has not changed keeps its tile, and a state that has not, its object. */
export interface Overview {
  state: FleetState;
  tiles: readonly MachineTile[];
  byId: ReadonlyMap<string, MachineTile>;
  at: number;
}

const EVERY_MS = 1_000;
/** Looking at the fleet takes at most this part of the time, unless it would be looked at too seldom. */
const SHARE = 30;
const SELDOM_MS = 10_000;
/** How long Temporal may hold up a page, which has most to show without it. */
const PATIENCE_MS = 700;
/** A fleet of at most so many machines is looked into as a whole, a larger one page by page. */
const SMALL = 300;
/** Texts of failures that are asked for at once. */
const ASKED_AT_ONCE = 16;

/** Every machine of the fleet with its state: from the disk, from Temporal, and, in the background, from Python. */
export class FleetOverview {
  private readonly index: ArtifactIndex;
  private readonly reports: Reports;
  private readonly pipelines: LatestPipelines;
  private readonly queues: Queues;
  private readonly recent: RecentRuns;
  private readonly steps: RunningSteps;
  private readonly staleness: Staleness;
  private readonly failures = new Map<string, string>();
  private readonly reported = new WeakSet<KnownMachine>();
  private runs: FleetRunSummary[] = [];
  private facts = new Map<string, Facts>();
  private known: ReadonlyMap<string, KnownMachine> = new Map();
  private overview: Overview | null = null;
  private looking: Promise<Overview> | null = null;
  private asking: Promise<void> | null = null;
  private tookMs = 0;
  private readonly poll: SharedPoll<Overview>;

  constructor(
    private readonly connected: Connected,
    private readonly closing: AbortSignal,
  ) {
    this.index = new ArtifactIndex(connected);
    this.reports = new Reports(connected);
    this.pipelines = new LatestPipelines(connected);
    this.queues = new Queues(connected);
    this.recent = new RecentRuns(connected);
    this.steps = new RunningSteps(connected.client, connected.settings);
    this.staleness = new Staleness(connected, closing, () => undefined);
    const stop = () => Promise.resolve();
    this.poll = new SharedPoll(
      { read: (_, signal) => this.paced(signal), awaitEnd: () => ({ signal: closing, stop }) },
      EVERY_MS,
    );
  }

  /** The fleet as it is now, then whenever it has changed, until the signal aborts. */
  subscribe(signal: AbortSignal): AsyncGenerator<Overview, void, undefined> {
    return this.poll.subscribe(signal);
  }

  /** One page of the machines that match. */
  async page(filter: MachineFilter): Promise<MachineList> {
    return await this.lookInto(find((await this.fresh()).tiles, filter), filter);
  }

  /** A machine's tile; null: it is not in the fleet. */
  async tile(machineId: string): Promise<MachineTile | null> {
    const known = (await this.fresh()).byId.has(machineId) || (await this.anew()).byId.has(machineId);
    if (!known) return null;
    await this.readReports([machineId]);
    return this.build().byId.get(machineId) ?? null;
  }

  /** All machines that match, by name. */
  async matching({ q = '', type, state }: FleetRunDraft['filter']): Promise<MachineTile[]> {
    const { tiles } = await this.fresh();
    return find(tiles, { q, type, state, sort: 'name', offset: 0, limit: tiles.length }).machines;
  }

  /** The last fleet runs. */
  async lastRuns(count?: number): Promise<FleetRunSummary[]> {
    return await this.recent.read(count);
  }

  /** What is on disk of every machine, by id. */
  async onDisk(): Promise<ReadonlyMap<string, KnownMachine>> {
    this.known = await this.index.scan();
    return this.known;
  }

  /** What is on disk of a machine; null: it is not in the fleet. */
  async machine(machineId: string): Promise<KnownMachine | null> {
    return (await this.onDisk()).get(machineId) ?? null;
  }

  /** Waits for what is being asked: a call that the connection's end cuts off would be retried on a closed channel. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.looking, this.asking]);
  }

  private async fresh(): Promise<Overview> {
    const age = Date.now() - (this.overview?.at ?? 0);
    return this.overview === null || age > 2 * EVERY_MS ? await this.look() : this.overview;
  }

  /** The fleet as it is on disk by now: a machine may have been created, or restored, since the last look. */
  private async anew(): Promise<Overview> {
    await this.looking;
    return await this.look();
  }

  /** What a page shows beyond its states: reports at once, the rest in the background. */
  private async lookInto(page: MachineList, filter: MachineFilter): Promise<MachineList> {
    const ids = page.machines.map((tile) => tile.machineId);
    this.lookAhead(ids);
    if (!(await this.readReports(ids))) return page;
    const { tiles, byId } = this.build();
    // What the reports say may have moved a machine to another state: then the page is found again.
    const moved = page.machines.some((tile) => byId.get(tile.machineId)?.state !== tile.state);
    return moved ? find(tiles, filter) : { ...page, machines: ids.flatMap((id) => byId.get(id) ?? []) };
  }

  /** Reads the reports of those that have changed since their reports were read; false: there was none. */
  private async readReports(machineIds: Iterable<string>): Promise<boolean> {
    let news = false;
    const machines = [...machineIds].flatMap((id) => this.known.get(id) ?? []);
    for (const machine of machines) {
      if (this.reported.has(machine)) continue;
      const { machineId, published } = machine;
      const generations = [...new Set([newestGeneration(machine), published])].filter((name) => name !== null);
      await Promise.all(generations.map((name) => this.reports.read(machineId, name)));
      this.reported.add(machine);
      news = true;
    }
    return news;
  }

  private lookAhead(machineIds: readonly string[]): void {
    const known = machineIds.flatMap((id) => this.known.get(id) ?? []);
    this.staleness.want(known.filter(({ published }) => published !== null));
    void this.readFailures(machineIds);
  }

  private async readFailures(machineIds: readonly string[]): Promise<void> {
    const missing = machineIds
      .flatMap((id) => this.pipelines.ended.get(id) ?? [])
      .filter(({ runId, status }) => status === 'FAILED' && !this.failures.has(runId));
    for (let begin = 0; begin < missing.length; begin += ASKED_AT_ONCE)
      await Promise.all(missing.slice(begin, begin + ASKED_AT_ONCE).map((ended) => this.readFailure(ended)));
  }

  private async readFailure({ machineId, runId }: EndedPipeline): Promise<void> {
    try {
      await this.connected.client.workflow.getHandle(machineWorkflowId(machineId), runId).result();
    } catch (error) {
      const cause = workflowError(error);
      if (error instanceof WorkflowFailedError && cause instanceof Error) this.failures.set(runId, cause.message);
    }
  }

  /** Not more often than its cost allows, and half as often while nothing runs. */
  private async paced(signal: AbortSignal): Promise<Overview> {
    const idle = this.pipelines.running.size + this.pipelines.fleetRuns.length === 0;
    const everyMs = Math.min(SELDOM_MS, Math.max(idle ? 2 * EVERY_MS : EVERY_MS, this.tookMs * SHARE));
    if (this.overview !== null) await pause(Math.max(0, this.overview.at + everyMs - Date.now() - EVERY_MS), signal);
    return await this.look();
  }

  private look(): Promise<Overview> {
    this.looking ??= this.lookNow().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async lookNow(): Promise<Overview> {
    this.asking ??= this.askTemporal().finally(() => {
      this.asking = null;
    });
    const asked = this.asking;
    const began = performance.now();
    this.known = await this.index.scan();
    this.tookMs = performance.now() - began;
    const patience = new AbortController();
    await Promise.race([asked, pause(PATIENCE_MS, patience.signal)]);
    patience.abort();
    if (this.known.size <= SMALL) {
      await this.readReports(this.known.keys());
      this.lookAhead([...this.known.keys()]);
    } else {
      void this.readReports([...this.known.values()].filter(isUnsure).map(({ machineId }) => machineId));
    }
    return this.build();
  }

  /** What Temporal knows. While it does not answer, everything stays as it was; a banner says so. */
  private async askTemporal(): Promise<void> {
    try {
      await this.pipelines.refresh();
      const { running, fleetRuns } = this.pipelines;
      const [runs] = await Promise.all([
        this.recent.read(),
        this.queues.refresh(fleetRuns).catch(() => undefined),
        this.steps.refresh(running),
      ]);
      this.runs = runs;
    } catch {
      // It is asked again in a second.
    }
  }

  private build(): Overview {
    const facts = new Map<string, Facts>();
    let changed = this.facts.size !== this.known.size;
    const byId = new Map<string, MachineTile>();
    for (const [machineId, known] of this.known) {
      const now = this.factsOf(known);
      const before = this.facts.get(machineId);
      const tile = before !== undefined && isSame(before, now) ? this.overview?.byId.get(machineId) : undefined;
      changed ||= tile === undefined;
      facts.set(machineId, now);
      byId.set(machineId, tile ?? tileOf(now));
    }
    this.facts = facts;
    const tiles = changed || this.overview === null ? [...byId.values()] : this.overview.tiles;
    const state = {
      ...{ counts: countsOf(tiles), fleet: tiles.length, runs: this.runs },
      checked: this.staleness.checked,
    };
    const same = this.overview !== null && JSON.stringify(this.overview.state) === JSON.stringify(state);
    this.overview = {
      state: same && this.overview !== null ? this.overview.state : state,
      tiles,
      byId,
      at: Date.now(),
    };
    return this.overview;
  }

  private factsOf(known: KnownMachine): Facts {
    const { machineId, published } = known;
    const ended = this.pipelines.ended.get(machineId) ?? null;
    const newest = newestGeneration(known);
    return {
      known,
      pipeline: this.pipelines.running.get(machineId) ?? null,
      doing: this.steps.of(machineId),
      waiting: this.queues.waiting.get(machineId) ?? null,
      ended,
      failure: ended === null ? null : (this.failures.get(ended.runId) ?? null),
      newest: newest === null ? null : this.reports.peek(machineId, newest),
      published: published === null ? null : this.reports.peek(machineId, published),
      stale: this.staleness.reason(known),
    };
  }
}

function isSame(before: Facts, now: Facts): boolean {
  const keys = Object.keys(now) as (keyof Facts)[];
  return keys.every((key) => before[key] === now[key]);
}

/** What changed between two moments: all that a watcher who knows the earlier one needs. */
export function overviewChange(before: Overview, after: Overview): FleetStateChange | null {
  const tiles = after.tiles.filter((tile) => before.byId.get(tile.machineId) !== tile);
  const gone = [...before.byId.keys()].filter((id) => !after.byId.has(id));
  const fleet = before.state === after.state ? null : after.state;
  return fleet === null && tiles.length === 0 && gone.length === 0 ? null : { fleet, tiles, gone };
}
