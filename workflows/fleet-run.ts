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
import type { FleetReport, MachineOutcome } from '../contracts/runs.js';
import { machineWorkflowId } from '../contracts/steps.js';
import { reportFailure } from './failure-report.js';
import { FleetLedger } from './fleet-ledger.js';
import { machinePipeline } from './machine-pipeline.js';
import { ATTRIBUTE } from './search-attributes.js';
import { cancelThis, planning } from './step-activities.js';

export const fleetStatus = defineQuery<FleetReport>(QUERY.status);
/** What the run was started with. */
export const fleetInput = defineQuery<FleetRunInput>(QUERY.input);
export const pauseFleet = defineUpdate(UPDATE.pause);
export const resumeFleet = defineUpdate(UPDATE.resume);
export const cancelFleet = defineUpdate(UPDATE.cancel);
/** Runs failed machines of a fleet run again, while it still runs; null: all of them. Gives back their ids. */
export const retryMachines = defineUpdate<string[], [string[] | null]>(UPDATE.retry);

/**
 * Takes many machines through their pipelines, so many at once. A machine that fails never stops the others; the
 * result says how each one ended.
 *
 * Machines run in lanes: each lane takes the next machine as soon as its last one ended, so a slow machine holds up
 * nothing but its own lane. When the history grows long the lanes drain and the run continues as new.
 * @param carried the account of a run that continues as new
 */
export async function fleetRun(given: FleetRunInput, carried: FleetReport | null = null): Promise<FleetReport> {
  upsertSearchAttributes([{ key: ATTRIBUTE.fleetRun, value: given.name }]);
  const ledger = new FleetLedger(carried ?? emptyReport(given));
  const fleet = new Fleet(given, ledger);
  await fleet.run();
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  const cancelled = ledger.report.status === 'cancelling';
  if (ledger.count('queued') > 0 && !cancelled) return await continueAsNew<typeof fleetRun>(given, ledger.report);
  fleet.close();
  if (cancelled) throw new CancelledFailure(`fleet run ${given.name} cancelled`);
  return ledger.report;
}

class Fleet {
  private paused = false;
  private readonly scope = new CancellationScope();
  /** The signal to each machine that is under way, or was the last. */
  private readonly telling = new Map<string, Promise<void>>();

  constructor(
    private readonly input: FleetRunInput,
    private readonly ledger: FleetLedger,
  ) {
    this.paused = ledger.report.status === 'paused';
    setHandler(fleetStatus, () => ledger.report);
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
  }

  /** Runs until no machine waits, the run is cancelled, or the history is long enough to continue as new. */
  async run(): Promise<void> {
    try {
      await this.scope.run(() => this.work());
    } catch (error) {
      // A cancelled run is cancelled whatever its parts ended as: one whose worker died as it was told to stop timed out.
      if (!this.scope.consideredCancelled) throw error;
    }
    if (this.scope.consideredCancelled) {
      this.ledger.report.status = 'cancelling';
      this.ledger.cancelQueued(Date.now());
    }
  }

  close(): void {
    this.ledger.report.status = this.ledger.ended();
    this.show();
  }

  private async work(): Promise<void> {
    if (this.ledger.report.parameters === null) await this.plan();
    const ended = await Promise.allSettled(Array.from({ length: this.ledger.report.concurrency }, () => this.lane()));
    const broken = ended.find((lane) => lane.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }

  private async plan(): Promise<void> {
    const plan = await planning.planFleet(this.input);
    Object.assign(this.ledger.report, {
      status: this.paused ? 'paused' : 'running',
      parameters: plan.parameters,
      concurrency: plan.concurrency,
      machines: plan.machines.map((machine): MachineOutcome => ({
        ...machine,
        status: 'queued',
        startedAt: null,
        finishedAt: null,
        result: null,
        failure: null,
      })),
    });
    this.show();
  }

  /**
   * One lane: the next machine, until none waits. A lane with nothing to do stays as long as another still runs, since
   * a retry may put a failed machine back.
   */
  private async lane(): Promise<void> {
    for (;;) {
      await condition(() => !this.paused && (this.ledger.count('queued') > 0 || this.ledger.count('running') === 0));
      if (workflowInfo().continueAsNewSuggested) return;
      const machine = this.ledger.take(Date.now());
      if (machine === null) return;
      this.show();
      await this.runMachine(machine);
      this.show();
    }
  }

  private async runMachine({ machineId }: MachineOutcome): Promise<void> {
    try {
      const child = await startChild(machinePipeline, {
        workflowId: machineWorkflowId(machineId),
        args: [this.pipelineInput(machineId)],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${machineId} · fleet run ${this.input.name}`,
      });
      // A pause that came while it was being started could not reach it.
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
    const parameters = this.ledger.report.parameters ?? this.input.parameters;
    return { machineId, parameters, force: this.input.force, fleetRun: this.input.name };
  }

  private async setPaused(paused: boolean): Promise<void> {
    this.paused = paused;
    this.ledger.report.status = paused ? 'paused' : 'running';
    this.show();
    const running = this.ledger.report.machines.filter((machine) => machine.status === 'running');
    await Promise.all(running.map((machine) => this.tell(machine.machineId)));
  }

  /** Tells a machine whether the fleet is paused: one signal after another, since two that are under way may swap. */
  private tell(machineId: string): Promise<void> {
    const before = this.telling.get(machineId) ?? Promise.resolve();
    const now = before.then(() => send(machineId, this.paused ? SIGNAL.pause : SIGNAL.resume));
    this.telling.set(machineId, now);
    return now;
  }

  private requirePaused(paused: boolean): void {
    if (this.paused !== paused) {
      throw ApplicationFailure.nonRetryable(
        `fleet run ${this.input.name} is ${this.paused ? 'already paused' : 'not paused'}`,
        FAILURE.invalidInput,
      );
    }
  }

  private show(): void {
    setCurrentDetails(this.ledger.describe());
  }
}

/** A machine may end while it is told: then there is nobody to tell. */
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

function emptyReport(input: FleetRunInput): FleetReport {
  return {
    name: input.name,
    status: 'planning',
    concurrency: 1,
    parameters: null,
    startedAt: Date.now(),
    machines: [],
  };
}
