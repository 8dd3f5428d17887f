import { z } from 'zod';

/** What an answer other than 2xx has in its body: RFC 9457, `application/problem+json`. */
export const Problem = z
  .object({
    /** What kind of failure it is, as contracts/failures.ts calls it, e.g. InvalidInput. */
    title: z.string(),
    status: z.number().int(),
    /** What happened, and where. */
    detail: z.string(),
    /** The failure's own code, e.g. DISK_FULL. */
    code: z.string().nullable(),
    /** The field that is wrong, e.g. sensors.0.normal. */
    field: z.string().nullable(),
    /** What to do next. */
    hint: z.string().nullable(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
export const PROBLEM_TYPE = 'application/problem+json';
