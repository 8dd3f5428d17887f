import { Context } from '@temporalio/activity';
import type { HeartbeatDetails, ProgressEvent, ResultEvent } from '../contracts/events.js';
import { FAILURE } from '../contracts/failures.js';
import type { StepRequest, StepResult } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';
import { failure } from './failures.js';
import { runPython } from './python.js';
import type { PythonRequest, PythonSettings } from './python.js';

export interface StepSettings extends PythonSettings {
  heartbeatEveryMs: number;
}

const LOG_LINES = 8;

/** Runs a step's script as the current activity: heartbeats its progress, stops it when the activity is to stop. */
export async function runStepScript(step: Step, request: PythonRequest, settings: StepSettings): Promise<StepResult> {
  return toStepResult(await runSupervised(step, request, settings));
}

/**
 * Runs a script with a heartbeat about every second.
 * @throws the activity's cancellation when it was cancelled; a failure that is retried at once when the worker stops
 */
export async function runSupervised(step: string, request: PythonRequest, settings: StepSettings): Promise<ResultEvent> {
  const context = Context.current();
  const pulse = new Pulse(step, context.info.heartbeatDetails as HeartbeatDetails | undefined);
  const timer = setInterval(() => {
    context.heartbeat(pulse.details);
  }, settings.heartbeatEveryMs);
  context.heartbeat(pulse.details);
  try {
    return await runPython(request, settings, context.cancellationSignal, pulse);
  } catch (error) {
    context.heartbeat(pulse.details);
    if (context.cancellationSignal.aborted) return await stopped(context);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** A cancelled activity ends as cancelled; one whose worker stops, or that is paused, goes on elsewhere at once. */
async function stopped(context: Context): Promise<never> {
  if (context.cancellationDetails?.cancelRequested === true) return await context.cancelled;
  throw failure(FAILURE.interrupted, 'stopped after a checkpoint', { retryable: true, retryInMs: 1 });
}

/** The heartbeat's details: the last progress and the log's tail. */
class Pulse {
  details: HeartbeatDetails;

  constructor(step: string, last: HeartbeatDetails | undefined) {
    this.details = {
      step,
      current: last?.current ?? 0,
      total: last?.total ?? 0,
      unit: last?.unit ?? '',
      metrics: last?.metrics ?? {},
      etaSeconds: null,
      checkpoint: last?.checkpoint ?? null,
      device: last?.device ?? null,
      log: [],
    };
  }

  onProgress = ({ current, total, unit, metrics, etaSeconds, checkpoint, device }: ProgressEvent): void => {
    const known = checkpoint ?? this.details.checkpoint;
    this.details = { ...this.details, current, total, unit, metrics, etaSeconds, checkpoint: known, device };
  };

  onLog = (line: string): void => {
    this.details = { ...this.details, log: [...this.details.log, line].slice(-LOG_LINES) };
  };
}

function toStepResult({ skipped, reason, summary, outputs, metrics, durationSeconds }: ResultEvent): StepResult {
  return { skipped, reason, summary, outputs, metrics, durationSeconds };
}

/** The flags that every step has. */
export function commonArgs(request: StepRequest): string[] {
  return [
    ...['--machine_id', request.machineId],
    ...['--seed', String(request.seed)],
    ...(request.fleetRun === null ? [] : ['--fleet_run', request.fleetRun]),
    ...(request.force ? [] : ['--skip_if_current']),
  ];
}
