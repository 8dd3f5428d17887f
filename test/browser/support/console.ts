import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { freePort } from '../../support/ports.js';
import { machineConfig } from '../../support/profiles.js';
import { PROJECT_ROOT } from '../../support/python.js';

/** What makes a machine's data in seconds. Its model is poor; whether it passes is not the question. */
export const SMALL = { epochs: 3, seedSamples: 1500, samples: 2000 };

/** The command line with these arguments. */
function run(args: string[], env: Record<string, string>) {
  return execa(process.execPath, ['scripts/gan.mjs', ...args], {
    cwd: PROJECT_ROOT,
    env,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
}

type Process = ReturnType<typeof run>;

/** The console as `npm start` serves it, with its own data root, Temporal server and worker. */
export class TestConsole {
  readonly folder = mkdtempSync(join(tmpdir(), 'console-'));
  readonly dataRoot = join(this.folder, 'GAN');
  url = '';
  env: Record<string, string> = {};
  private process: Process | null = null;

  /** @param settings environment variables besides those of the test's own place */
  async start(settings: Record<string, string> = {}): Promise<void> {
    if (Object.keys(this.env).length === 0)
      this.env = {
        GAN_ROOT: this.dataRoot,
        GAN_STATE_DIR: join(this.folder, 'state'),
        GAN_TEMPORAL_PORT: String(await freePort()),
        GAN_TEMPORAL_UI_PORT: String(await freePort()),
        GAN_CONSOLE_PORT: String(await freePort()),
        GAN_HEARTBEAT_TIMEOUT_MS: '3000',
        TEMPORAL_ADDRESS: '',
        ...settings,
      };
    mkdirSync(join(this.dataRoot, 'fleet'), { recursive: true });
    this.process = this.gan('start');
    this.url = await addressOf(this.process);
  }

  /** The command line, on the console's data root. */
  gan(...args: string[]): Process {
    return run(args, this.env);
  }

  /** Adds a machine to the fleet, whose runs are short. */
  addMachine(machineId: string, changes: Record<string, unknown> = {}): void {
    const path = join(this.dataRoot, 'fleet', `${machineId}.json`);
    mkdirSync(join(this.dataRoot, 'fleet'), { recursive: true });
    writeFileSync(path, JSON.stringify(machineConfig(machineId, changes)));
  }

  /** Asks the API, as a program does. */
  async api<T>(path: string, body?: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Another console of the same fleet, in a process of its own: as if somebody had started it in another terminal. */
  async beside(): Promise<TestConsole> {
    const other = new TestConsole();
    other.env = { ...this.env, GAN_CONSOLE_PORT: String(await freePort()) };
    await other.start();
    return other;
  }

  /** Has the process, and with it its worker, stand still, or go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process?.kill(signal);
  }

  /** Ends the process; its data stay, so that it can be started again. */
  async stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    this.process?.kill(signal);
    await this.process;
    this.process = null;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for the line that says where the console is. */
async function addressOf(started: Process): Promise<string> {
  const lines = createInterface({ input: started.all });
  const ended = new AbortController();
  void started.then(() => {
    ended.abort();
  });
  const said: string[] = [];
  for (;;) {
    const [line] = (await once(lines, 'line', { signal: ended.signal }).catch(() => {
      throw new Error(`the console did not start:\n${said.join('\n')}`);
    })) as [string];
    said.push(line);
    const url = /^GAN Manager: (\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      lines.close();
      started.all.resume();
      return url;
    }
  }
}
