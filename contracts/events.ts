import { z } from 'zod';

/**
 * The events a Python script prints with `--progress json`, one JSON object a line.
 * This schema is the contract: `npm run schema` exports it, and the Python tests hold every printed line against it.
 */
const common = {
  step: z.string(),
  machineId: z.string().nullable(),
  time: z.string(),
};

export const Output = z.strictObject({
  /** Path relative to the data root. */
  path: z.string(),
  sha256: z.string(),
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative().nullable().optional(),
});

export const Verdict = z.enum(['pass', 'warn', 'fail']);
/** Of one check: without enough runs to tell good data from bad, none is reached. */
export const CheckVerdict = z.enum([...Verdict.options, 'not judged']);

export const StartedEvent = z.strictObject({
  event: z.literal('started'),
  ...common,
  parameters: z.record(z.string(), z.unknown()),
});

/** How far a step is: reported by its script and passed on in the activity's heartbeat. */
const progress = {
  current: z.number(),
  total: z.number(),
  unit: z.string(),
  metrics: z.record(z.string(), z.number().nullable()),
  etaSeconds: z.number().nullable(),
  checkpoint: z.string().nullable(),
  device: z.string().nullable(),
};

export const ProgressEvent = z.strictObject({ event: z.literal('progress'), ...common, ...progress });

export const WarningEvent = z.strictObject({
  event: z.literal('warning'),
  ...common,
  code: z.string(),
  message: z.string(),
});

export const ResultEvent = z.strictObject({
  event: z.literal('result'),
  ...common,
  skipped: z.boolean(),
  reason: z.string().nullable(),
  outputs: z.array(Output),
  metrics: z.record(z.string(), z.number().nullable()),
  verdict: Verdict.nullable(),
  summary: z.string(),
  durationSeconds: z.number(),
  data: z.record(z.string(), z.unknown()).optional(),
});

export const ErrorEvent = z.strictObject({
  event: z.literal('error'),
  ...common,
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  field: z.string().nullable(),
  retryable: z.boolean(),
  exitCode: z.number().int(),
});

/** From the process itself: the script succeeded, and the next one may come. See GAN/host.py. */
export const IdleEvent = z.strictObject({ event: z.literal('idle') });

export const ScriptEvent = z.discriminatedUnion('event', [
  StartedEvent,
  ProgressEvent,
  WarningEvent,
  ResultEvent,
  ErrorEvent,
  IdleEvent,
]);

export type ScriptEvent = z.infer<typeof ScriptEvent>;
export type ProgressEvent = z.infer<typeof ProgressEvent>;
/** The fields that a progress event and a heartbeat share. */
export type Progress = Omit<ProgressEvent, 'event' | keyof typeof common>;
export type ResultEvent = z.infer<typeof ResultEvent>;
export type ErrorEvent = z.infer<typeof ErrorEvent>;
export type Output = z.infer<typeof Output>;
export type Verdict = z.infer<typeof Verdict>;
export type CheckVerdict = z.infer<typeof CheckVerdict>;

/** What an activity's heartbeat carries: the last progress event and the tail of the log. */
export const HeartbeatDetails = z.object({
  step: z.string(),
  ...progress,
  log: z.array(z.string()),
  /** The step's own failures since its last progress, and how far it had got. */
  stalled: z.object({ at: z.number(), failures: z.number().int() }).default({ at: 0, failures: 0 }),
});
export type HeartbeatDetails = z.infer<typeof HeartbeatDetails>;

/** What a heartbeat passes on of an event. */
export function progressOf(event: ProgressEvent): Progress {
  const keys = Object.keys(progress) as (keyof Progress)[];
  return Object.fromEntries(keys.map((key) => [key, event[key]])) as unknown as Progress;
}

/** Before a step has reported anything. */
export const NO_PROGRESS: Progress = {
  current: 0,
  total: 0,
  unit: '',
  metrics: {},
  etaSeconds: null,
  checkpoint: null,
  device: null,
};
