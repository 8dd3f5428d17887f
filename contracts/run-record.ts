import { z } from 'zod';
import { STEPS } from './steps.js';

/**
 * A run's record: one JSON object a line, appended by the activities as things happen (activities/run-record.ts). It
 * keeps what Temporal forgets: losses, log and attempts. Nothing is decided by it, and a reader skips what it cannot
 * read, such as a line that was cut off.
 */
const at = z.number().meta({ description: 'milliseconds since 1970' });
const ofAttempt = { at, step: z.enum(STEPS), attempt: z.number().int() };
const Metrics = z.record(z.string(), z.number().nullable());
const optionalText = z.string().nullable();

/** The run was admitted: what it was started with, and the steps that need not run. */
const AdmittedEntry = z.object({
  kind: z.literal('admitted'),
  at,
  machineType: z.string(),
  fleetRun: optionalText,
  force: z.boolean(),
  /** The step from which on all were to run. */
  from: z.enum(STEPS).nullable().default(null),
  parameters: z.record(z.string(), z.unknown()),
  current: z.array(
    z.object({ step: z.enum(STEPS), summary: z.string(), metrics: Metrics, rows: z.number().nullable() }),
  ),
});
/** A worker begins an attempt at a step. */
const AttemptEntry = z.object({ kind: z.literal('attempt'), ...ofAttempt, worker: z.string() });
const ProgressEntry = z.object({
  kind: z.literal('progress'),
  ...ofAttempt,
  current: z.number(),
  total: z.number(),
  unit: z.string(),
  metrics: Metrics,
  etaSeconds: z.number().nullable(),
  device: optionalText,
});
const LogEntry = z.object({ kind: z.literal('log'), ...ofAttempt, text: z.string() });
const WarningEntry = z.object({ kind: z.literal('warning'), ...ofAttempt, code: z.string(), text: z.string() });
const ResultEntry = z.object({
  kind: z.literal('result'),
  ...ofAttempt,
  skipped: z.boolean(),
  summary: z.string(),
  metrics: Metrics,
  rows: z.number().nullable(),
  seconds: z.number(),
});
/** The attempt was stopped: the run was paused or cancelled, or the worker shut down. */
const StoppedEntry = z.object({ kind: z.literal('stopped'), ...ofAttempt, reason: z.enum(['request', 'shutdown']) });
const FailureEntry = z.object({
  kind: z.literal('failure'),
  ...ofAttempt,
  type: z.string(),
  code: z.string(),
  message: z.string(),
  hint: optionalText,
  field: optionalText,
  /** Whether the step is tried again. */
  final: z.boolean(),
});

export const RunEntry = z
  .discriminatedUnion('kind', [
    AdmittedEntry,
    AttemptEntry,
    ProgressEntry,
    LogEntry,
    WarningEntry,
    ResultEntry,
    StoppedEntry,
    FailureEntry,
  ])
  .meta({ id: 'RunEntry' });
export type RunEntry = z.infer<typeof RunEntry>;

/** The entries that have this line's text; those that cannot be read are left out. */
export function entriesOf(text: string): RunEntry[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const parsed = RunEntry.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
