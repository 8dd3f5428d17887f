import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { FAILURE, FAILURES } from '../contracts/failures.js';
import type { FleetRunInput } from '../contracts/parameters.js';
import { QUERY, SIGNAL, UPDATE } from '../contracts/runs.js';
import type { FleetAccount, FleetPlan, MachineFilter, MachinePage, RetriedMachines } from '../contracts/runs.js';
import { machineWorkflowId } from '../contracts/steps.js';
import { reportFailure } from './failure-report.js';
import { FleetLedger } from './fleet-ledger.js';
import type { CarriedLedger } from './fleet-ledger.js';
import { unpack } from '../contracts/machine-pages.js';
import { machinePipeline } from './machine-pipeline.js';
import { requiredText } from './required-text.js';
import { ATTRIBUTE } from './search-attributes.js';
import { cancelThis, planning } from './step-activities.js';

export const fleetStatus = defineQuery<FleetAccount>(QUERY.status);
/** The run's machines, filtered and sorted, a page at a time. */
export const fleetMachines = defineQuery<MachinePage, [MachineFilter?]>(QUERY.machines);
/** What the run was started with. */
export const fleetInput = defineQuery<FleetRunInput>(QUERY.input);
export const pauseFleet = defineUpdate(UPDATE.pause);
export const resumeFleet = defineUpdate(UPDATE.resume);
export const cancelFleet = defineUpdate(UPDATE.cancel);
/** Runs failed machines of a fleet run again, while it still runs; null: all of them. */
export const retryMachines = defineUpdate<RetriedMachines, [string[] | null]>(UPDATE.retry);
/** Lets a waiting machine be the next. */
export const runNext = defineUpdate<null, [string]>(UPDATE.next);

/** How many machines one activity plans or reviews. */
const PLANNED_AT_ONCE = 1_000;
const REVIEWED_AT_ONCE = 100;
const LONG_HISTORY = 500;
/** The server accepts 2 MB of arguments. */
const CARRIED_BYTES = 1_900_000;

/**
 * Takes many machines through their pipelines, a limited number at once. A machine that fails never stops the others;
 * the result counts the outcomes, and the `machines` query gives each machine's own.
 *
 * Machines run in lanes: each lane takes the next machine as soon as its last one ended, so a slow machine holds up
 * nothing but its own lane. When the history grows long the lanes drain and the run continues as new.
 * @param carried the account of a run that continues as new
 * @param pages the machines of that account; in a new run, machines whose names are too many for the input (packNames)
 */
export async function fleetRun(
  given: FleetRunInput,
  carried: CarriedLedger | null = null,
  ...pages: string[]
): Promise<FleetAccount> {
  const name = requiredText(given, 'name', 'fleetRun');
  upsertSearchAttributes([{ key: ATTRIBUTE.fleetRun, value: name }]);
  const ledger = new FleetLedger(name, Date.now(), carried, carried === null ? [] : pages);
  const fleet = new Fleet(given, ledger, carried === null ? pages : []);
  await fleet.run();
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  const cancelled = ledger.status === 'cancelling';
  if (!cancelled && (ledger.count('queued') > 0 || isLong())) return await goOn(given, ledger);
  fleet.close();
  if (cancelled) throw new CancelledFailure(`fleet run ${name} cancelled`);
  return ledger.account();
}

/** A query of a run that has ended replays its last history, which should therefore be short. */
function isLong(): boolean {
  return workflowInfo().historyLength > LONG_HISTORY;
}

async function goOn(given: FleetRunInput, ledger: FleetLedger): Promise<FleetAccount> {
  const [head, ...pages] = ledger.carried();
  const bytes = pages.reduce((sum, page) => sum + page.length, 0);
  if (bytes > CARRIED_BYTES)
    throw ApplicationFailure.nonRetryable(
      `fleet run ${ledger.name} has more machines than its account can hold: ${ledger.total}`,
      FAILURE.invalidInput,
    );
  const few = (given.machineIds?.length ?? 0) <= PLANNED_AT_ONCE;
  return await continueAsNew<typeof fleetRun>(few ? given : { ...given, machineIds: null }, head, ...pages);
}

class Fleet {
  private paused = false;
  private readonly scope = new CancellationScope();
  /** The latest signal to each machine. */
  private readonly telling = new Map<string, Promise<void>>();
  /** The review of the next machines that is in progress: one for all lanes. */
  private reviewing: Promise<void> | null = null;

  constructor(
    private readonly input: FleetRunInput,
    private readonly ledger: FleetLedger,
    private readonly named: readonly string[],
  ) {
    this.paused = ledger.status === 'paused';
    setHandler(fleetStatus, () => ledger.account());
    setHandler(fleetMachines, (filter?: MachineFilter) => ledger.page(filter ?? {}));
    setHandler(fleetInput, () => input);
    setHandler(pauseFleet, () => this.setPaused(true), {
      validator: () => {
        this.requirePaused(false);
      },
    });
    setHandler(resumeFleet, () => this.setPaused(false), {
      validator: () => {
        this.requirePaused(true);
      },
    });
    setHandler(cancelFleet, cancelThis);
    setHandler(retryMachines, (machineIds: string[] | null) => ledger.requeue(machineIds), {
      validator: (machineIds: string[] | null) => {
        const objection = ledger.objectionToRetry(machineIds);
        if (objection !== null) throw ApplicationFailure.nonRetryable(objection, FAILURE.invalidInput);
      },
    });
    const next = (machineId: string) => {
      ledger.want(machineId);
      return null;
    };
    setHandler(runNext, next, {
      validator: (machineId: string) => {
        const objection = ledger.objectionToNext(machineId);
        if (objection !== null) throw ApplicationFailure.nonRetryable(objection, FAILURE.invalidInput);
      },
    });
  }

  /** Runs until no machine waits, the run is cancelled, or the history is long enough to continue as new. */
  async run(): Promise<void> {
    try {
      await this.scope.run(() => this.work());
    } catch (error) {
      // A cancelled run is cancelled however its parts ended: one whose worker died while stopping has timed out.
      if (!this.scope.consideredCancelled) throw error;
    }
    if (this.scope.consideredCancelled) {
      this.ledger.status = 'cancelling';
      this.ledger.cancelQueued(Date.now());
    }
  }

  close(): void {
    this.ledger.close(Date.now());
    this.show();
  }

  private async work(): Promise<void> {
    if (this.ledger.parameters === null) await this.plan();
    const ended = await Promise.allSettled(Array.from({ length: this.ledger.concurrency }, () => this.lane()));
    const broken = ended.find((lane) => lane.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }

  /** Page by page: one payload cannot hold thousands of machines. */
  private async plan(): Promise<void> {
    const { ledger } = this;
    let concurrency = 1;
    for (const ask of this.questions()) {
      for (let after: string | null = null; ;) {
        const plan: FleetPlan = await planning.planFleet(ask, after);
        ({ concurrency, parameters: ledger.parameters } = plan);
        ledger.add(plan.machines);
        after = plan.next;
        if (after === null) break;
      }
    }
    ledger.concurrency = Math.min(concurrency, Math.max(1, ledger.total));
    ledger.status = this.paused ? 'paused' : 'running';
    this.show();
  }

  /** The input with a limited number of its machines at a time. */
  private questions(): FleetRunInput[] {
    const ids = this.named.length > 0 ? unpack(this.named, 0).map((entry) => entry.machineId) : this.input.machineIds;
    if (!Array.isArray(ids) || ids.length <= PLANNED_AT_ONCE) return [{ ...this.input, machineIds: ids }];
    return Array.from({ length: Math.ceil(ids.length / PLANNED_AT_ONCE) }, (_, at) => ({
      ...this.input,
      machineIds: ids.slice(at * PLANNED_AT_ONCE, (at + 1) * PLANNED_AT_ONCE),
    }));
  }

  /**
   * One lane: the next machine, until none waits. A lane with nothing to do stays as long as another still runs, since
   * a retry may put a failed machine back.
   */
  private async lane(): Promise<void> {
    const { ledger } = this;
    for (;;) {
      await condition(() => !this.paused && (ledger.count('queued') > 0 || ledger.count('running') === 0));
      if (workflowInfo().continueAsNewSuggested) return;
      if (await this.review()) continue;
      const machineId = ledger.take(Date.now());
      if (machineId === null) return;
      this.show();
      await this.runMachine(machineId);
      this.show();
    }
  }

  /**
   * Reviews the machines whose turn is next, unless that was done: those that are up to date need no pipeline.
   * @returns whether it did, so that much may have changed meanwhile
   */
  private async review(): Promise<boolean> {
    if (this.reviewing === null) {
      const machineIds = this.input.force ? [] : this.ledger.toReview(REVIEWED_AT_ONCE);
      if (machineIds.length === 0) return false;
      this.reviewing = this.lookAt(machineIds).finally(() => {
        this.reviewing = null;
        this.show();
      });
    }
    await this.reviewing;
    return true;
  }

  private async lookAt(machineIds: string[]): Promise<void> {
    const parameters = this.ledger.parameters ?? this.input.parameters;
    try {
      this.ledger.review(machineIds, await planning.reviewMachines({ machineIds, parameters }), Date.now());
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Each machine's own pipeline will say what is wrong.
      this.ledger.review(machineIds, [], Date.now());
    }
  }

  private async runMachine(machineId: string): Promise<void> {
    try {
      const child = await startChild(machinePipeline, {
        workflowId: machineWorkflowId(machineId),
        args: [this.pipelineInput(machineId)],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${machineId} · fleet run ${this.ledger.name}`,
      });
      // A pause that came while it was starting could not reach it.
      if (this.paused) await this.tell(machineId);
      this.ledger.succeed(machineId, await child.result(), Date.now());
    } catch (error) {
      const busy = error instanceof WorkflowExecutionAlreadyStartedError;
      const failure = busy ? busyReport(machineId) : reportFailure(error, null);
      this.ledger.fail(machineId, failure, Date.now());
      if (this.scope.consideredCancelled) throw error;
    }
  }

  private pipelineInput(machineId: string) {
    const parameters = this.ledger.parameters ?? this.input.parameters;
    return { machineId, parameters, force: this.input.force, fleetRun: this.ledger.name };
  }

  private async setPaused(paused: boolean): Promise<void> {
    this.paused = paused;
    this.ledger.status = paused ? 'paused' : 'running';
    this.show();
    await Promise.all(this.ledger.underWay().map((machineId) => this.tell(machineId)));
  }

  /** Tells a machine whether the fleet is paused. One signal at a time, since two at once may overtake each other. */
  private tell(machineId: string): Promise<void> {
    const before = this.telling.get(machineId) ?? Promise.resolve();
    const now = before.then(() => send(machineId, this.paused ? SIGNAL.pause : SIGNAL.resume));
    this.telling.set(machineId, now);
    return now;
  }

  private requirePaused(paused: boolean): void {
    if (this.paused !== paused) {
      throw ApplicationFailure.nonRetryable(
        `fleet run ${this.ledger.name} is ${this.paused ? 'already paused' : 'not paused'}`,
        FAILURE.invalidInput,
      );
    }
  }

  private show(): void {
    setCurrentDetails(this.ledger.describe());
  }
}

/** A machine may end before the signal arrives: then there is nobody to tell. */
async function send(machineId: string, signal: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(machineWorkflowId(machineId)).signal(signal);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}

function busyReport(machineId: string) {
  return {
    type: FAILURE.machineBusy,
    code: FAILURES.machineBusy.code,
    step: null,
    message: `${machineId} is already being run by the workflow ${machineWorkflowId(machineId)}`,
    hint: `wait for it, or cancel it: npm run gan -- machine cancel ${machineId}`,
    field: null,
  };
}
