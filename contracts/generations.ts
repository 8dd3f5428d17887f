import { z } from 'zod';

/** A generation of a machine's data set, as list_generations.py prints it. Times are ISO 8601 UTC. */
export const Generation = z.object({
  name: z.string(),
  madeAt: z.string(),
  fleetRun: z.string().nullable(),
  randomSeed: z.number().int().nullable(),
  quality: z.number().nullable(),
  verdict: z.enum(['pass', 'warn', 'fail']).nullable(),
  published: z.boolean(),
  publishedAt: z.string().nullable(),
  rolledBackAt: z.string().nullable(),
  /** Why it is not published although it passed: it is clearly worse than the published one. */
  quarantined: z.string().nullable(),
  bytes: z.number().int(),
  state: z.enum(['published', 'rolled back', 'quarantined', 'not validated', 'damaged', 'failed', 'kept']),
});
export type Generation = z.infer<typeof Generation>;

export const GenerationList = z.object({ generations: z.array(Generation) });
