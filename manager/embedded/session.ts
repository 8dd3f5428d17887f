import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import type { Logger } from 'pino';
import { dataConverterOf } from '../../codec/payload-codec.js';
import type { Settings } from '../../temporal.config.js';
import { startWorker } from '../../workers/worker.js';
import { ManagerError, REFUSAL } from '../errors.js';
import type { Connected, Project } from '../project.js';
import { Keeper } from './supervisor.js';

/** A command's access to Temporal: the server (embedded when none is configured), a client and perhaps a worker. */
export interface Session extends Connected {
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
 * @throws ManagerError when Temporal cannot be reached
 */
export async function openSession(
  project: Project,
  need: WorkerNeed,
  note: (line: string) => void = () => undefined,
): Promise<Session> {
  return project.settings.temporalConfigured
    ? await openConfigured(project, need)
    : await openEmbedded(project, need, note);
}

async function openConfigured(project: Project, need: WorkerNeed): Promise<Session> {
  const { settings, projectRoot } = project;
  const client = await connect(settings);
  const worker = need === 'steps' ? await startWorker(settings, projectRoot, fileLog(settings)) : null;
  const close = async () => {
    await worker?.shutdown();
    await client.connection.close();
  };
  return { ...project, client, webUi: webUiOf(settings), close };
}

async function openEmbedded(project: Project, need: WorkerNeed, note: (line: string) => void): Promise<Session> {
  const { settings, projectRoot } = project;
  const keeper = new Keeper(settings, projectRoot, fileLog(settings));
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
    return { ...project, client, webUi: webUiOf(settings), close };
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
    throw new ManagerError(
      REFUSAL.missingPrerequisite,
      `Temporal is not reachable at ${address}: ${reason}`,
      'start it, or unset TEMPORAL_ADDRESS to use the embedded server',
    );
  }
}

function webUiOf({ connect: { namespace }, webUi }: Settings): Session['webUi'] {
  return (workflowId, runId) =>
    webUi === null
      ? null
      : `${webUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${runId === undefined ? '' : `/${runId}`}`;
}

/** The worker's log when it shares the terminal with a live view. */
function fileLog(settings: Settings): Logger {
  mkdirSync(settings.stateDir, { recursive: true });
  return pino(
    { level: settings.logLevel },
    pino.destination({ dest: join(settings.stateDir, 'worker.log'), sync: false }),
  );
}
