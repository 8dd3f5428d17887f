import { execFileSync, fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { FleetRunInput } from '../contracts/parameters.js';
import type { FleetAccount } from '../contracts/runs.js';
import { WORKFLOW } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { readAccount, readPage } from '../manager/fleet-account.js';
import { startEmbeddedServer } from '../manager/embedded/server.js';
import { loadSettings } from '../temporal.config.js';
import { freePort } from '../test/support/ports.js';
import { Payloads } from './scale-payloads.js';

/**
 * `npm run bench:scale`: what a fleet run itself costs, with steps that do nothing, on a real dev server with a real
 * worker. Prints a line a size; `-- --sizes 26,1000 --concurrency 50` chooses.
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '26,1000,5000,10000' },
    concurrency: { type: 'string', default: '20' },
  },
});
const sizes = values.sizes.split(',').map(Number);
const concurrency = Number(values.concurrency);
const PROJECT = process.cwd();
/** A small fleet ends too soon to be timed once: it runs this often, and the median counts. */
const SMALL = 200;
const TIMES = 5;
const ASK_MS = 2_000;

interface Measured {
  machines: number;
  seconds: number;
  events: number;
  runs: number;
  largestPayload: number;
  statusMs: number;
  pageMs: number;
  /** The same as long as the run goes on. */
  runningMs: number;
  serverMb: number;
  workerMb: number;
}

const root = mkdtempSync(join(tmpdir(), 'scale-'));
const env = {
  GAN_TEMPORAL_PORT: String(await freePort()),
  GAN_TEMPORAL_UI_PORT: String(await freePort()),
  GAN_STATE_DIR: join(root, 'state'),
  GAN_ROOT: join(root, 'GAN'),
};
const settings = loadSettings(env, PROJECT);
const server = await startEmbeddedServer(settings);
const worker = fork(join(import.meta.dirname, 'scale-worker.ts'), {
  env: { ...process.env, ...env, TEMPORAL_ADDRESS: settings.connect.address },
  execArgv: ['--import', 'tsx'],
});
try {
  await once(worker, 'message');
  const connection = await Connection.connect({ address: settings.connect.address });
  const client = new Client({ connection, namespace: settings.connect.namespace });
  await runFleet(client, 26, 'warm-up');
  print([
    'machines',
    'machines/s',
    'ms each',
    '× smallest',
    'events',
    'runs',
    'largest payload',
    'status',
    'page',
    'while it runs',
  ]);
  let first: number | null = null;
  for (const size of sizes) {
    const measured = await measure(client, size);
    const each = (measured.seconds / size) * 1000;
    first ??= each;
    printMeasured(measured, each, each / first);
  }
  await connection.close();
} finally {
  await stop(worker);
  await server.stop();
  rmSync(root, { recursive: true, force: true });
}

async function measure(client: Client, machines: number): Promise<Measured> {
  const seconds: number[] = [];
  const whileRunning: number[] = [];
  const times = machines < SMALL ? TIMES : 1;
  let name = '';
  for (let time = 0; time < times; time += 1) {
    name = `scale-${machines}-${time}`;
    seconds.push(await runFleet(client, machines, name, whileRunning));
  }
  const handle = client.workflow.getHandle(fleetWorkflowId(name));
  const payloads = new Payloads();
  await payloads.addChain(client, handle.workflowId);
  const account = await timed(() => readAccount(handle));
  const page = await timed(() => readPage(handle, { limit: 100 }));
  const largest = await readPage(handle, { limit: 1_000 });
  return {
    machines,
    seconds: median(seconds),
    events: payloads.events,
    runs: payloads.runs,
    largestPayload: Math.max(payloads.largest, bytesOf(account.value), bytesOf(largest)),
    statusMs: account.ms,
    pageMs: page.ms,
    runningMs: median(whileRunning),
    serverMb: rssMb(serverPid()),
    workerMb: rssMb(worker.pid ?? 0),
  };
}

/** @returns the seconds that it took
 * @param pages what a page took, asked now and then
 */
async function runFleet(client: Client, machines: number, name: string, pages: number[] = []): Promise<number> {
  const began = performance.now();
  const input = FleetRunInput.parse({ name, concurrency });
  const handle = await client.workflow.start(WORKFLOW.fleetRun, {
    workflowId: fleetWorkflowId(name),
    taskQueue: settings.queues.light,
    // The worker's plan has as many machines as the random seed says: names must tell runs apart.
    args: [{ ...input, parameters: { ...input.parameters, seed: machines } }],
  });
  const asked: Promise<unknown>[] = [];
  const asking = setInterval(() => {
    const began = performance.now();
    asked.push(readPage(handle, { limit: 100 }).then(() => pages.push(performance.now() - began)));
  }, ASK_MS);
  const account = (await handle.result().finally(() => {
    clearInterval(asking);
  })) as FleetAccount;
  await Promise.allSettled(asked);
  if (account.counts.succeeded !== machines) throw new Error(`only ${JSON.stringify(account.counts)} of ${machines}`);
  return (performance.now() - began) / 1000;
}

/** The best of several: a query is answered from memory, so anything slower is the host's doing. */
async function timed<T>(read: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const times: number[] = [];
  let value = await read();
  for (let time = 0; time < 10; time += 1) {
    const began = performance.now();
    value = await read();
    times.push(performance.now() - began);
  }
  return { value, ms: median(times) };
}

function printMeasured(measured: Measured, each: number, ratio: number): void {
  print([
    measured.machines.toLocaleString('en'),
    (1000 / each).toFixed(1),
    each.toFixed(1),
    ratio.toFixed(2),
    measured.events.toLocaleString('en'),
    String(measured.runs),
    `${(measured.largestPayload / 1024).toFixed(1)} KB`,
    `${measured.statusMs.toFixed(1)} ms`,
    `${measured.pageMs.toFixed(1)} ms`,
    `${measured.runningMs.toFixed(1)} ms`,
  ]);
  process.stdout.write(`  memory: server ${measured.serverMb} MB, worker ${measured.workerMb} MB\n`);
}

function print(cells: string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(17)).join('')}\n`);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function serverPid(): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const own = lines.filter((line) => line.includes(root) && line.includes('start-dev') && !line.includes('guard.mjs'));
  return Number(own[0]?.trim().split(/\s+/)[0] ?? 0);
}

function rssMb(pid: number): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Math.round(Number(kilobytes) / 1024);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
