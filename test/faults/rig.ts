import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { HOST_SCRIPT } from '../../activities/python/host.js';
import { FleetRunInput } from '../../contracts/parameters.js';
import type { FleetAccount } from '../../contracts/runs.js';
import { fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import { readWhole } from '../../manager/fleet-account.js';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { startFleetRun } from '../../manager/fleet-runs.js';
import { startEmbeddedServer } from '../../manager/embedded/server.js';
import type { EmbeddedServer } from '../../manager/embedded/server.js';
import { loadSettings } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';
import { findProcesses, isRunning, leftAfter, parentOf } from '../support/processes.js';
import { freePort } from '../support/ports.js';
import { machineConfig } from '../support/profiles.js';
import { PROJECT_ROOT } from '../support/python.js';
import { PARAMETERS, artifacts, halfWritten } from './artifacts.js';

/** What happens to a Python process, and where. See faulty.py. */
export interface Fault {
  kind: 'kill' | 'segfault' | 'out of memory' | 'hang' | 'deaf' | 'exit' | 'disk full' | 'read-only';
  /** Script's file name, with wildcards. */
  script: string;
  call: 'replace' | 'fsync' | 'symlink' | 'progress';
  when?: 'before' | 'after';
  /** Path that the call is given, with wildcards. */
  path?: string;
  /** For `progress`: from this epoch on. */
  at?: number;
  /** Strikes every time, not only once. */
  lasting?: boolean;
}

/** A line of what the Python processes did. `at` in milliseconds since 1970. */
export interface Trace {
  what: 'start' | 'end' | 'progress' | 'fault';
  at: number;
  pid: number;
  script: string;
  machine: string | null;
  current?: number;
  fault?: string;
}

export const TRAINING = 'train_tvae_machine.py';
/** Seconds that each epoch takes at least: PARAMETERS.epochs of them are a training of some seconds. */
const PACE = '0.04';

/** Real processes to inject faults into: a dev server, workers and their Python, on a data root of their own. */
export class Rig {
  readonly root = mkdtempSync(join(tmpdir(), 'rig-'));
  readonly dataRoot = join(this.root, 'GAN');
  readonly settings: Settings;
  readonly env: Record<string, string>;
  private server: EmbeddedServer | null = null;
  private client: Client | null = null;
  private readonly children = new Set<ChildProcess>();
  private faults = 0;

  private constructor(
    env: Record<string, string>,
    readonly machines: readonly string[],
  ) {
    const python = this.writePython();
    this.env = {
      ...env,
      TEMPORAL_ADDRESS: '',
      GAN_ROOT: this.dataRoot,
      GAN_STATE_DIR: join(this.root, 'state'),
      GAN_PYTHON: python,
    };
    this.settings = loadSettings(this.env, PROJECT_ROOT);
    mkdirSync(join(this.dataRoot, 'fleet'), { recursive: true });
    mkdirSync(join(this.root, 'faults'));
    for (const id of machines)
      writeFileSync(join(this.dataRoot, 'fleet', `${id}.json`), JSON.stringify(machineConfig(id)));
  }

  static async create(machines: readonly string[], env: Record<string, string> = {}): Promise<Rig> {
    const ports = { GAN_TEMPORAL_PORT: String(await freePort()), GAN_TEMPORAL_UI_PORT: String(await freePort()) };
    return new Rig(
      {
        GAN_HEARTBEAT_TIMEOUT_MS: '3000',
        GAN_HEARTBEAT_EVERY_MS: '300',
        GAN_TRAINING_SLOTS: '2',
        GAN_LIGHT_SLOTS: '2',
        ...ports,
        ...env,
      },
      machines,
    );
  }

  /** A rig with its server and a number of workers running. */
  static async running(machines: readonly string[], workers = 1, env: Record<string, string> = {}): Promise<Rig> {
    const rig = await Rig.create(machines, env);
    try {
      await rig.startServer();
      await Promise.all(Array.from({ length: workers }, () => rig.startWorker()));
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** An interpreter that can be made to fail; beside it, as set-up has it, the `temporal` binary. */
  private writePython(): string {
    const path = join(this.root, 'python');
    const real = join(PROJECT_ROOT, '.venv/bin');
    const faulty = `exec '${real}/python' '${join(import.meta.dirname, 'faulty.py')}' '${this.root}' ${PACE} "$@"`;
    writeFileSync(path, `#!/bin/sh\ncase "$1" in *.py) ${faulty};; *) exec '${real}/python' "$@";; esac\n`);
    chmodSync(path, 0o755);
    symlinkSync(join(real, 'temporal'), join(this.root, 'temporal'));
    return path;
  }

  /** Arms a fault. @returns functions that tell whether it has struck, and that disarm it */
  arm(fault: Fault): { struck: () => boolean; disarm: () => void } {
    const name = String(this.faults++).padStart(3, '0');
    const file = join(this.root, 'faults', `${name}.json`);
    writeFileSync(file, JSON.stringify({ when: 'before', path: '*', at: 0, lasting: false, ...fault }));
    return {
      struck: () => this.trace().some((line) => line.what === 'fault' && line.fault === name),
      disarm: () => {
        rmSync(file, { force: true });
      },
    };
  }

  trace(machine?: string, script?: string): Trace[] {
    const path = join(this.root, 'trace.jsonl');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Trace);
    return lines.filter(
      (line) => (machine === undefined || line.machine === machine) && (script === undefined || line.script === script),
    );
  }

  async startServer(): Promise<void> {
    this.server = await startEmbeddedServer(this.settings);
  }

  /** The server's own process. */
  serverPids(): number[] {
    return findProcesses(
      (command) => command.includes(join(this.root, 'state', 'temporal.db')) && !command.includes('embedded/guard'),
    );
  }

  guardPids(): number[] {
    return findProcesses(
      (command) => command.includes(join(this.root, 'state', 'temporal.db')) && command.includes('embedded/guard'),
    );
  }

  /** Kills the server and the guard that would start it again. */
  async killServerForGood(): Promise<void> {
    const pids = [...this.guardPids(), ...this.serverPids()];
    for (const pid of pids) kill(pid);
    await leftAfter(pids, 10_000);
    this.server = null;
  }

  async connect(): Promise<Client> {
    if (this.client === null) {
      const connection = await Connection.connect({ address: this.settings.connect.address, connectTimeout: 20_000 });
      this.client = new Client({ connection, namespace: this.settings.connect.namespace });
    }
    return this.client;
  }

  /** Starts a worker and waits until it polls. */
  async startWorker(): Promise<ChildProcess> {
    const log = join(this.root, `worker-${this.children.size}-${Date.now()}.log`);
    const worker = this.spawn(['worker'], log, { TEMPORAL_ADDRESS: this.settings.connect.address });
    await until('a worker to be ready', () => {
      if (worker.exitCode !== null) throw new Error(`the worker ended: ${readFileSync(log, 'utf8')}`);
      return readFileSync(log, 'utf8').includes('worker ready') ? true : null;
    });
    return worker;
  }

  /** Starts the command line, as a person does. */
  gan(...args: string[]): ChildProcess {
    return this.spawn(args, join(this.root, `gan-${this.children.size}.log`), {});
  }

  private spawn(args: string[], log: string, env: Record<string, string>): ChildProcess {
    const out = openSync(log, 'a');
    const child = spawn(process.execPath, ['scripts/gan.mjs', ...args], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, ...this.env, ...env },
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  get workers(): ChildProcess[] {
    return [...this.children];
  }

  /** The worker whose Python trains. */
  trainer(): ChildProcess {
    const parents = this.pythons(TRAINING).map(parentOf);
    const found = this.workers.find(({ pid }) => pid !== undefined && parents.includes(pid));
    if (found === undefined) throw new Error('no worker trains');
    return found;
  }

  /** Process ids of the Python scripts that work on this rig's data. */
  pythons(script = '.py'): number[] {
    return this.hosts((command) => command.includes(script) && !command.includes(HOST_SCRIPT));
  }

  /** Process ids of the Python processes of this rig's workers, including those that wait for a script. */
  hosts(matches: (command: string) => boolean = () => true): number[] {
    return findProcesses(
      (command) => command.startsWith('python GAN/') && command.includes(this.dataRoot) && matches(command),
    );
  }

  async startFleet(name: string, changes: Partial<FleetRunInput> = {}): Promise<WorkflowHandle> {
    const client = await this.connect();
    await startFleetRun(
      { client, settings: this.settings, projectRoot: PROJECT_ROOT },
      FleetRunInput.parse({ name, machineIds: this.machines, parameters: PARAMETERS, ...changes }),
    );
    return client.workflow.getHandle(fleetWorkflowId(name));
  }

  async fleet(name: string): Promise<WorkflowHandle> {
    return (await this.connect()).workflow.getHandle(fleetWorkflowId(name));
  }

  async machine(machineId: string): Promise<WorkflowHandle> {
    return (await this.connect()).workflow.getHandle(machineWorkflowId(machineId));
  }

  /** The account of a fleet run at its end; asks again when the server goes away meanwhile. */
  async result(name: string): Promise<WholeFleet> {
    return await until(
      `fleet run ${name} to end`,
      async () => {
        try {
          const handle = await this.fleet(name);
          return await readWhole(handle, (await handle.result()) as FleetAccount);
        } catch (error) {
          if (isUnavailable(error)) return null;
          throw error;
        }
      },
      300_000,
    );
  }

  async report(name: string): Promise<WholeFleet> {
    return await readWhole(await this.fleet(name));
  }

  /** Waits until a machine's training has reached an epoch. */
  async untilEpoch(machineId: string, epoch: number): Promise<Trace> {
    return await until(
      `epoch ${epoch} of ${machineId}`,
      () => this.epochs(machineId).find((line) => (line.current ?? 0) >= epoch) ?? null,
    );
  }

  /** Waits until a script has started for a machine, after a moment. */
  async untilStarted(machineId: string, script: string, after = 0): Promise<Trace> {
    return await until(
      `${script} of ${machineId} to start`,
      () => this.trace(machineId, script).find((line) => line.what === 'start' && line.at > after) ?? null,
    );
  }

  /** When a script first ended in order. */
  endOf(machineId: string, script: string): number {
    return this.trace(machineId, script).find((line) => line.what === 'end')?.at ?? Number.NaN;
  }

  epochs(machineId: string): Trace[] {
    return this.trace(machineId, TRAINING).filter((line) => line.what === 'progress');
  }

  /** Epochs that a machine trained more than once, after a moment. */
  repeatedEpochs(machineId: string, after = 0): number {
    const seen = this.epochs(machineId).flatMap((line) => (line.at > after ? [line.current] : []));
    return seen.length - new Set(seen).size;
  }

  digests(): Record<string, string> {
    return artifacts(this.dataRoot);
  }

  leftovers(): string[] {
    return halfWritten(this.dataRoot);
  }

  /** The output of the worker and the command line, for a failure's message. */
  logs(): string {
    return readdirSync(this.root)
      .filter((name) => name.endsWith('.log'))
      .map((name) => `── ${name}\n${readFileSync(join(this.root, name), 'utf8').slice(-3_000)}`)
      .join('\n');
  }

  note(line: string): void {
    appendFileSync(join(this.root, 'notes.log'), `${line}\n`);
  }

  /** Ends everything. @returns processes that outlived their parents and had to be killed */
  async close(): Promise<number[]> {
    for (const child of this.children) child.kill('SIGTERM');
    await Promise.all([...this.children].map((child) => ended(child, 30_000)));
    await this.client?.connection.close().catch(() => undefined);
    await this.server?.stop();
    const orphans = await leftAfter(
      findProcesses((command) => command.includes(this.root)),
      6_000,
    );
    for (const pid of orphans) kill(pid, 'SIGKILL');
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
    return orphans;
  }
}

/** Waits for a child's end; kills it when it takes too long. */
export async function ended(child: ChildProcess, ms = 60_000): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    await once(child, 'exit');
    clearTimeout(timer);
  }
  return child.exitCode;
}

export function kill(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return pid !== undefined && isRunning(pid) && process.kill(pid, signal);
  } catch {
    return false;
  }
}

function isUnavailable(error: unknown): boolean {
  return /UNAVAILABLE|CANCELLED|Failed to connect|ECONNREFUSED|Channel (has been|closed)/i.test(
    String(error) + String((error as { cause?: unknown }).cause),
  );
}

/** Asks until there is an answer. The limit is for a hang, not a bound of what is tested. */
export async function until<T>(what: string, ask: () => Promise<T | null> | T | null, limitMs = 120_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await delay(20);
  }
}
