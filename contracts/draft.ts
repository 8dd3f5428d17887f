import { z } from 'zod';
import { Profile } from './profile.js';

/**
 * What GAN/scripts/check_profile.py answers to a draft of a machine's configuration, however incomplete: all that is
 * wrong or missing, what was proposed, and how the machine would behave. A field is a path as `sensors.0.normal`.
 */
const DraftProblem = z.object({
  field: z.string(),
  message: z.string(),
  /** What to do about it. */
  hint: z.string().nullable(),
});

export const AssumedValue = z.object({
  field: z.string(),
  value: z.unknown(),
  /** What it rests on: a standard, the trade's rule, another field. */
  basis: z.string(),
});
export type AssumedValue = z.infer<typeof AssumedValue>;

/** The draft is usable as it is; a person may want it otherwise. */
export const DRAFT_WARNINGS = [
  'NO_FAILURES',
  'UNMOVED_SENSOR',
  'SILENT_FAILURE',
  'SHORT_RUNS',
  'LONG_RUNS',
  'WARNS_BY_NOISE',
  'NEVER_TRIPS',
] as const;

const DraftWarning = z.object({ code: z.enum(DRAFT_WARNINGS), field: z.string(), message: z.string() });

/** A run that the machine's physics make. All lists have one entry a row shown; `rul` is null without failures. */
const PreviewRun = z.object({
  lengthHours: z.number(),
  failureMode: z.string().nullable(),
  timeHours: z.array(z.number()),
  rul: z.array(z.number()).nullable(),
  /** By name; of a boolean or categorical sensor, its codes. */
  sensors: z.record(z.string(), z.array(z.number())),
});

export const DraftCheck = z.object({
  /** None: the draft can be used, once what is assumed is added. */
  problems: z.array(DraftProblem),
  /** The draft with all that was proposed; null while there are problems. */
  profile: Profile.nullable(),
  assumed: z.array(AssumedValue),
  warnings: z.array(DraftWarning),
  preview: z.array(PreviewRun).nullable(),
});
export type DraftCheck = z.infer<typeof DraftCheck>;
