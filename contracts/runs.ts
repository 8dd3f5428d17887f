import type { MachinePipelineInput, StepParameters } from './parameters.js';
import type { Step } from './steps.js';

/**
 * What workflows, their queries and their updates exchange. Types and plain constants only: workflow code imports it.
 */

/** Why something failed, for a person. */
export interface FailureReport {
  /** One of FAILURE, or what another SDK or Temporal itself calls it. */
  type: string;
  /** What it is more closely, e.g. DISK_FULL; the type's own code where there is no closer one. */
  code: string;
  step: Step | null;
  message: string;
  hint: string | null;
  /** The field that is wrong, e.g. sensors.0.normal, where it is one. */
  field: string | null;
}

export type StepStatus = 'pending' | 'running' | 'done' | 'skipped' | 'failed';

export interface StepReport {
  status: StepStatus;
  /** What the step made, or why it was skipped. */
  summary: string | null;
  seconds: number | null;
  metrics: Record<string, number | null>;
  rows: number | null;
}

export type PipelineStatus = 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

/** Answer of the `status` query of a machine's pipeline. */
export interface PipelineReport {
  machineId: string;
  machineType: string | null;
  status: PipelineStatus;
  step: Step | null;
  steps: Record<Step, StepReport>;
  failure: FailureReport | null;
}

/** Result of a machine's pipeline that succeeded. */
export interface PipelineResult {
  machineId: string;
  machineType: string;
  /** Steps that ran; the others were up to date. */
  ran: Step[];
  rows: number | null;
  quality: number | null;
  seconds: number;
  /** Seconds of each Python process that ran. */
  stepSeconds: Partial<Record<Step, number>>;
}

export type MachineStatus = 'queued' | 'running' | 'succeeded' | 'upToDate' | 'failed' | 'cancelled';

/** A fleet run's account of one machine. */
export interface MachineOutcome {
  machineId: string;
  machineType: string;
  status: MachineStatus;
  startedAt: number | null;
  finishedAt: number | null;
  result: PipelineResult | null;
  failure: FailureReport | null;
}

export type FleetStatus = 'planning' | 'running' | 'paused' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

/** Answer of the `status` query of a fleet run, and its result. */
export interface FleetReport {
  name: string;
  status: FleetStatus;
  concurrency: number;
  parameters: StepParameters | null;
  startedAt: number;
  machines: MachineOutcome[];
}

/** Time-outs, retries and queues of the activities: read from temporal.config.ts by the worker, recorded in history. */
export interface ActivityPolicy {
  lightQueue: string;
  trainingQueue: string;
  heartbeatTimeoutMs: number;
  lightTimeoutMs: number;
  trainingTimeoutMs: number;
  retryInitialMs: number;
  retryMaximumMs: number;
}

/** A pipeline's input after a worker has checked it. */
export interface AdmittedMachine {
  input: MachinePipelineInput;
  machineType: string;
  policy: ActivityPolicy;
}

/** A fleet run's machines after a worker has checked its input. */
export interface FleetPlan {
  parameters: StepParameters;
  concurrency: number;
  machines: { machineId: string; machineType: string }[];
}

/** What a step activity is given. */
export interface StepRequest {
  machineId: string;
  parameters: StepParameters;
  seed: number;
  force: boolean;
  fleetRun: string | null;
}

/** What a step activity gives back: a digest of what was made, never data. */
export interface StepResult {
  skipped: boolean;
  reason: string | null;
  summary: string;
  outputs: { path: string; sha256: string; bytes: number; rows?: number | null | undefined }[];
  metrics: Record<string, number | null>;
  durationSeconds: number;
}

/** Health of one machine: which of its artifacts exist and are valid. */
export interface MachineHealth {
  machineId: string;
  metadata: boolean;
  model: boolean;
  data: boolean;
}

export const QUERY = { status: 'status', input: 'input' } as const;
export const UPDATE = { pause: 'pause', resume: 'resume', cancel: 'cancel', retry: 'retry' } as const;
export const SIGNAL = { pause: 'pauseSignal', resume: 'resumeSignal' } as const;
export const WORKFLOW = {
  machinePipeline: 'machinePipeline',
  fleetRun: 'fleetRun',
  trainMissing: 'trainMissing',
  fleetHealth: 'fleetHealth',
} as const;
