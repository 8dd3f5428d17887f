import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import type { FleetReport } from '../../contracts/runs.js';
import { FleetRunInput } from '../../contracts/parameters.js';
import { QUERY } from '../../contracts/runs.js';
import { fleetWorkflowId } from '../../contracts/steps.js';
import { startFleetRun } from '../../scripts/fleet-client.js';
import { readLiveStep } from '../../scripts/progress.js';
import type { LiveStep } from '../../scripts/progress.js';
import { startEmbeddedServer } from '../../scripts/server.js';
import type { EmbeddedServer } from '../../scripts/server.js';
import { loadSettings } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';
import { findProcesses, leftAfter } from '../support/processes.js';
import { freePort } from '../support/ports.js';
import { machineConfig } from '../support/profiles.js';
import { PROJECT_ROOT } from '../support/python.js';

export type Worker = ReturnType<Rig['startWorker']>;

/** A file operation of a Python process at which it is killed, once. See kill_at.py. */
export interface KillPoint {
  call: 'replace' | 'fsync';
  when: 'before' | 'after';
  path: string;
}

/** Real processes to do harm to: a dev server, workers and the Python they start, over a data root of their own. */
export class Rig {
  readonly root = mkdtempSync(join(tmpdir(), 'rig-'));
  readonly dataRoot = join(this.root, 'GAN');
  readonly settings: Settings;
  private server: EmbeddedServer | null = null;
  private client: Client | null = null;
  private readonly workers = new Set<Worker>();

  private constructor(
    private readonly env: Record<string, string>,
    readonly machines: string[],
  ) {
    const python = this.writePython();
    this.env = { ...env, GAN_ROOT: this.dataRoot, GAN_STATE_DIR: join(this.root, 'state'), GAN_PYTHON: python };
    this.settings = loadSettings({ ...this.env }, PROJECT_ROOT);
    mkdirSync(join(this.dataRoot, 'fleet'), { recursive: true });
    for (const id of machines) writeFileSync(join(this.dataRoot, 'fleet', `${id}.json`), JSON.stringify(machineConfig(id)));
  }

  static async create(machines: string[], env: Record<string, string> = {}): Promise<Rig> {
    const ports = { GAN_TEMPORAL_PORT: String(await freePort()), GAN_TEMPORAL_UI_PORT: String(await freePort()) };
    return new Rig({ GAN_HEARTBEAT_TIMEOUT_MS: '3000', GAN_HEARTBEAT_EVERY_MS: '300', ...ports, ...env }, machines);
  }

  /** An interpreter that can be made to die at a point. It lies beside the real one's `temporal`, so it names that. */
  private writePython(): string {
    const path = join(this.root, 'python');
    const real = join(PROJECT_ROOT, '.venv/bin/python');
    writeFileSync(path, `#!/bin/sh\nexec '${real}' '${join(PROJECT_ROOT, 'test/faults/kill_at.py')}' '${this.pointFile}' "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  private get pointFile(): string {
    return join(this.root, 'kill_at.json');
  }

  killAt(point: KillPoint): void {
    writeFileSync(this.pointFile, JSON.stringify(point));
  }

  /** Whether the point has been reached. */
  get pointHit(): boolean {
    return !existsSync(this.pointFile);
  }

  async startServer(): Promise<void> {
    this.server = await startEmbeddedServer({ ...this.settings, python: join(PROJECT_ROOT, '.venv/bin/python') });
  }

  /** Kills the server itself; its guard then ends too. */
  async killServer(): Promise<void> {
    const pids = findProcesses((command) => command.includes(join(this.root, 'state', 'temporal.db')));
    for (const pid of pids) kill(pid);
    await leftAfter(pids, 5_000);
    this.server = null;
    await this.client?.connection.close().catch(() => undefined);
    this.client = null;
  }

  async connect(): Promise<Client> {
    if (this.client === null) {
      const connection = await Connection.connect({ address: this.settings.connect.address, connectTimeout: 10_000 });
      this.client = new Client({ connection, namespace: this.settings.connect.namespace });
    }
    return this.client;
  }

  startWorker() {
    const worker = execa(process.execPath, ['scripts/gan.mjs', 'worker'], {
      cwd: PROJECT_ROOT,
      env: { ...this.env, TEMPORAL_ADDRESS: this.settings.connect.address },
      reject: false,
      stdin: 'ignore',
      stdout: { file: join(this.root, 'worker.log') },
      stderr: { file: join(this.root, 'worker.err') },
    });
    this.workers.add(worker);
    void worker.finally(() => this.workers.delete(worker));
    return worker;
  }

  async killWorker(worker: Worker): Promise<void> {
    worker.kill('SIGKILL');
    await worker;
  }

  /** Process ids of the Python scripts that work on this rig's data. */
  pythons(script = ''): number[] {
    return findProcesses((command) => command.includes(this.dataRoot) && command.includes('--supervised') && command.includes(script));
  }

  async startFleet(name: string, parameters: Record<string, unknown>, force = false): Promise<void> {
    const input = FleetRunInput.parse({ name, machineIds: this.machines, parameters, force });
    await startFleetRun(await this.connect(), this.settings, input);
  }

  async result(name: string): Promise<FleetReport> {
    const client = await this.connect();
    return (await client.workflow.getHandle(fleetWorkflowId(name)).result()) as FleetReport;
  }

  async report(name: string): Promise<FleetReport> {
    const client = await this.connect();
    return await client.workflow.getHandle(fleetWorkflowId(name)).query<FleetReport>(QUERY.status);
  }

  async live(machineId: string): Promise<LiveStep | null> {
    return await readLiveStep(await this.connect(), machineId).catch(() => null);
  }

  /** Waits until a machine's training has come so far. */
  async untilEpoch(machineId: string, epoch: number): Promise<LiveStep> {
    return await until(`epoch ${epoch} of ${machineId}`, async () => {
      const live = await this.live(machineId);
      return live?.step === 'trainTvae' && (live.heartbeat?.current ?? 0) >= epoch ? live : null;
    });
  }

  /** Digests of what a machine's steps made, by path. Manifests, reports and locks tell of times and are left out. */
  digests(): Record<string, string> {
    const files = ['metadata', 'seed_data', 'models', 'data'].flatMap((folder) => walk(join(this.dataRoot, folder)));
    const made = files.filter((path) => /\.(csv|pkl|parquet|_metadata\.json)$|_metadata\.json$/.test(path));
    return Object.fromEntries(made.map((path) => [relative(this.dataRoot, path), sha256(path)]));
  }

  /** Temporary files, half folders and checkpoints that are left. */
  leftovers(): string[] {
    return walk(this.dataRoot).map((path) => relative(this.dataRoot, path)).filter((path) => path.endsWith('.tmp') || path.includes('.tmp/') || path.includes('checkpoints/'));
  }

  /** Ends everything. @returns the processes that had to be killed because they outlived their parents */
  async close(): Promise<number[]> {
    for (const worker of this.workers) worker.kill('SIGTERM');
    await Promise.all([...this.workers].map(async (worker) => worker));
    await this.client?.connection.close().catch(() => undefined);
    await this.server?.stop();
    const orphans = await leftAfter(findProcesses((command) => command.includes(this.root)), 6_000);
    for (const pid of orphans) kill(pid);
    rmSync(this.root, { recursive: true, force: true });
    return orphans;
  }
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Asks until there is an answer. Fails after a minute, saying what was waited for. */
export async function until<T>(what: string, ask: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`);
    await delay(30);
  }
}

function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (lstatSync(path).isSymbolicLink()) return [];
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
