import { z } from 'zod';
import { StepRecord } from '../manifest.js';
import { STEPS } from '../steps.js';
import { ValidationReport } from '../validation-report.js';
import { MachineTile } from './machines.js';

const number = z.number().nullish().catch(null);
const text = z.string().catch('');

/** A machine's profile as it is shown: whatever of it is there, right or not. */
export const ShownProfile = z
  .object({
    machine_type: text,
    manufacturer: text,
    model: text,
    description: text,
    sampling_interval_minutes: number,
    sensors: z
      .array(
        z.object({
          ...{ name: text, unit: text, description: text, limit_basis: z.string().nullish().catch(null) },
          ...{ physical_min: number, physical_max: number, normal: number, warning: number, trip: number },
        }),
      )
      .catch([]),
    operational_parameters: z.record(z.string(), z.union([z.number(), z.string()])).catch({}),
    failure_modes: z
      .array(
        z.object({
          ...{ name: text, description: text, probability: number },
          effects: z.array(z.object({ sensor: text, direction: text, strength: number, onset: number })).catch([]),
        }),
      )
      .catch([]),
    operating: z
      .object({ regimes: z.array(z.object({ name: text, load: number, share: number })).catch([]) })
      .nullish()
      .catch(null),
    wear: z.object({ max_rul_hours: number, degradation: text }).nullish().catch(null),
  })
  .meta({ id: 'ShownProfile' });
export type ShownProfile = z.infer<typeof ShownProfile>;

/** A file of a machine. */
export const ArtifactFile = z.object({
  /** What it is, e.g. model. */
  what: z.string(),
  /** Its key: a path below the data root. */
  key: z.string(),
  bytes: z.number().int(),
  modifiedAt: z.number(),
  /** As the manifest recorded it when the file was made; null: the manifest does not have it. */
  sha256: z.string().nullable(),
  rows: z.number().int().nullable(),
  /** The step that made it. */
  step: z.enum(STEPS).nullable(),
});
export type ArtifactFile = z.infer<typeof ArtifactFile>;

export const MachineDetail = z
  .object({
    tile: MachineTile,
    profile: ShownProfile.nullable(),
    /** What is wrong with its configuration; null: nothing. */
    problem: z.string().nullable(),
    /** Whether its seed is recorded data. */
    recorded: z.boolean(),
    steps: z.partialRecord(z.enum(STEPS), StepRecord.nullable()),
    /** The step parameters that its artifacts were made with, by name. */
    parameters: z.record(z.string(), z.unknown()),
    files: z.array(ArtifactFile),
    /** Its newest generation, and the one that is published. */
    newest: z.string().nullable(),
    published: z.string().nullable(),
    /** The report on the newest generation; on the published one where that has none. */
    report: ValidationReport.nullable(),
  })
  .meta({ id: 'MachineDetail' });
export type MachineDetail = z.infer<typeof MachineDetail>;

/** Which generation to publish; null: the one before the published one. */
export const PublishRequest = z
  .strictObject({ generation: z.string().min(1).max(64).nullable().default(null) })
  .meta({ id: 'PublishRequest' });

export const Published = z.object({ summary: z.string() }).meta({ id: 'Published' });
export type Published = z.infer<typeof Published>;
