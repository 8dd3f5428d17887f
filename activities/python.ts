import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ScriptEvent } from '../contracts/events.js';
import type { ErrorEvent, ProgressEvent, ResultEvent } from '../contracts/events.js';
import { FAILURE } from '../contracts/failures.js';
import { failure, failureOfExit, hasCode } from './failures.js';

/** A script to run: its path under the data root's project, and its flags. */
export interface PythonRequest {
  /** Path of the script, relative to the project's root. */
  script: string;
  args: readonly string[];
}

export interface PythonSettings {
  projectRoot: string;
  python: string;
  dataRoot: string;
  silenceTimeoutMs: number;
  stopGraceMs: number;
}

/** What is known of a running script. */
export interface PythonWatcher {
  onProgress: (event: ProgressEvent) => void;
  onLog: (line: string) => void;
}

const TAIL_LINES = 20;

/**
 * Runs a script and gives back its `result` event.
 *
 * The script gets a process group of its own, a minimal environment and, as its stdin, a pipe that this process holds:
 * when this process dies in any way the pipe closes and the script saves its checkpoint and exits.
 * @param signal aborts: SIGTERM to the group, SIGKILL after `stopGraceMs`; settles only when the process is gone
 * @throws ApplicationFailure typed by the script's exit status; `Interrupted` when aborted
 */
export async function runPython(
  request: PythonRequest,
  settings: PythonSettings,
  signal: AbortSignal,
  watcher: PythonWatcher,
): Promise<ResultEvent> {
  await requireFile(settings.python, 'Python', 'npm run setup');
  await requireFile(join(settings.projectRoot, request.script), request.script, 'git checkout -- GAN');
  const run = new ScriptRun(watcher);
  const child = execa(
    settings.python,
    [request.script, ...request.args, '--root', settings.dataRoot, '--progress', 'json', '--supervised'],
    {
      cwd: settings.projectRoot,
      env: minimalEnvironment(),
      extendEnv: false,
      detached: true,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
    },
  );
  const group = new ProcessGroup(child.pid, settings.stopGraceMs);
  const stop = () => {
    group.stop();
  };
  const silence = new Watchdog(settings.silenceTimeoutMs, stop);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const stderr = readLines(child.iterable({ from: 'stderr' }), (line) => {
      run.log(line);
    });
    await readLines(child.iterable({ from: 'stdout' }), (line) => {
      silence.reset();
      run.accept(line);
    });
    await stderr;
    const { exitCode, signal: killedBy } = await child;
    if (silence.fired) throw hung(settings.silenceTimeoutMs);
    if (signal.aborted && exitCode !== 0) throw failure(FAILURE.interrupted, 'stopped on request', { retryable: true });
    return run.outcome(exitCode, killedBy);
  } finally {
    silence.clear();
    signal.removeEventListener('abort', stop);
    group.kill();
  }
}

/** What a script has said so far. */
class ScriptRun {
  private result: ResultEvent | null = null;
  private error: ErrorEvent | null = null;
  private readonly tail: string[] = [];

  constructor(private readonly watcher: PythonWatcher) {}

  accept(line: string): void {
    const event = parseEvent(line);
    if (event === null) {
      this.log(line);
    } else if (event.event === 'progress') {
      this.watcher.onProgress(event);
    } else if (event.event === 'warning') {
      this.log(`${event.code}: ${event.message}`);
    } else if (event.event === 'result') {
      this.result = event;
    } else if (event.event === 'error') {
      this.error = event;
    }
  }

  log(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    this.watcher.onLog(line);
  }

  outcome(exitCode: number | undefined, signal: string | undefined): ResultEvent {
    if (exitCode === 0 && this.result !== null) return this.result;
    if (exitCode === 0) {
      throw failure(FAILURE.crashed, `the script ended without a result event: ${this.tail.at(-1) ?? 'it printed nothing'}`, { retryable: false });
    }
    throw failureOfExit(exitCode, signal, this.error, this.tail);
  }
}

function parseEvent(line: string): ScriptEvent | null {
  try {
    const parsed = ScriptEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A process and all it started. */
class ProcessGroup {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pid: number | undefined,
    private readonly graceMs: number,
  ) {}

  /** SIGTERM now, SIGKILL when the grace is over. */
  stop(): void {
    if (this.timer !== undefined) return;
    this.send('SIGTERM');
    this.timer = setTimeout(() => {
      this.send('SIGKILL');
    }, this.graceMs);
  }

  kill(): void {
    clearTimeout(this.timer);
    this.send('SIGKILL');
  }

  private send(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // Gone, or on macOS: dead and not yet reaped.
      if (!hasCode(error, 'ESRCH') && !hasCode(error, 'EPERM')) throw error;
    }
  }
}

/** Calls back once nothing has reset it for so long. */
class Watchdog {
  fired = false;
  private readonly timer: NodeJS.Timeout;

  constructor(afterMs: number, onFire: () => void) {
    this.timer = setTimeout(() => {
      this.fired = true;
      onFire();
    }, afterMs);
  }

  reset(): void {
    this.timer.refresh();
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}

async function readLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}

function hung(silenceTimeoutMs: number) {
  return failure(FAILURE.crashed, `the script said nothing for ${silenceTimeoutMs / 1000} s and was stopped`, {
    retryable: true,
    hint: 'GAN_SILENCE_TIMEOUT_MS sets how long a script may be silent',
  });
}

async function requireFile(path: string, what: string, command: string): Promise<void> {
  try {
    await access(path);
  } catch {
    throw failure(FAILURE.missingPrerequisite, `${what} is missing: ${path}`, { retryable: false, hint: `run: ${command}` });
  }
}

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'CUDA_VISIBLE_DEVICES', 'LD_LIBRARY_PATH', 'SYSTEMROOT'];

/** One thread a process: two trainings on two cores must not fight. */
function minimalEnvironment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '',
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
  };
}
