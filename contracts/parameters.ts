import { z } from 'zod';

/** A machine's id: also a file name, so its pattern is what keeps every path inside the data root. */
export const MachineId = z
  .string()
  .max(64, 'a machine id has 64 characters at most')
  .regex(
    /^[a-z0-9]+(_[a-z0-9]+)*$/,
    'a machine id is lower-case letters, digits and single underscores, e.g. pump_atlas_005',
  );

export const MACHINE_TYPES = [
  'motor',
  'pump',
  'cnc',
  'fan',
  'compressor',
  'conveyor',
  'hydraulic',
  'cooling_tower',
  'robot',
  'transformer',
  'turbofan',
  'chiller',
  'other',
] as const;
export const MachineType = z.enum(MACHINE_TYPES);

/** Name of a fleet run: part of its workflow id. */
export const RunName = z
  .string()
  .max(64, 'a run name has 64 characters at most')
  .regex(/^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/, 'a run name is letters, digits and single . _ - between them');

const Ratio = z.number().gt(0, 'each part of the split is above 0').lt(1, 'each part of the split is below 1');

export const SYNTHESIZERS = ['temporal-tvae', 'sdv-tvae'] as const;

export const Split = z
  .tuple([Ratio, Ratio, Ratio])
  .refine((parts) => Math.abs(parts[0] + parts[1] + parts[2] - 1) < 1e-6, 'train, val and test parts must sum to 1');

const Parameters = z.strictObject({
  /** Training epochs. */
  epochs: z.number().int().min(1).max(100_000).default(300),
  /** Rows a training step sees at once. */
  batchSize: z.number().int().min(1).max(1_000_000).default(500),
  /** What learns: the project's own, or SDV's stock TVAE (BUSL-1.1, installed by `npm run setup -- --bench`). */
  synthesizer: z.enum(SYNTHESIZERS).default('temporal-tvae'),
  /** Epochs without a better loss, on runs set aside for it, after which training ends; 0: never. */
  patience: z.number().int().min(0).max(100_000).default(0),
  /** Seconds of training after which it ends, 0: none. How far it gets depends on the machine's speed, and so do the bytes. */
  timeLimit: z.number().int().min(0).max(10_000_000).default(0),
  /** Rows of the seed. */
  seedSamples: z.number().int().min(100).max(10_000_000).default(10_000),
  /** Rows of the data set, over its three splits. */
  samples: z.number().int().min(100).max(100_000_000).default(50_000),
  /** Shares of train, val and test. */
  split: Split.default([0.7, 0.15, 0.15]),
  /** Random seed: same inputs and same seed, same bytes. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
});

const mayEndEarly = ({ synthesizer }: z.infer<typeof Parameters>) => synthesizer === 'temporal-tvae';
/** What a person may set for the steps. Ranges are those of the scripts. */
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
  /** Name of the fleet run this pipeline belongs to. */
  fleetRun: RunName.nullable().default(null),
});
export type MachinePipelineInput = z.infer<typeof MachinePipelineInput>;

export const Selection = z.enum(['failed', 'missing', 'stale']);

export const FleetRunInput = z.strictObject({
  name: RunName,
  /** The machines, or null for every machine of the fleet. */
  machineIds: z.array(MachineId).min(1, 'name at least one machine').nullable().default(null),
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

/** One line a problem: the field, what is allowed and the value that was given. */
export function describeProblems(error: z.ZodError, input: unknown): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [describe(issue.path, issue.message, input)];
    return issue.keys.map((key) => describe([...issue.path, key], 'there is no such field', input));
  });
}

function describe(path: PropertyKey[], message: string, input: unknown): string {
  const value = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), input);
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return `${path.join('.') || 'input'}: ${message} (got ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown})`;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
