import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { HeartbeatDetails, NO_PROGRESS, progressOf } from '../contracts/events.js';
import type { ProgressEvent, ResultEvent } from '../contracts/events.js';
import { FAILURE } from '../contracts/failures.js';
import type { FailureDetail } from '../contracts/failures.js';
import type { ActivityPolicy, StepResult } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';
import { failure } from './python/failures.js';
import { runPython } from './python/script.js';
import { RunRecord } from './run-record.js';
import type { PythonRequest, PythonSettings } from './python/script.js';

export interface StepSettings extends PythonSettings {
  heartbeatEveryMs: number;
  /** How often a step may fail by itself without progress. */
  attempts: number;
  policy: Pick<ActivityPolicy, 'retryInitialMs' | 'retryMaximumMs'>;
}

const LOG_LINES = 8;

/**
 * Runs a machine's step's script as the current activity: heartbeats its progress, stops it when the activity is to
 * stop, and records in the run's record what happens.
 */
export async function runStepScript(
  step: Step,
  machineId: string,
  request: PythonRequest,
  settings: StepSettings,
): Promise<StepResult> {
  const record = RunRecord.ofAttempt(step, machineId, settings.dataRoot);
  try {
    const result = toStepResult(await runSupervised(step, request, settings, record));
    record.result(result);
    return result;
  } catch (error) {
    record.end(error);
    throw error;
  } finally {
    await record.close();
  }
}

/**
 * Runs a script with a heartbeat about every second.
 * @throws the activity's cancellation when it was cancelled; a failure that is retried at once when the worker stops;
 * NoProgress, not retried, when the step failed by itself several times without progress
 */
export async function runSupervised(
  step: string,
  request: PythonRequest,
  settings: StepSettings,
  record: RunRecord | null = null,
): Promise<ResultEvent> {
  const context = Context.current();
  const pulse = new Pulse(step, HeartbeatDetails.safeParse(context.info.heartbeatDetails).data);
  return await beating(
    settings,
    () => pulse.details,
    async () => {
      try {
        return await runPython(request, settings, context.cancellationSignal, record?.beside(pulse) ?? pulse);
      } catch (error) {
        if (context.cancellationSignal.aborted) return await stopped(context);
        throw pulse.judge(error, settings);
      }
    },
  );
}

/** Heartbeats from the start of the work to its end: cancellation and the next attempt depend on it. */
export async function beating<T>(
  settings: Pick<StepSettings, 'heartbeatEveryMs'>,
  details: () => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const beat = () => {
    context.heartbeat(details());
  };
  const timer = setInterval(beat, settings.heartbeatEveryMs);
  beat();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    beat();
  }
}

function noProgress({ message, details }: ApplicationFailure, { unit, stalled }: HeartbeatDetails): ApplicationFailure {
  const last = details?.[0] as Partial<FailureDetail> | null | undefined;
  const where = stalled.at > 0 ? `beyond ${unit} ${stalled.at}` : 'at all';
  return failure(FAILURE.noProgress, `failed ${stalled.failures} times without progress (${where}): ${message}`, {
    retryable: false,
    ...(last?.code === undefined ? {} : { code: last.code }),
    field: last?.field ?? null,
    hint: 'fix the cause of the last failure, then retry the machine: it resumes from its checkpoint',
  });
}

function retryAfter({ message, type, details }: ApplicationFailure, ms: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    ...(type == null ? {} : { type }),
    ...(details == null ? {} : { details }),
    nextRetryDelay: ms,
  });
}

/** Whether another process holds the machine (GAN/gan/store/locks.py): the step waits for it. */
function isLocked({ details }: ApplicationFailure): boolean {
  return (details?.[0] as Partial<FailureDetail> | undefined)?.code === 'MACHINE_LOCKED';
}

/** A cancelled activity ends as cancelled; if its worker stops, or it is paused, it is retried elsewhere at once. */
async function stopped(context: Context): Promise<never> {
  if (context.cancellationDetails?.cancelRequested === true) return await context.cancelled;
  throw failure(FAILURE.interrupted, 'stopped after a checkpoint', { retryable: true, retryInMs: 1 });
}

/** The heartbeat's details: the last progress and the log's tail. */
class Pulse {
  details: HeartbeatDetails;

  constructor(step: string, last: HeartbeatDetails | undefined) {
    // The new script starts counting from zero; progress means getting further than the last attempt did.
    this.details = {
      ...NO_PROGRESS,
      ...last,
      step,
      etaSeconds: null,
      device: null,
      log: [],
      stalled: last?.stalled ?? { at: 0, failures: 0 },
    };
  }

  /**
   * The failure to throw for a step that failed by itself. A retryable one is counted, waits twice as long each time,
   * and becomes final after so many attempts without progress; any progress resets the count.
   * A script that was told to stop, or that found its machine locked by another, has not failed and is not counted.
   */
  judge(error: unknown, { attempts, policy }: Pick<StepSettings, 'attempts' | 'policy'>): ApplicationFailure {
    if (!(error instanceof ApplicationFailure))
      return this.judge(failure(FAILURE.crashed, String(error), { retryable: true }), { attempts, policy });
    if (error.nonRetryable === true || error.type === FAILURE.interrupted) return error;
    if (isLocked(error)) return retryAfter(error, policy.retryInitialMs);
    const { current, stalled } = this.details;
    const failures = current > stalled.at ? 1 : stalled.failures + 1;
    this.details = { ...this.details, stalled: { at: Math.max(current, stalled.at), failures } };
    if (failures >= attempts) return noProgress(error, this.details);
    return retryAfter(error, Math.min(policy.retryInitialMs * 2 ** (failures - 1), policy.retryMaximumMs));
  }

  onProgress = (event: ProgressEvent): void => {
    const progress = progressOf(event);
    const checkpoint = progress.checkpoint ?? this.details.checkpoint;
    this.details = { ...this.details, ...progress, checkpoint };
  };

  onLog = (line: string): void => {
    this.details = { ...this.details, log: [...this.details.log, line].slice(-LOG_LINES) };
  };
}

function toStepResult({ skipped, reason, summary, outputs, metrics, durationSeconds }: ResultEvent): StepResult {
  return { skipped, reason, summary, outputs, metrics, durationSeconds };
}
