import type { MachinePipelineInput, StepParameters } from './parameters.js';
import type { Step } from './steps.js';

/**
 * What workflows, their queries and their updates exchange. Types and plain constants only: workflow code imports it.
 */

/** Why something failed, for a person. */
export interface FailureReport {
  /** One of FAILURE, or what another SDK or Temporal itself calls it. */
  type: string;
  /** More precise than the type, e.g. DISK_FULL; the type's own code where nothing more precise is known. */
  code: string;
  step: Step | null;
  message: string;
  hint: string | null;
  /** The field that is wrong, e.g. sensors.0.normal, if it is a field. */
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

export const RUN_STATUSES = ['running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export type PipelineStatus = (typeof RUN_STATUSES)[number];

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

export const MACHINE_STATUSES = ['queued', 'running', 'succeeded', 'upToDate', 'failed', 'cancelled'] as const;
export type MachineStatus = (typeof MACHINE_STATUSES)[number];

/** A fleet run's account of one machine. */
export interface MachineRow {
  machineId: string;
  machineType: string;
  status: MachineStatus;
  startedAt: number | null;
  finishedAt: number | null;
  seconds: number | null;
  /** Rows of its data set, over the splits. */
  rows: number | null;
  quality: number | null;
  /** Long texts are shortened, and dropped beyond hundreds of different ones: the pipeline's status has them whole. */
  failure: FailureReport | null;
}

export const FLEET_STATUSES = [
  'planning',
  'running',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export type FleetStatus = (typeof FLEET_STATUSES)[number];

/** Answer of the `status` query of a fleet run, and its result. The same size for 10 machines and for 10,000. */
export interface FleetAccount {
  name: string;
  status: FleetStatus;
  concurrency: number;
  parameters: StepParameters | null;
  startedAt: number;
  finishedAt: number | null;
  /** Machines of the run. */
  total: number;
  counts: Record<MachineStatus, number>;
  totals: {
    /** Seconds of the machines that succeeded, added up. */
    seconds: number;
    rows: number;
    quality: { mean: number; least: number } | null;
  };
  /** The machines under way. */
  running: MachineRow[];
  /** The first few that failed. */
  failures: MachineRow[];
}

/** worst: failed, cancelled, running, then done by rising quality; recent: the last to change comes first. */
export const MACHINE_SORTS = ['worst', 'fleet', 'name', 'recent', 'slowest'] as const;
export type MachineSort = (typeof MACHINE_SORTS)[number];

/** Argument of the `machines` query: which machines of a fleet run, in which order. */
export interface MachineFilter {
  status?: readonly MachineStatus[];
  type?: string;
  /** Only those that started or ended then or later. */
  since?: number;
  sort?: MachineSort;
  offset?: number;
  limit?: number;
}

/** Answer of the `machines` query. A page may be shorter than its limit, so that it is never large. */
export interface MachinePage {
  machines: MachineRow[];
  /** Machines that match the filter, on all pages. */
  total: number;
  offset: number;
  /** Offset of the next page; null: this is the last one. */
  next: number | null;
}

/** Answer of the `retry` update. */
export interface RetriedMachines {
  count: number;
  /** The first hundred of them. */
  machineIds: string[];
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
  /** The first steps of the chain that are up to date: they need not run. */
  current: { step: Step; result: StepResult }[];
}

/** A page of a fleet run's machines, after a worker has checked its input. */
export interface FleetPlan {
  parameters: StepParameters;
  concurrency: number;
  machines: { machineId: string; machineType: string }[];
  /** The machine after which the next page begins; null: this is the last one. */
  next: string | null;
}

/** What a fleet run asks of its next machines just before their turn. */
export interface ReviewRequest {
  machineIds: string[];
  parameters: StepParameters;
}

/** A machine that is wholly up to date. */
export interface CurrentMachine {
  machineId: string;
  rows: number | null;
  quality: number | null;
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

export const QUERY = { status: 'status', input: 'input', machines: 'machines' } as const;
/** What a person does with a run under way. */
export const STEERING = ['pause', 'resume', 'cancel'] as const;
export type Steering = (typeof STEERING)[number];

export const UPDATE = { pause: 'pause', resume: 'resume', cancel: 'cancel', retry: 'retry', next: 'next' } as const;
export const SIGNAL = { pause: 'pauseSignal', resume: 'resumeSignal' } as const;
export const WORKFLOW = {
  machinePipeline: 'machinePipeline',
  fleetRun: 'fleetRun',
  trainMissing: 'trainMissing',
  fleetHealth: 'fleetHealth',
} as const;
