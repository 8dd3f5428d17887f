import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ScriptEvent } from '../../contracts/events.js';
import type { ErrorEvent, ProgressEvent, ResultEvent } from '../../contracts/events.js';
import { FAILURE } from '../../contracts/failures.js';
import { printable } from '../../contracts/printable.js';
import { failure, failureOfExit } from './failures.js';
import { PythonHost } from './host.js';
import type { HostSettings, PythonHosts, ScriptEnd, ScriptReader } from './host.js';

/** A script to run, and its flags. */
export interface PythonRequest {
  /** Path of the script, relative to the project's root. */
  script: string;
  args: readonly string[];
}

export interface PythonSettings extends HostSettings {
  silenceTimeoutMs: number;
  /** Processes that are kept for the next script. Without them, each script gets its own. */
  hosts?: PythonHosts;
}

/** What is known of a running script. */
export interface PythonWatcher {
  onProgress: (event: ProgressEvent) => void;
  onLog: (line: string) => void;
  /** Without it, warnings come as lines of the log. */
  onWarning?: (code: string, message: string) => void;
}

const TAIL_LINES = 20;

/**
 * Runs a script and gives back its `result` event.
 *
 * @param signal on abort, SIGTERM to the script's process group and SIGKILL after `stopGraceMs`; the promise settles
 *   only when the process is gone
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
  const host = settings.hosts?.take(settings) ?? new PythonHost(settings);
  const stop = () => {
    host.stop();
  };
  const silence = new Watchdog(settings.silenceTimeoutMs, stop);
  const run = new ScriptRun(watcher, silence);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let reusable = false;
  try {
    const end = await host.run(
      request.script,
      ['--root', settings.dataRoot, '--progress', 'json', ...request.args],
      run,
    );
    if (silence.fired) throw hung(settings.silenceTimeoutMs);
    if (signal.aborted && end.exitCode !== 0)
      throw failure(FAILURE.interrupted, 'stopped on request', { retryable: true });
    const result = run.outcome(end);
    reusable = end.reusable && !signal.aborted;
    return result;
  } finally {
    silence.clear();
    signal.removeEventListener('abort', stop);
    if (reusable && settings.hosts !== undefined) settings.hosts.give(host);
    else await host.kill();
  }
}

/** What a script has said so far. */
class ScriptRun implements ScriptReader {
  private result: ResultEvent | null = null;
  private error: ErrorEvent | null = null;
  private readonly tail: string[] = [];

  constructor(
    private readonly watcher: PythonWatcher,
    private readonly silence: Watchdog,
  ) {}

  accept(line: string): 'idle' | 'more' {
    this.silence.reset();
    const event = parseEvent(line);
    if (event === null) {
      this.log(line);
    } else if (event.event === 'progress') {
      this.watcher.onProgress(event);
    } else if (event.event === 'warning') {
      this.warn(event.code, printable(event.message));
    } else if (event.event === 'result') {
      this.result = event;
    } else if (event.event === 'error') {
      this.error = event;
    }
    return event?.event === 'idle' ? 'idle' : 'more';
  }

  log(said: string): void {
    const line = printable(said);
    this.keep(line);
    this.watcher.onLog(line);
  }

  private warn(code: string, message: string): void {
    const line = `${code}: ${message}`;
    this.keep(line);
    if (this.watcher.onWarning === undefined) this.watcher.onLog(line);
    else this.watcher.onWarning(code, message);
  }

  private keep(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
  }

  outcome({ exitCode, signal }: ScriptEnd): ResultEvent {
    if (exitCode === 0 && this.result !== null) return this.result;
    if (exitCode === 0) {
      throw failure(
        FAILURE.crashed,
        `the script ended without a result event: ${this.tail.at(-1) ?? 'it printed nothing'}`,
        { retryable: false },
      );
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

/** Calls back when nothing has reset it for a given time. */
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

function hung(silenceTimeoutMs: number) {
  return failure(FAILURE.crashed, `the script printed nothing for ${silenceTimeoutMs / 1000} s and was stopped`, {
    retryable: true,
    hint: 'GAN_SILENCE_TIMEOUT_MS sets how long a script may be silent',
  });
}

async function requireFile(path: string, what: string, command: string): Promise<void> {
  try {
    await access(path);
  } catch {
    throw failure(FAILURE.missingPrerequisite, `${what} is missing: ${path}`, {
      retryable: false,
      hint: `run: ${command}`,
    });
  }
}
