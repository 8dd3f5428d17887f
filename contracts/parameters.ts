import { z } from 'zod';
import { MACHINE_TYPE_NAMES } from './machine-types.js';
import { STEPS } from './steps.js';

/** A machine's id: also a file name, so its pattern is what keeps every path inside the data root. */
export const MachineId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(_[a-z0-9]+)*$/)
  .meta({
    allowed: 'lower-case letters, digits and single underscores, 64 characters at most, e.g. pump_atlas_005',
  });

export const MachineType = z.enum(MACHINE_TYPE_NAMES);

/** Name of a fleet run: part of its workflow id. */
export const RunName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/)
  .meta({ allowed: 'letters, digits and single . _ - between them, 64 characters at most' });

const Ratio = z.number().gt(0).lt(1);

export const SYNTHESIZERS = ['temporal-tvae', 'sdv-tvae'] as const;

export const Split = z
  .tuple([Ratio, Ratio, Ratio])
  .refine((parts) => Math.abs(parts[0] + parts[1] + parts[2] - 1) < 1e-6, 'train, val and test parts must sum to 1')
  .meta({ allowed: 'three shares above 0 that sum to 1' });

const whole = (least: number, most: number) => z.number().int().min(least).max(most);

/** As the seed has them: neither failure modes nor lengths of the runs are asked for. */
export const AS_SEEN = 'as-seen';

const FailureModes = z
  .string()
  .max(2000)
  .regex(/^[^,=]+$|^[^,=]+=\d*\.?\d+(,[^,=]+=\d*\.?\d+)*$/)
  .meta({ allowed: `${AS_SEEN}, balanced, a mode’s name, or shares of runs that sum to 1, as a=0.6,b=0.4` });

const LifeHours = z
  .string()
  .regex(/^as-seen$|^\d{1,9}(\.\d{1,9})?\.\.\d{1,9}(\.\d{1,9})?$/)
  .meta({ allowed: `${AS_SEEN}, or the shortest and the longest life in hours, as 200..800` });

const Condition = z
  .string()
  .max(2000)
  .regex(/^as-seen$|^[a-z0-9_]+=-?\d+(\.\d+)?(,[a-z0-9_]+=-?\d+(\.\d+)?)*$/)
  .meta({ allowed: `${AS_SEEN}, or values of settings at an operating point, as speed=1500,load=80` });

/**
 * What a person may set for the steps, each with its default, its range and its help. This defines the command line's
 * flags and, through `npm run schema`, those of the scripts.
 */
const Parameters = z.strictObject({
  epochs: whole(1, 100_000).default(300).describe('training epochs'),
  batchSize: whole(1, 1_000_000).default(500).describe('rows a training step sees at once'),
  // SDV's stock TVAE is licensed under BUSL-1.1; `npm run setup -- --bench` installs it.
  synthesizer: z.enum(SYNTHESIZERS).default('temporal-tvae').describe('which synthesizer learns'),
  patience: whole(0, 100_000)
    .default(0)
    .describe('end training after so many epochs without a better loss on runs set aside for it, 0: never'),
  timeLimit: whole(0, 10_000_000)
    .default(0)
    .describe('end training after so many seconds, 0: never; the bytes then depend on the machine’s speed'),
  seedSamples: whole(100, 10_000_000).default(10_000).describe('rows of the seed'),
  samples: whole(100, 100_000_000).default(50_000).describe('rows of the data set over its splits'),
  runs: whole(0, 10_000_000).default(0).describe('whole runs of the data set over its splits, 0: so many rows instead'),
  failureMode: FailureModes.default(AS_SEEN).describe('failure modes that end the runs, such as a rare one'),
  lifeHours: LifeHours.default(AS_SEEN).describe('how long the runs last, from their start to the failure'),
  condition: Condition.default(AS_SEEN).describe('operating condition that the runs are at, by values of settings'),
  rulCap: whole(0, 100_000_000)
    .default(0)
    .describe('rows of RUL at which validation caps it for RUL models, 0: 0.6 of a mean run'),
  split: Split.default([0.7, 0.15, 0.15]).describe('shares of train, val and test'),
  seed: whole(0, 2 ** 31 - 1)
    .default(0)
    .describe('random seed: same inputs and random seed, same bytes'),
});

const mayEndEarly = ({ synthesizer }: z.infer<typeof Parameters>) => synthesizer === 'temporal-tvae';
export const StepParameters = Parameters.refine((given) => given.patience === 0 || mayEndEarly(given), {
  path: ['patience'],
  message: 'only temporal-tvae ends early',
}).refine((given) => given.timeLimit === 0 || mayEndEarly(given), {
  path: ['timeLimit'],
  message: 'only temporal-tvae ends early',
});
export type StepParameters = z.infer<typeof StepParameters>;

export const MachinePipelineInput = z.strictObject({
  machineId: MachineId,
  parameters: StepParameters.prefault({}),
  /** Run every step, also those whose digest and outputs match. */
  force: z.boolean().default(false),
  /** Run this step and those after it, even if they are up to date; those before it run only if they are not. */
  from: z.enum(STEPS).optional(),
  /** Name of the fleet run this pipeline belongs to. */
  fleetRun: RunName.nullable().default(null),
});
export type MachinePipelineInput = z.infer<typeof MachinePipelineInput>;

export const FleetRunInput = z.strictObject({
  name: RunName,
  /** The machines, or null for every machine of the fleet. */
  machineIds: z.array(MachineId).min(1).nullable().default(null),
  /** Only machines of this type. */
  machineType: MachineType.nullable().default(null),
  /** Only machines without a published data set, or whose data set is out of date. */
  only: z.enum(['missing', 'stale']).nullable().default(null),
  parameters: StepParameters.prefault({}),
  force: z.boolean().default(false),
  /** Machines in flight at once; null: what the worker that plans the run can train at once, and one more. */
  concurrency: z.number().int().min(1).max(500).nullable().default(null),
});
export type FleetRunInput = z.infer<typeof FleetRunInput>;
