import { z } from 'zod';
import { MachineId, MachineType, RunName, StepParameters } from '../parameters.js';
import { RunEntry } from '../run-record.js';
import { RUN_STATUSES } from '../runs.js';
import { STEPS } from '../steps.js';

const Metrics = z.record(z.string(), z.number().nullable());
const when = z.number().meta({ description: 'milliseconds since 1970' });

export const RunId = z
  .string()
  .regex(/^[0-9a-f-]{36}$/)
  .meta({ allowed: 'a run’s id in Temporal, a UUID' });

/** A run in a list: of one machine, or of a fleet. */
export const RunRow = z
  .object({
    kind: z.enum(['machine', 'fleet']),
    /** The machine’s id, or the fleet run’s name. */
    name: z.string(),
    runId: z.string(),
    status: z.enum(RUN_STATUSES),
    machineType: z.string().nullable(),
    /** The fleet run that a machine’s run belongs to. */
    fleetRun: z.string().nullable(),
    step: z.enum(STEPS).nullable(),
    startedAt: when,
    finishedAt: when.nullable(),
  })
  .meta({ id: 'RunRow' });
export type RunRow = z.infer<typeof RunRow>;

/** Which runs: the query string of GET /api/runs. */
export const RunFilter = z.object({
  kind: z.enum(['machine', 'fleet']).optional(),
  status: z.enum(RUN_STATUSES).optional(),
  type: MachineType.optional(),
  fleetRun: RunName.optional(),
  /** Runs of this machine, also those that Temporal has forgotten. */
  machine: MachineId.optional(),
  /** The beginning of a machine’s id or a fleet run’s name. */
  q: z.string().max(64).optional(),
  /** `next` of the page before. */
  cursor: z.string().max(10_000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type RunFilter = z.infer<typeof RunFilter>;

export const RunList = z
  .object({
    runs: z.array(RunRow),
    /** Cursor of the next page; null: this is the last one. */
    next: z.string().nullable(),
    /** Runs that match apart from the status, by status. */
    counts: z.record(z.enum(RUN_STATUSES), z.number().int()),
  })
  .meta({ id: 'RunList' });
export type RunList = z.infer<typeof RunList>;

export const StepAccount = z.object({
  step: z.enum(STEPS),
  status: z.enum(['pending', 'running', 'done', 'skipped', 'failed']),
  summary: z.string().nullable(),
  seconds: z.number().nullable(),
  metrics: Metrics,
  rows: z.number().nullable(),
  /** Attempts that began; more than one after a failure, a pause or a lost worker. */
  attempts: z.number().int(),
});
export type StepAccount = z.infer<typeof StepAccount>;

/** The step that is under way. */
export const LiveAccount = z.object({
  step: z.enum(STEPS),
  /** scheduled: no worker has taken the attempt yet; stopping: it was asked to stop. */
  state: z.enum(['scheduled', 'started', 'stopping']),
  attempt: z.number().int(),
  current: z.number(),
  total: z.number(),
  unit: z.string(),
  metrics: Metrics,
  etaSeconds: z.number().nullable(),
  device: z.string().nullable(),
  /** Whole seconds since its last sign of life; null: it has given none. */
  silentSeconds: z.number().nullable(),
  /** Why the attempt before this one ended. */
  lastFailure: z.string().nullable(),
  /** The last lines it printed. */
  log: z.array(z.string()),
});
export type LiveAccount = z.infer<typeof LiveAccount>;

const Failure = z.object({
  type: z.string(),
  code: z.string(),
  step: z.enum(STEPS).nullable(),
  message: z.string(),
  hint: z.string().nullable(),
  field: z.string().nullable(),
});

/** One machine’s run. */
export const RunAccount = z
  .object({
    machineId: z.string(),
    runId: z.string(),
    machineType: z.string().nullable(),
    fleetRun: z.string().nullable(),
    status: z.enum(RUN_STATUSES),
    /** The run was asked to pause or to be cancelled, and its step has not stopped yet. */
    stopping: z.boolean(),
    startedAt: when,
    finishedAt: when.nullable(),
    step: z.enum(STEPS).nullable(),
    steps: z.array(StepAccount),
    failure: Failure.nullable(),
    /** What it was started with; null: not known any more. */
    parameters: StepParameters.nullable(),
    force: z.boolean(),
    /** The step from which on all were to run, up to date or not. */
    from: z.enum(STEPS).nullable(),
    live: LiveAccount.nullable(),
    /** A step is lost, and tried again, when it has been silent for this long. */
    lostAfterSeconds: z.number(),
    /** Size of its record; null: this host has none. */
    recordBytes: z.number().int().nullable(),
    /** Its page in the Temporal Web UI; null: not known. */
    webUi: z.string().nullable(),
  })
  .meta({ id: 'RunAccount' });
export type RunAccount = z.infer<typeof RunAccount>;

/** The topic `machine:ID`: the machine’s latest run. */
export const MachineRun = z.object({
  /** Null: the machine has never run. */
  run: RunAccount.nullable(),
  /** Since when neither Temporal nor a worker has answered, and the account may be old. */
  silentSince: when.nullable(),
});
export type MachineRun = z.infer<typeof MachineRun>;

/** A stretch of a run’s record, from a byte on. */
export const RecordPage = z
  .object({
    entries: z.array(RunEntry),
    /** Where to read on. */
    next: z.number().int(),
    /** Whether there is more already. */
    more: z.boolean(),
  })
  .meta({ id: 'RecordPage' });
export type RecordPage = z.infer<typeof RecordPage>;

/** What a machine’s run is started with. */
export const RunRequest = z
  .strictObject({
    parameters: StepParameters.prefault({}),
    force: z.boolean().default(false),
    from: z.enum(STEPS).optional(),
  })
  .meta({ id: 'RunRequest' });

/** What a run is started again with: parameters that are to differ from those it had. */
export const RetryRequest = z
  .strictObject({ parameters: z.record(z.string(), z.unknown()).default({}) })
  .meta({ id: 'RetryRequest' });

export const StartedRun = z.object({ machineId: z.string(), runId: z.string() }).meta({ id: 'StartedRun' });
export type StartedRun = z.infer<typeof StartedRun>;
