import { z } from 'zod';
import { Output, Verdict } from './events.js';
import { STEPS } from './steps.js';

/** A completed step, as GAN/gan/store/manifest.py records it. Times are ISO 8601 UTC. */
export const StepRecord = z.object({
  version: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()),
  outputs: z.array(Output),
  metrics: z.record(z.string(), z.number().nullable()),
  verdict: Verdict.nullable(),
  summary: z.string(),
  finishedAt: z.string(),
  durationSeconds: z.number(),
  fleetRun: z.string().nullable(),
});
export type StepRecord = z.infer<typeof StepRecord>;

/** A machine's manifest. A record that is none, as in a damaged file, counts as missing. */
export const Manifest = z.object({
  steps: z.partialRecord(z.enum(STEPS), StepRecord.nullable().catch(null)).catch({}),
});
export type Manifest = z.infer<typeof Manifest>;
