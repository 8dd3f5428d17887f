import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { artifactKey } from '../contracts/artifacts.js';
import type { ProgressEvent } from '../contracts/events.js';
import { FAILURE } from '../contracts/failures.js';
import type { FailureDetail } from '../contracts/failures.js';
import type { RunEntry } from '../contracts/run-record.js';
import type { AdmittedMachine, StepResult } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';
import type { PythonWatcher } from './python/script.js';

/** How many runs' records a machine keeps. */
const KEPT = 10;
/** Beyond this size, one progress in ten is written; beyond twice the size, no progress and no log. */
const THINNED_BYTES = 8_000_000;
const ONE_IN = 10;
const LONGEST_LINE = 4_000;
/** An activity does not wait longer than this for its last lines: nothing depends on them. */
const CLOSE_MS = 2_000;

type Written = {
  [Kind in RunEntry['kind']]: Omit<Extract<RunEntry, { kind: Kind }>, keyof OfAttempt>;
}[RunEntry['kind']];
type OfAttempt = { at: number; step: Step; attempt: number };

/**
 * What happens in one attempt at a step, appended to its run's record (contracts/run-record.ts). Several attempts, even
 * of several workers, append to one file, in whole lines. A record that cannot be written loses history, nothing else:
 * no call throws or waits.
 */
export class RunRecord {
  private waiting = '\n'; // An attempt that was killed may have left half a line.
  private writing: Promise<void> | null = null;
  private size: number | null = null;
  private progressed = 0;

  private constructor(
    private readonly path: string,
    private readonly of: Pick<OfAttempt, 'step' | 'attempt'>,
  ) {}

  /** The record of the current activity's run, at the beginning of an attempt. */
  static ofAttempt(step: Step, machineId: string, dataRoot: string): RunRecord {
    const { attempt } = Context.current().info;
    const record = new RunRecord(pathOfRun(machineId, dataRoot), { step, attempt });
    record.add({ kind: 'attempt', worker: `${process.pid}@${hostname()}` });
    return record;
  }

  /** A watcher that records what it is told, and tells another. */
  beside(other: PythonWatcher): PythonWatcher {
    return {
      onProgress: (event) => {
        other.onProgress(event);
        this.progress(event);
      },
      onLog: (line) => {
        other.onLog(line);
        if (!this.isFull(2)) this.add({ kind: 'log', text: line.slice(0, LONGEST_LINE) });
      },
      onWarning: (code, message) => {
        other.onLog(`${code}: ${message}`);
        this.add({ kind: 'warning', code, text: message.slice(0, LONGEST_LINE) });
      },
    };
  }

  result({ skipped, summary, metrics, outputs, durationSeconds }: StepResult): void {
    this.add({ kind: 'result', skipped, summary, metrics, rows: rowsOf(outputs), seconds: durationSeconds });
  }

  /** The attempt ended without a result. */
  end(error: unknown): void {
    const context = Context.current();
    if (context.cancellationSignal.aborted) {
      const asked = context.cancellationDetails?.cancelRequested === true;
      this.add({ kind: 'stopped', reason: asked ? 'request' : 'shutdown' });
      return;
    }
    this.add({ kind: 'failure', ...failureOf(error) });
  }

  /** Settles when everything is written, or could not be in time. */
  async close(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([this.writing, delay(CLOSE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
  }

  private progress({ current, total, unit, metrics, etaSeconds, device }: ProgressEvent): void {
    this.progressed += 1;
    const thinned = this.isFull(1) && this.progressed % ONE_IN !== 0 && current < total;
    if (thinned || this.isFull(2)) return;
    this.add({ kind: 'progress', current, total, unit, metrics, etaSeconds, device });
  }

  private isFull(times: number): boolean {
    return (this.size ?? 0) > THINNED_BYTES * times;
  }

  private add(entry: Written): void {
    this.waiting += `${JSON.stringify({ at: Date.now(), ...this.of, ...entry })}\n`;
    this.writing ??= this.write();
  }

  /** Writes what waits, in one call for all that came in the meantime. */
  private async write(): Promise<void> {
    while (this.waiting !== '') {
      const text = this.waiting;
      this.waiting = '';
      try {
        this.size ??= (await stat(this.path).catch(() => ({ size: 0 }))).size;
        await append(this.path, text);
        this.size += Buffer.byteLength(text);
      } catch {
        // Half of it may have been written.
        this.waiting = '\n';
        break;
      }
    }
    this.writing = null;
  }
}

/** Begins a run's record: what it was started with. The machine's oldest records are removed. */
export async function recordAdmission(
  { input, machineType, current }: AdmittedMachine,
  dataRoot: string,
): Promise<void> {
  const entry: RunEntry = {
    kind: 'admitted',
    at: Date.now(),
    machineType,
    fleetRun: input.fleetRun,
    force: input.force,
    from: input.from ?? null,
    parameters: input.parameters,
    current: current.map(({ step, result: { summary, metrics, outputs } }) => ({
      step,
      summary,
      metrics,
      rows: rowsOf(outputs),
    })),
  };
  try {
    await append(pathOfRun(input.machineId, dataRoot), `\n${JSON.stringify(entry)}\n`);
    await removeOld(join(dataRoot, artifactKey('runs', input.machineId)));
  } catch {
    // History only.
  }
}

function pathOfRun(machineId: string, dataRoot: string): string {
  const { runId } = Context.current().info.workflowExecution ?? { runId: 'none' };
  return join(dataRoot, artifactKey('runs', machineId), `${runId}.jsonl`);
}

async function append(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, text);
}

async function removeOld(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= KEPT) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, age: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.sort((a, b) => b.age - a.age).slice(KEPT);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

function rowsOf(outputs: StepResult['outputs']): number | null {
  return outputs.reduce((sum, { rows }) => sum + (rows ?? 0), 0) || null;
}

function failureOf(error: unknown): Omit<Extract<RunEntry, { kind: 'failure' }>, 'kind' | keyof OfAttempt> {
  if (!(error instanceof ApplicationFailure))
    return { type: FAILURE.crashed, code: 'ERROR', message: String(error), hint: null, field: null, final: false };
  const detail = error.details?.[0] as Partial<FailureDetail> | null | undefined;
  return {
    type: error.type ?? 'Error',
    code: detail?.code ?? 'ERROR',
    message: error.message.slice(0, LONGEST_LINE),
    hint: detail?.hint ?? null,
    field: detail?.field ?? null,
    final: error.nonRetryable === true,
  };
}
