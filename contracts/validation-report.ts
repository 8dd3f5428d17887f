import { z } from 'zod';
import { CheckVerdict, Verdict } from './events.js';

/** A check of a data set, as GAN/gan/evaluation/checks.py makes it. */
export const ReportCheck = z.object({
  name: z.string(),
  /** What was measured, for a person. */
  text: z.string(),
  value: z.number().nullable(),
  threshold: z.string(),
  meaning: z.string(),
  verdict: CheckVerdict,
  /** What real data score in the data's place; null: the check has none. */
  floor: z.number().nullable(),
  /** How many real runs the figure rests on; null: real runs do not matter. */
  runs: z.number().int().nullable().default(null),
});
export type ReportCheck = z.infer<typeof ReportCheck>;

/** A generation's report.json, as GAN/gan/reporting/report.py writes it. */
export const ValidationReport = z
  .looseObject({
    generation: z.string(),
    verdict: Verdict,
    quality: z.number(),
    rows: z.record(z.string(), z.number().int()),
    /** What counts as real. */
    real: z.string(),
    full: z.boolean(),
    checks: z.array(ReportCheck),
  })
  .meta({ id: 'ValidationReport' });
export type ValidationReport = z.infer<typeof ValidationReport>;
