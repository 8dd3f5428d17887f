import { z } from 'zod';

/** What a column of recorded rows can be, besides a sensor. */
export const COLUMN_ROLES = ['timestamp', 'run_id', 'rul', 'failure_mode', 'cycle'] as const;

const Column = z.object({
  /** Its name in the file. */
  column: z.string(),
  /** Null: it is left out, or what it is was not known before the rows were refused. */
  role: z.enum([...COLUMN_ROLES, 'sensor']).nullable(),
  sensor: z.string().nullable(),
  unit: z.string().nullable(),
  /** Why it is left out. */
  leftOut: z.string().nullable(),
  /** Whether the sensor is a setting: set, and not measured. */
  isSet: z.boolean(),
  /** The first values that differ, as text. */
  examples: z.array(z.string()),
});

const Run = z.object({
  label: z.string(),
  rows: z.number().int(),
  hours: z.number(),
  /** Null: it did not fail. */
  endsBy: z.string().nullable(),
});

/**
 * What import_seed.py --dry_run understands of recorded rows; what is null was not known when they were refused.
 * GAN/gan/recording/understood.py makes it.
 */
export const RowsAccount = z
  .object({
    /** Why the rows cannot be imported so; null: they can. field: the flag to change, if one is to blame. */
    refused: z.object({ message: z.string(), field: z.string().nullable(), hint: z.string().nullable() }).nullable(),
    rows: z.number().int().nullable(),
    columns: z.array(Column),
    runs: z
      .object({ count: z.number().int(), failed: z.number().int(), intervalMinutes: z.number(), listed: z.array(Run) })
      .nullable(),
    notes: z.array(z.string()),
  })
  .meta({ id: 'RowsAccount' });
export type RowsAccount = z.infer<typeof RowsAccount>;
