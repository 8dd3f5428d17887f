import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import pino from 'pino';
import type { Logger } from 'pino';
import { loadSettings } from '../temporal.config.js';
import type { Settings } from '../temporal.config.js';
import { startWorker } from '../workers/worker.js';
import type { FleetWorker } from '../workers/worker.js';
import { CliError } from './errors.js';
import { startEmbeddedServer } from './server.js';
import type { EmbeddedServer } from './server.js';

export const PROJECT_ROOT = process.cwd();

/** A command's access to Temporal: the server (embedded when none is configured), a client and perhaps a worker. */
export interface Session {
  settings: Settings;
  client: Client;
  worker: FleetWorker | null;
  /** Page of a workflow in the Temporal Web UI, or null when its address is not known. */
  webUi: (workflowId: string, runId?: string) => string | null;
  /** Shuts the worker down, then the server that this session started. */
  close: () => Promise<void>;
}

/** What a command needs of a worker: none, one that only answers for workflows, or one that runs steps. */
export type WorkerNeed = 'none' | 'workflows' | 'steps';

/**
 * Opens a session. A Temporal that the settings name is used as it is; else the embedded server is attached to, or
 * started and, on close, stopped again.
 * @throws CliError when Temporal cannot be reached
 */
export async function openSession(need: WorkerNeed, note: (line: string) => void = () => undefined): Promise<Session> {
  const settings = loadSettings(process.env, PROJECT_ROOT);
  const server = settings.temporalConfigured ? null : await startServer(settings, note);
  try {
    const client = await connect(settings);
    const worker = need === 'none' ? null : await openWorker(client, settings, need, server !== null);
    return { settings, client, worker, webUi: webUiOf(settings), close: () => closeAll(client, worker, server) };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

async function startServer(settings: Settings, note: (line: string) => void): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer(settings);
  note(server.started ? `Temporal server started on ${settings.connect.address}` : `Temporal server found on ${settings.connect.address}`);
  return server;
}

async function connect(settings: Settings): Promise<Client> {
  const { connectionOptions, address, namespace } = settings.connect;
  try {
    const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: 10_000 });
    return new Client({ connection, namespace });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`Temporal is not reachable at ${address}: ${reason}`, 3, 'start it, or unset TEMPORAL_ADDRESS to use the embedded server');
  }
}

/** A worker for workflows alone is started only where no other answers. */
async function openWorker(client: Client, settings: Settings, need: WorkerNeed, embedded: boolean): Promise<FleetWorker | null> {
  if (need === 'workflows' && (!embedded || (await hasWorkflowPoller(client, settings)))) return null;
  return await startWorker(settings, PROJECT_ROOT, fileLog(settings), { steps: need === 'steps' });
}

async function hasWorkflowPoller(client: Client, settings: Settings): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: settings.connect.namespace,
    taskQueue: { name: settings.queues.light },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const recent = Date.now() - 90_000;
  return pollers.some((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000 > recent);
}

async function closeAll(client: Client, worker: FleetWorker | null, server: EmbeddedServer | null): Promise<void> {
  try {
    await worker?.shutdown();
    await client.connection.close();
  } finally {
    await server?.stop();
  }
}

function webUiOf(settings: Settings): Session['webUi'] {
  const { namespace, address } = settings.connect;
  const base = settings.temporalConfigured ? cloudUi(address) : `http://127.0.0.1:${settings.embedded.uiPort}`;
  return (workflowId, runId) =>
    base === null ? null : `${base}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${runId === undefined ? '' : `/${runId}`}`;
}

function cloudUi(address: string): string | null {
  return process.env['TEMPORAL_UI_ADDRESS'] ?? (address.includes('.tmprl.cloud') || address.includes('.api.temporal.io') ? 'https://cloud.temporal.io' : null);
}

/** The worker's log when it shares the terminal with a live view. */
function fileLog(settings: Settings): Logger {
  mkdirSync(settings.stateDir, { recursive: true });
  return pino({ level: settings.logLevel }, pino.destination({ dest: join(settings.stateDir, 'worker.log'), sync: false }));
}
