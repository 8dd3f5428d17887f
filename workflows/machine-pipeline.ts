import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  allHandlersFinished,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FAILURE } from '../contracts/failures.js';
import type { FailureDetail } from '../contracts/failures.js';
import type { MachinePipelineInput } from '../contracts/parameters.js';
import { QUERY, SIGNAL, UPDATE } from '../contracts/runs.js';
import type { AdmittedMachine, PipelineReport, PipelineResult, StepResult } from '../contracts/runs.js';
import { STEPS, isForced, machineWorkflowId } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import { reportFailure } from './failure-report.js';
import { PipelineState } from './pipeline-state.js';
import { requiredText } from './required-text.js';
import { ATTRIBUTE } from './search-attributes.js';
import { cancelThis, planning, runStep } from './step-activities.js';

export const pipelineStatus = defineQuery<PipelineReport>(QUERY.status);
/** What the pipeline was started with. */
export const pipelineInput = defineQuery<MachinePipelineInput>(QUERY.input);
export const pausePipeline = defineUpdate(UPDATE.pause);
export const resumePipeline = defineUpdate(UPDATE.resume);
export const cancelPipeline = defineUpdate(UPDATE.cancel);
/** The same for the fleet run, which, as a workflow, can only send signals. */
export const pausePipelineSignal = defineSignal(SIGNAL.pause);
export const resumePipelineSignal = defineSignal(SIGNAL.resume);

/**
 * Takes one machine through its steps, in order. Its workflow id is `machine/{machine_id}`, so a machine has one
 * pipeline at a time.
 *
 * Paused, it stops the running step at its checkpoint and frees the slot; resumed, the step goes on from there.
 * @throws ApplicationFailure of a type in contracts/failures.ts, with the step that failed in its details
 */
export async function machinePipeline(given: MachinePipelineInput): Promise<PipelineResult> {
  const startedAt = Date.now();
  const machineId = requiredText(given, 'machineId', 'machinePipeline');
  const state = new PipelineState(machineId);
  const steering = new Steering(state);
  setHandler(pipelineInput, () => given);
  try {
    const admitted = await steering.admit(given);
    requireOwnId(admitted);
    state.report.machineType = admitted.machineType;
    upsertSearchAttributes([
      { key: ATTRIBUTE.machineId, value: admitted.input.machineId },
      { key: ATTRIBUTE.machineType, value: admitted.machineType },
      { key: ATTRIBUTE.fleetRun, value: admitted.input.fleetRun },
    ]);
    const ran: Step[] = [];
    for (const { step, result } of admitted.current) state.finish(step, result);
    for (const step of STEPS.slice(admitted.current.length)) {
      const result = await steering.untilDone(step, admitted);
      state.finish(step, result);
      if (!result.skipped) ran.push(step);
    }
    state.report.status = 'succeeded';
    state.report.step = null;
    setCurrentDetails(state.describe());
    await condition(allHandlersFinished);
    return summarise(state, admitted, ran, (Date.now() - startedAt) / 1000);
  } catch (error) {
    if (steering.cancelled) {
      state.cancel();
      setCurrentDetails(state.describe());
      await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
      throw isCancellation(error) ? error : new CancelledFailure(`${machineId} cancelled`);
    }
    const failure = reportFailure(error, state.report.step);
    state.fail(failure);
    setCurrentDetails(state.describe());
    const { type, message, ...rest } = failure;
    const detail: FailureDetail & { step: Step | null } = rest;
    throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [detail] });
  }
}

/** Pause, resume and cancel of a running pipeline. */
class Steering {
  private paused = false;
  private running: CancellationScope | null = null;
  /** True from the pause that stops a step until the step has stopped: a resume may come in between. */
  private stopping = false;
  private readonly root = CancellationScope.current();

  /**
   * Whether the pipeline was cancelled. Errors do not tell: a step whose worker dies while stopping times out, since
   * Temporal does not retry it, and its script may fail while stopping.
   */
  get cancelled(): boolean {
    return this.root.consideredCancelled;
  }

  constructor(private readonly state: PipelineState) {
    const pause = () => {
      this.setPaused(true);
    };
    const resume = () => {
      this.setPaused(false);
    };
    setHandler(pipelineStatus, () => state.report);
    setHandler(pausePipeline, pause, {
      validator: () => {
        this.requirePaused(false);
      },
    });
    setHandler(resumePipeline, resume, {
      validator: () => {
        this.requirePaused(true);
      },
    });
    setHandler(cancelPipeline, cancelThis);
    setHandler(pausePipelineSignal, pause);
    setHandler(resumePipelineSignal, resume);
  }

  /** Checks the input and what is up to date; again after a pause, since much may have changed. */
  async admit(given: MachinePipelineInput): Promise<AdmittedMachine> {
    for (;;) {
      await condition(() => !this.paused);
      const admitted = await planning.admitMachine(given);
      if (!this.paused) return admitted;
    }
  }

  /** Runs a step. If a pause stops it, however it ends, waits for the resume and runs it again from its checkpoint. */
  async untilDone(step: Step, admitted: AdmittedMachine): Promise<StepResult> {
    for (;;) {
      await condition(() => !this.paused);
      this.state.start(step);
      this.show();
      upsertSearchAttributes([{ key: ATTRIBUTE.step, value: step }]);
      try {
        const scope = new CancellationScope();
        this.running = scope;
        return await scope.run(() => runStep(step, stepRequest(step, admitted), admitted.policy));
      } catch (error) {
        if (!this.stopping || this.cancelled) throw error;
      } finally {
        this.running = null;
        this.stopping = false;
      }
    }
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    this.state.report.status = paused ? 'paused' : 'running';
    if (paused && this.running !== null) {
      this.stopping = true;
      this.running.cancel();
    }
    this.show();
  }

  private requirePaused(paused: boolean): void {
    if (this.paused !== paused) {
      throw ApplicationFailure.nonRetryable(
        `${this.state.report.machineId} is ${this.paused ? 'already paused' : 'not paused'}`,
        FAILURE.invalidInput,
      );
    }
  }

  private show(): void {
    setCurrentDetails(this.state.describe());
  }
}

/** A pipeline under another id could run beside the machine's own. */
function requireOwnId({ input }: AdmittedMachine): void {
  const expected = machineWorkflowId(input.machineId);
  if (workflowInfo().workflowId !== expected) {
    throw ApplicationFailure.nonRetryable(
      `the pipeline of ${input.machineId} must have the workflow id ${expected}, not ${workflowInfo().workflowId}`,
      FAILURE.invalidInput,
    );
  }
}

function stepRequest(step: Step, { input }: AdmittedMachine) {
  return {
    machineId: input.machineId,
    parameters: input.parameters,
    seed: input.parameters.seed,
    force: isForced(input, step),
    fleetRun: input.fleetRun,
  };
}

function summarise(state: PipelineState, admitted: AdmittedMachine, ran: Step[], seconds: number): PipelineResult {
  const { steps } = state.report;
  return {
    machineId: admitted.input.machineId,
    machineType: admitted.machineType,
    ran,
    rows: steps.generateDataset.rows,
    quality: steps.validateDataset.metrics['quality'] ?? null,
    seconds,
    stepSeconds: Object.fromEntries(ran.map((step) => [step, steps[step].seconds ?? 0])),
  };
}
