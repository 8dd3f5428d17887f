import { z } from 'zod';
import { STEPS } from './steps.js';

/** Why a step must run, as GAN/gan/store/staleness.py has it. */
export const Stale = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('neverMade') }),
  /** null: not given. */
  z.object({ kind: z.literal('parameter'), name: z.string(), before: z.unknown(), after: z.unknown() }),
  /** The first digits of its sha256; null: there is none. */
  z.object({
    kind: z.literal('input'),
    name: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  }),
  /** before is null in a manifest of 0.1.0, where steps had no version. */
  z.object({ kind: z.literal('version'), name: z.string(), before: z.string().nullable(), after: z.string() }),
  z.object({ kind: z.literal('outputMissing'), path: z.string() }),
  z.object({ kind: z.literal('outputChanged'), path: z.string() }),
  /** name: what is missing, as a sentence. */
  z.object({ kind: z.literal('prerequisite'), name: z.string() }),
  z.object({ kind: z.literal('forced') }),
  /** name: the step that runs before, and may change what this one reads. */
  z.object({ kind: z.literal('upstream'), name: z.enum(STEPS) }),
]);

export const PlannedStep = z.object({
  step: z.enum(STEPS),
  action: z.enum(['run', 'skip']),
  /** `stale` as a sentence, or why nothing is to be done. */
  reason: z.string(),
  lastSeconds: z.number().nullish(),
  /** null: the step is up to date. */
  stale: Stale.nullish(),
});

/** Why what is asked for would be refused, once the steps before it have run. */
export const Refused = z.object({ field: z.string(), message: z.string(), hint: z.string() });

export const PlannedMachine = z.object({
  machineId: z.string(),
  machineType: z.string(),
  published: z.boolean(),
  steps: z.array(PlannedStep),
  refused: Refused.nullish(),
});

/** What GAN/scripts/plan.py gives. */
export const PlanData = z.object({ machines: z.array(PlannedMachine) });

export type Stale = z.infer<typeof Stale>;
export type PlannedStep = z.infer<typeof PlannedStep>;
export type PlannedMachine = z.infer<typeof PlannedMachine>;
