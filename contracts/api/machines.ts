import { z } from 'zod';
import { Verdict } from '../events.js';
import { MACHINE_ORDERS, MACHINE_STATES } from '../machine-states.js';
import { FLEET_STATUSES, MACHINE_STATUSES } from '../runs.js';

/** The running step of a machine, as far as it has said something. */
export const LiveRun = z
  .object({
    step: z.string(),
    attempt: z.number().int(),
    current: z.number(),
    total: z.number(),
    unit: z.string(),
    etaSeconds: z.number().nullable(),
    loss: z.number().nullable(),
    /** Losses that were seen, oldest first, thinned: a sketch, not a record. */
    losses: z.array(z.number()),
    /** Seconds since its last sign of life; null: it has given none yet. */
    silentSeconds: z.number().nullable(),
  })
  .meta({ id: 'LiveRun' });
export type LiveRun = z.infer<typeof LiveRun>;

/** A check that did not pass, or passed with the least room. */
export const WorstCheck = z.object({ name: z.string(), text: z.string(), verdict: Verdict });
export type WorstCheck = z.infer<typeof WorstCheck>;

/** A machine as the overview shows it. */
export const MachineTile = z
  .object({
    machineId: z.string(),
    machineType: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    state: z.enum(MACHINE_STATES),
    /** Why it is in this state: what failed, what it waits for, what is out of date. */
    reason: z.string().nullable(),
    /** Which of its artifacts exist; data: a validated data set is published. */
    has: z.object({ profile: z.boolean(), model: z.boolean(), data: z.boolean() }),
    run: LiveRun.nullable(),
    /** Of its newest data set. */
    verdict: Verdict.nullable(),
    quality: z.number().nullable(),
    worst: WorstCheck.nullable(),
    rows: z.number().nullable(),
    /** When its newest step ended, ISO 8601. */
    madeAt: z.string().nullable(),
    /** The fleet run in which it runs or waits. */
    fleetRun: z.string().nullable(),
  })
  .meta({ id: 'MachineTile' });
export type MachineTile = z.infer<typeof MachineTile>;

const Counts = z.record(z.enum(MACHINE_STATES), z.number().int());
export type StateCounts = z.infer<typeof Counts>;

/** Which machines, in which order: the query string of GET /api/machines. */
export const MachineFilter = z.object({
  q: z.string().max(200).default(''),
  type: z.string().max(64).optional(),
  state: z.enum(MACHINE_STATES).optional(),
  sort: z.enum(MACHINE_ORDERS).default('worst'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export type MachineFilter = z.infer<typeof MachineFilter>;

export const MachineList = z
  .object({
    machines: z.array(MachineTile),
    /** Machines that match, on all pages. */
    total: z.number().int(),
    offset: z.number().int(),
    /** By state: of the machines that match apart from the state. */
    counts: Counts,
    /** Machines of the fleet. */
    fleet: z.number().int(),
    /** Types that occur in the fleet. */
    types: z.array(z.string()),
  })
  .meta({ id: 'MachineList' });
export type MachineList = z.infer<typeof MachineList>;

/** A fleet run in the strip of the last ones. */
export const FleetRunSummary = z
  .object({
    name: z.string(),
    status: z.enum(FLEET_STATUSES),
    startedAt: z.number(),
    finishedAt: z.number().nullable(),
    total: z.number().int(),
    /** Null: its account is not known any more. */
    counts: z.record(z.enum(MACHINE_STATUSES), z.number().int()).nullable(),
  })
  .meta({ id: 'FleetRunSummary' });
export type FleetRunSummary = z.infer<typeof FleetRunSummary>;

/** The topic `machines`: what holds for the whole fleet … */
export const FleetState = z.object({
  counts: Counts,
  fleet: z.number().int(),
  /** The last fleet runs, newest first; those under way have no end. */
  runs: z.array(FleetRunSummary),
  /** How many machines have been checked for being out of date. */
  checked: z.number().int(),
});
export type FleetState = z.infer<typeof FleetState>;

/** … and its changes: the tiles that differ, and the state if it does. */
export const FleetStateChange = z.object({
  fleet: FleetState.nullable(),
  tiles: z.array(MachineTile),
  gone: z.array(z.string()),
});
export type FleetStateChange = z.infer<typeof FleetStateChange>;
