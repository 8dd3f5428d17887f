import { z } from 'zod';
import { MachineId, RunName, StepParameters } from '../parameters.js';
import { FLEET_STATUSES, MACHINE_SORTS, MACHINE_STATUSES } from '../runs.js';
import { STEPS } from '../steps.js';
import { FleetRunSummary, LiveRun, MachineFilter } from './machines.js';

const Counts = z.record(z.enum(MACHINE_STATUSES), z.number().int());

/** A fleet run without its machines. */
export const FleetRunAccount = z
  .object({
    name: z.string(),
    status: z.enum(FLEET_STATUSES),
    concurrency: z.number().int(),
    parameters: StepParameters.nullable(),
    startedAt: z.number(),
    finishedAt: z.number().nullable(),
    total: z.number().int(),
    counts: Counts,
    totals: z.object({
      seconds: z.number(),
      rows: z.number(),
      quality: z.object({ mean: z.number(), least: z.number() }).nullable(),
    }),
    /** What it still needs, estimated; null: not known yet, or it is over. */
    etaSeconds: z.number().nullable(),
    /** Its page in the Temporal Web UI; null: not known. */
    webUi: z.string().nullable(),
  })
  .meta({ id: 'FleetRunAccount' });
export type FleetRunAccount = z.infer<typeof FleetRunAccount>;

/** skipped: up to date. done: in this run. */
export const CELL_STATES = ['pending', 'running', 'silent', 'done', 'skipped', 'failed'] as const;

/** One step of one machine in a fleet run. */
export const GridCell = z.object({ state: z.enum(CELL_STATES), seconds: z.number().nullable() });
export type GridCell = z.infer<typeof GridCell>;

/** One machine of a fleet run. */
export const GridRow = z
  .object({
    machineId: z.string(),
    machineType: z.string(),
    status: z.enum(MACHINE_STATUSES),
    startedAt: z.number().nullable(),
    seconds: z.number().nullable(),
    rows: z.number().nullable(),
    quality: z.number().nullable(),
    /** Why it failed, and what to do next. */
    failure: z.string().nullable(),
    hint: z.string().nullable(),
    /** In the order of the steps. */
    cells: z.array(GridCell),
    run: LiveRun.nullable(),
  })
  .meta({ id: 'GridRow' });
export type GridRow = z.infer<typeof GridRow>;

/** Which machines of a fleet run: the query string of GET /api/fleet-runs/{name}/machines. */
export const GridFilter = z.object({
  status: z.enum(MACHINE_STATUSES).optional(),
  type: z.string().max(64).optional(),
  sort: z.enum(MACHINE_SORTS).default('worst'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type GridFilter = z.infer<typeof GridFilter>;

export const GridPage = z
  .object({ rows: z.array(GridRow), total: z.number().int(), offset: z.number().int() })
  .meta({ id: 'GridPage' });
export type GridPage = z.infer<typeof GridPage>;

/** The topic `fleet-run:NAME`: first the account, then the account if it differs, and the machines that do. */
export const FleetRunNews = z.object({
  account: FleetRunAccount.nullable(),
  rows: z.array(GridRow),
  /** Since when neither Temporal nor a worker has answered. */
  silentSince: z.number().nullable(),
});
export type FleetRunNews = z.infer<typeof FleetRunNews>;

export const FleetRunList = z.object({ runs: z.array(FleetRunSummary) }).meta({ id: 'FleetRunList' });
export type FleetRunList = z.infer<typeof FleetRunList>;

/** noModel: machines without a model, whatever else they have. */
export const ONLY = ['failed', 'missing', 'stale', 'noModel'] as const;

/** Which machines a fleet run should take, and how. */
export const FleetRunDraft = z
  .strictObject({
    /** Only these machines; null: all of the fleet. */
    machineIds: z.array(MachineId).nullable().default(null),
    /** Only machines that match, as in GET /api/machines. */
    filter: MachineFilter.pick({ q: true, type: true, state: true }).partial().default({}),
    only: z.enum(ONLY).nullable().default(null),
    parameters: StepParameters.prefault({}),
    force: z.boolean().default(false),
    concurrency: z.number().int().min(1).max(500).nullable().default(null),
  })
  .meta({ id: 'FleetRunDraft' });
export type FleetRunDraft = z.infer<typeof FleetRunDraft>;

/** What a fleet run would do. Started with exactly these machines, it does that. */
export const FleetRunPreview = z
  .object({
    machines: z.array(
      z.object({
        machineId: z.string(),
        machineType: z.string(),
        /** The steps that would run. */
        steps: z.array(z.enum(STEPS)),
        /** Why the first of them would. */
        reason: z.string(),
        /** Whether a published data set would be replaced, if the new one passes. */
        replaces: z.boolean(),
      }),
    ),
    /** Machines that would have been taken, and why they are not. */
    skipped: z.array(z.object({ machineId: z.string(), reason: z.string() })),
    /** Null: no such step has ever run here. */
    expectedSeconds: z.number().nullable(),
    expectedBytes: z.number(),
    freeBytes: z.number(),
    concurrency: z.number().int(),
  })
  .meta({ id: 'FleetRunPreview' });
export type FleetRunPreview = z.infer<typeof FleetRunPreview>;

/** A fleet run to start: with exactly these machines. */
export const FleetRunStart = z
  .strictObject({
    name: RunName.optional(),
    machineIds: z.array(MachineId).min(1),
    parameters: StepParameters.prefault({}),
    force: z.boolean().default(false),
    concurrency: z.number().int().min(1).max(500).nullable().default(null),
  })
  .meta({ id: 'FleetRunStart' });
export type FleetRunStart = z.infer<typeof FleetRunStart>;

export const StartedFleetRun = z.object({ name: z.string() }).meta({ id: 'StartedFleetRun' });
export type StartedFleetRun = z.infer<typeof StartedFleetRun>;

/** Which machines run again; null: all that failed or were cancelled. */
export const FleetRetry = z
  .strictObject({ machineIds: z.array(MachineId).nullable().default(null) })
  .meta({ id: 'FleetRetry' });

/** A machine that is to be the next. */
export const FleetNext = z.strictObject({ machineId: MachineId }).meta({ id: 'FleetNext' });
