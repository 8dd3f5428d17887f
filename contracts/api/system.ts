import { z } from 'zod';

/** Whether the console's surroundings work: Temporal, workers, Python. */
export const SystemState = z
  .object({
    version: z.string(),
    dataRoot: z.string(),
    temporal: z.object({
      reachable: z.boolean(),
      address: z.string(),
      namespace: z.string(),
      webUi: z.string().nullable(),
    }),
    /** How many workers poll each task queue; null: unknown, because Temporal does not answer. */
    pollers: z.object({ light: z.number().int(), training: z.number().int() }).nullable(),
    queues: z.object({ light: z.string(), training: z.string() }),
  })
  .meta({ id: 'SystemState' });
export type SystemState = z.infer<typeof SystemState>;
