import { execa } from 'execa';
import { hasCode } from './failures.js';

export interface HostSettings {
  projectRoot: string;
  python: string;
  dataRoot: string;
  stopGraceMs: number;
}

/** How a script ended: exit status 0 and still there for the next one, or with its process. */
export interface ScriptEnd {
  exitCode: number | undefined;
  signal: string | undefined;
  reusable: boolean;
}

/** Reads a script's output. `accept` returns idle for the line with which the host reports a successful end. */
export interface ScriptReader {
  accept: (line: string) => 'idle' | 'more';
  log: (line: string) => void;
}

/** Path of the script that runs scripts, relative to the project's root. */
export const HOST_SCRIPT = 'GAN/host.py';
/** An idle process holds memory: it is kept just long enough for the next step of a running fleet. */
const IDLE_MS = 1_000;

/**
 * A Python process that runs one script after another: starting Python and importing PyTorch takes longer than most
 * steps do.
 *
 * It has a process group of its own, a minimal environment and, as its stdin, a pipe that this process holds: when this
 * process dies in any way the pipe closes, and the script saves its checkpoint and exits.
 */
export class PythonHost {
  private readonly child;
  private readonly group: ProcessGroup;
  private readonly end: Promise<ScriptEnd>;
  private reader: ScriptReader | null = null;
  private onIdle: (end: ScriptEnd) => void = () => undefined;
  private over = false;

  constructor(settings: HostSettings) {
    this.child = execa(settings.python, [HOST_SCRIPT, '--root', settings.dataRoot], {
      cwd: settings.projectRoot,
      env: minimalEnvironment(),
      extendEnv: false,
      detached: true,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
    });
    // Writing to a process that has just died fails here too; its exit is what counts.
    this.child.stdin.on('error', () => undefined);
    this.group = new ProcessGroup(this.child.pid, settings.stopGraceMs);
    this.end = this.listen();
  }

  get alive(): boolean {
    return !this.over;
  }

  /** Runs a script to its end. One at a time. */
  async run(script: string, args: readonly string[], reader: ScriptReader): Promise<ScriptEnd> {
    this.reader = reader;
    const idle = new Promise<ScriptEnd>((resolve) => {
      this.onIdle = resolve;
    });
    this.child.stdin.write(`${JSON.stringify({ script, args })}\n`);
    const end = await Promise.race([idle, this.end]);
    this.reader = null;
    return end;
  }

  /** SIGTERM now, SIGKILL after the grace period: the script may save what it has. */
  stop(): void {
    this.group.stop();
  }

  /** Settles when the process is gone, with all that it started. */
  async kill(): Promise<void> {
    this.group.kill();
    await this.end;
  }

  private async listen(): Promise<ScriptEnd> {
    const stderr = readLines(this.child.iterable({ from: 'stderr' }), (line) => this.reader?.log(line));
    await readLines(this.child.iterable({ from: 'stdout' }), (line) => {
      if (this.reader?.accept(line) === 'idle') this.onIdle({ exitCode: 0, signal: undefined, reusable: true });
    });
    this.over = true;
    await stderr;
    const { exitCode, signal } = await this.child;
    return { exitCode, signal, reusable: false };
  }
}

/** A worker's Python processes that wait for their next script. */
export class PythonHosts {
  private readonly idle = new Map<PythonHost, NodeJS.Timeout>();

  /** The process that became idle last, or a new one. */
  take(settings: HostSettings): PythonHost {
    const host = [...this.idle.keys()].at(-1);
    if (host === undefined) return new PythonHost(settings);
    clearTimeout(this.idle.get(host));
    this.idle.delete(host);
    return host.alive ? host : this.take(settings);
  }

  give(host: PythonHost): void {
    this.idle.set(
      host,
      setTimeout(() => void this.end(host), IDLE_MS),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.idle.keys()].map((host) => this.end(host)));
  }

  private async end(host: PythonHost): Promise<void> {
    clearTimeout(this.idle.get(host));
    this.idle.delete(host);
    await host.kill();
  }
}

/** A process and all it started. */
class ProcessGroup {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pid: number | undefined,
    private readonly graceMs: number,
  ) {}

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

async function readLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'CUDA_VISIBLE_DEVICES', 'LD_LIBRARY_PATH', 'SYSTEMROOT'];
/**
 * Which kernels the numerical libraries choose on this processor. Passed on as well: other kernels give other last
 * digits, and so other bytes than the scripts run by hand.
 */
const KERNELS = [
  'OPENBLAS_CORETYPE',
  'OPENBLAS_L2_SIZE',
  'ATEN_CPU_CAPABILITY',
  'MKL_CBWR',
  'NPY_DISABLE_CPU_FEATURES',
];

/** One thread for each process: two trainings on two cores must not compete. */
function minimalEnvironment(): Record<string, string> {
  const passed = [...PASSED_ON, ...KERNELS].flatMap((name) => {
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
