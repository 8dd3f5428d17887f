import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import type { Logger } from 'pino';
import { dataConverterOf } from '../../codec/payload-codec.js';
import { loadSettings } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';
import { startWorker } from '../../workers/worker.js';
import { CliError } from '../../scripts/errors.js';
import { Keeper } from './supervisor.js';

export const PROJECT_ROOT = process.cwd();

/** A command's access to Temporal: the server (embedded when none is configured), a client and perhaps a worker. */
export interface Session {
  settings: Settings;
  client: Client;
  /** Page of a workflow in the Temporal Web UI, or null when its address is not known. */
  webUi: (workflowId: string, runId?: string) => string | null;
  /** Shuts the worker down, then the server, if this session started them. */
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
  return settings.temporalConfigured ? await openConfigured(settings, need) : await openEmbedded(settings, need, note);
}

async function openConfigured(settings: Settings, need: WorkerNeed): Promise<Session> {
  const client = await connect(settings);
  const worker = need === 'steps' ? await startWorker(settings, PROJECT_ROOT, fileLog(settings)) : null;
  const close = async () => {
    await worker?.shutdown();
    await client.connection.close();
  };
  return { settings, client, webUi: webUiOf(settings), close };
}

async function openEmbedded(settings: Settings, need: WorkerNeed, note: (line: string) => void): Promise<Session> {
  const keeper = new Keeper(settings, PROJECT_ROOT, fileLog(settings));
  try {
    const started = await keeper.ensureServer();
    note(`Temporal server ${started ? 'started' : 'found'} on ${settings.connect.address}`);
    const client = await connect(settings);
    if (need !== 'none' && !(await keeper.ensureWorker(client, need === 'steps')))
      note('a worker of another command runs: it does the work');
    if (need === 'steps') keeper.keep(client);
    const close = async () => {
      await keeper.closeWorker();
      await client.connection.close();
      await keeper.closeServer();
    };
    return { settings, client, webUi: webUiOf(settings), close };
  } catch (error) {
    await keeper.closeWorker();
    await keeper.closeServer();
    throw error;
  }
}

async function connect(settings: Settings): Promise<Client> {
  const { connectionOptions, address, namespace } = settings.connect;
  try {
    const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: 10_000 });
    return new Client({ connection, namespace, ...dataConverterOf(settings.payloadKeys) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `Temporal is not reachable at ${address}: ${reason}`,
      3,
      'start it, or unset TEMPORAL_ADDRESS to use the embedded server',
    );
  }
}

function webUiOf(settings: Settings): Session['webUi'] {
  const { namespace, address } = settings.connect;
  const base = settings.temporalConfigured ? cloudUi(address) : `http://127.0.0.1:${settings.embedded.uiPort}`;
  return (workflowId, runId) =>
    base === null
      ? null
      : `${base}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${runId === undefined ? '' : `/${runId}`}`;
}

function cloudUi(address: string): string | null {
  return (
    process.env['TEMPORAL_UI_ADDRESS'] ??
    (address.includes('.tmprl.cloud') || address.includes('.api.temporal.io') ? 'https://cloud.temporal.io' : null)
  );
}

/** The worker's log when it shares the terminal with a live view. */
function fileLog(settings: Settings): Logger {
  mkdirSync(settings.stateDir, { recursive: true });
  return pino(
    { level: settings.logLevel },
    pino.destination({ dest: join(settings.stateDir, 'worker.log'), sync: false }),
  );
}
