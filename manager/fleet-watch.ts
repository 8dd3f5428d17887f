import type { MachineRow } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { readView } from './fleet-view.js';
import type { FleetView } from './fleet-view.js';
import { readLiveStep } from './live-step.js';
import type { LiveStep } from './live-step.js';
import type { Connected } from './project.js';
import { Questions, bounded } from './questions.js';
import { SharedPoll } from './shared-poll.js';
import type { PollSource } from './shared-poll.js';
import { awaitEnd } from './workflow-end.js';
import type { WorkflowEnd } from './workflow-end.js';

/** A fleet run at one moment: its account, and what its running machines last said. */
export interface FleetSnapshot {
  /** Null as long as nothing has answered yet. */
  view: FleetView | null;
  /** What the running step of each machine last said; none for a machine that is between two steps. */
  live: ReadonlyMap<string, LiveStep>;
  now: number;
  /** Since when Temporal, or every worker, has been silent and the account may be old; null while it answers. */
  silentSince: number | null;
}

/** The difference from an earlier snapshot: all that a watcher who has that one needs. */
export interface FleetChange {
  /** The account without its machines; null if it is the same. */
  fleet: Omit<FleetView, 'machines'> | null;
  machines: MachineRow[];
  /** Machines that the account no longer shows. */
  gone: string[];
  /** What machines report now; null for one that no longer reports. */
  live: Record<string, LiveStep | null>;
  silentSince: number | null;
}

/** Where a fleet run's state comes from. */
export interface FleetSource {
  readFleet(signal: AbortSignal): Promise<FleetView>;
  /** Null when none of the machine's steps runs. */
  readLive(machineId: string, signal: AbortSignal): Promise<LiveStep | null>;
  awaitEnd(): WorkflowEnd;
}

/** The fleet runs being watched: one poller each. */
export class FleetWatches {
  private readonly polls = new Map<string, SharedPoll<FleetSnapshot>>();

  constructor(private readonly connected: Connected) {}

  /** Snapshots of a run, about one a second, until it ends or the signal aborts. */
  subscribe(name: string, signal: AbortSignal): AsyncGenerator<FleetSnapshot, void, undefined> {
    const poll = this.polls.get(name) ?? fleetPoll(temporalFleet(this.connected, name));
    this.polls.set(name, poll);
    return poll.subscribe(signal);
  }
}

export function fleetPoll(source: FleetSource): SharedPoll<FleetSnapshot> {
  return new SharedPoll(new FleetPoll(source));
}

function temporalFleet({ client }: Connected, name: string): FleetSource {
  const handle = client.workflow.getHandle(fleetWorkflowId(name));
  return {
    readFleet: (signal) => bounded(client, signal, () => readView(handle)),
    readLive: (machineId, signal) => bounded(client, signal, () => readLiveStep(client, machineId)),
    awaitEnd: () => awaitEnd(client, handle),
  };
}

/** Reads snapshots: one query, and one describe call for each running machine. Unchanged parts stay the same object. */
class FleetPoll implements PollSource<FleetSnapshot> {
  private readonly questions = new Questions();
  private answeredAt = Date.now();

  constructor(private readonly source: FleetSource) {}

  awaitEnd(): WorkflowEnd {
    this.questions.forget();
    this.answeredAt = Date.now();
    return this.source.awaitEnd();
  }

  async read(before: FleetSnapshot | null, signal: AbortSignal): Promise<FleetSnapshot> {
    const answer = await this.questions.ask('the fleet', signal, () => this.source.readFleet(signal));
    if (answer !== undefined) this.answeredAt = Date.now();
    const view = answer === undefined ? (before?.view ?? null) : kept(before?.view ?? null, answer);
    const live = view === null ? new Map<string, LiveStep>() : await this.readLive(view, before, signal);
    return { view, live, now: Date.now(), silentSince: answer === undefined ? this.answeredAt : null };
  }

  /** A machine whose step cannot be read stays as it was. */
  private async readLive(
    view: FleetView,
    before: FleetSnapshot | null,
    signal: AbortSignal,
  ): Promise<Map<string, LiveStep>> {
    const running = view.machines.filter((machine) => machine.status === 'running');
    const steps = await Promise.all(
      running.map(async ({ machineId }) => {
        const last = before?.live.get(machineId) ?? null;
        const answer = await this.questions.ask(machineId, signal, () => this.source.readLive(machineId, signal));
        const step = answer === undefined ? last : answer;
        return step === null ? [] : [[machineId, same(last, step)] as const];
      }),
    );
    return new Map(steps.flat());
  }
}

/** The newer view, reusing the older one's machines that have not changed. */
function kept(before: FleetView | null, view: FleetView): FleetView {
  const known = new Map(before?.machines.map((machine) => [machine.machineId, machine]));
  return { ...view, machines: view.machines.map((machine) => same(known.get(machine.machineId) ?? null, machine)) };
}

function same<T>(before: T | null, after: T): T {
  return before !== null && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

/** What changed between two snapshots of one poll. */
export function changesBetween(before: FleetSnapshot, after: FleetSnapshot): FleetChange {
  const known = new Map(before.view?.machines.map((machine) => [machine.machineId, machine]));
  const machines = after.view?.machines ?? [];
  const shown = new Set(machines.map((machine) => machine.machineId));
  const fleet = after.view === null ? null : headOf(after.view);
  const said = [...after.live].filter(([machineId, step]) => before.live.get(machineId) !== step);
  const silent = [...before.live.keys()].filter((machineId) => !after.live.has(machineId));
  return {
    fleet: before.view !== null && JSON.stringify(headOf(before.view)) === JSON.stringify(fleet) ? null : fleet,
    machines: machines.filter((machine) => known.get(machine.machineId) !== machine),
    gone: [...known.keys()].filter((machineId) => !shown.has(machineId)),
    live: Object.fromEntries([...said, ...silent.map((machineId) => [machineId, null] as const)]),
    silentSince: after.silentSince,
  };
}

function headOf(view: FleetView): Omit<FleetView, 'machines'> {
  const { name, status, concurrency, parameters, startedAt, finishedAt, total, counts, totals } = view;
  return { name, status, concurrency, parameters, startedAt, finishedAt, total, counts, totals };
}
