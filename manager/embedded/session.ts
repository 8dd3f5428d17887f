import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import pino from 'pino';
import type { Logger } from 'pino';
import { dataConverterOf } from '../../codec/payload-codec.js';
import type { Settings } from '../../temporal.config.js';
import { isSamePlace, placeOf } from '../../workers/data-root.js';
import { requireKeys } from '../../workers/payload-keys.js';
import { markNamespace, markedDataRoot } from '../../workers/namespace-mark.js';
import type { FleetWorker } from '../../workers/worker.js';
import { ManagerError, REFUSAL } from '../errors.js';
import type { Connected, Project } from '../project.js';
import { connectTo } from './connect.js';
import { explained } from './server-errors.js';
import { Supervisor } from './supervisor.js';

/** A command's access to Temporal: a server (embedded unless one is configured), a client and perhaps a worker. */
export interface Session extends Connected {
  /** Page of a workflow in the Temporal Web UI, or null if its address is unknown. */
  webUi: (workflowId: string, runId?: string) => string | null;
  /** Shuts the worker down, then the server, if this session started them. */
  close: () => Promise<void>;
}

/** What a command needs of a worker: none, one that only answers for workflows, or one that runs steps. */
export type WorkerNeed = 'none' | 'workflows' | 'steps';

/**
 * Opens a session. A Temporal named in the settings is used as it is; otherwise the session attaches to the embedded
 * server, or starts it and stops it again on close.
 * @param signal on abort the session is not opened, and whatever was started is stopped
 * @throws ManagerError when Temporal cannot be reached, or belongs to another data root
 */
export async function openSession(
  project: Project,
  need: WorkerNeed,
  note: (line: string) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<Session> {
  const opening = project.settings.temporalConfigured
    ? openConfigured(project, need, note)
    : openEmbedded(project, need, note);
  return await Promise.race([opening, interrupted(signal, opening)]);
}

/** Rejects when the signal aborts, and closes a session that opens all the same. */
async function interrupted(signal: AbortSignal, opening: Promise<Session>): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  opening.then((session) => session.close()).catch(() => undefined);
  throw new ManagerError(REFUSAL.interrupted, 'interrupted before anything was started');
}

async function openConfigured(project: Project, need: WorkerNeed, note: (line: string) => void): Promise<Session> {
  const { settings, projectRoot } = project;
  const client = await connect(settings);
  try {
    await requireKeys(client.connection, settings);
    const worker = need === 'steps' ? await startWorker(settings, projectRoot) : null;
    if (need !== 'steps') await noteOtherDataRoot(client, settings, note);
    const close = async () => {
      await worker?.shutdown();
      await client.connection.close();
    };
    return { ...project, client, webUi: webUiOf(settings), close };
  } catch (error) {
    await client.connection.close();
    throw error;
  }
}

async function startWorker(settings: Settings, projectRoot: string): Promise<FleetWorker> {
  const worker = await import('../../workers/worker.js');
  return await worker.startWorker(settings, projectRoot, fileLog(settings));
}

/** A command without a worker may run anywhere, but a data root other than the namespace's is worth a note. */
async function noteOtherDataRoot(client: Client, settings: Settings, note: (line: string) => void): Promise<void> {
  const own = placeOf(settings.dataRoot);
  const marked = await markedDataRoot(client.connection, settings.connect.namespace).catch(() => null);
  if (marked !== null && own.id !== null && !isSamePlace(marked, own))
    note(`this Temporal works for the data root ${marked.path} on ${marked.host}, not for ${own.path}`);
}

async function openSupervisor({ settings, projectRoot }: Project): Promise<Supervisor> {
  try {
    return new Supervisor(settings, projectRoot, fileLog(settings));
  } catch (error) {
    throw await explained(error, settings);
  }
}

async function openEmbedded(project: Project, need: WorkerNeed, note: (line: string) => void): Promise<Session> {
  const supervisor = await openSupervisor(project);
  let client: Client | null = null;
  const close = async () => {
    await supervisor.closeWorker();
    await client?.connection.close();
    await supervisor.closeServer(need !== 'steps');
  };
  try {
    const [started] = await Promise.all([
      supervisor.ensureServer(),
      need === 'none' ? null : import('../../workers/worker.js'),
    ]);
    const { settings } = supervisor;
    note(`Temporal server ${started ? 'started' : 'found'} on ${settings.connect.address}`);
    client = await connect(settings);
    await requireKeys(client.connection, settings);
    if (existsSync(settings.dataRoot))
      await markNamespace(client.connection, settings.connect.namespace, settings.dataRoot, true);
    if (need !== 'none' && !(await supervisor.ensureWorker(client, need === 'steps')))
      note('a worker of another command runs: it does the work');
    if (need === 'steps') supervisor.keep(client);
    return { ...project, settings, client, webUi: webUiOf(settings), close };
  } catch (error) {
    const cause = await explained(error, project.settings);
    await close();
    throw cause;
  }
}

async function connect(settings: Settings): Promise<Client> {
  const { connectionOptions, address, namespace } = settings.connect;
  try {
    const connection = await connectTo(address, 10_000, connectionOptions);
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
  return (workflowId, runId) => {
    if (webUi === null) return null;
    const page = `${webUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
    return runId === undefined ? page : `${page}/${runId}`;
  };
}

/** The worker's log when it shares the terminal with a live view. */
function fileLog(settings: Settings): Logger {
  mkdirSync(settings.stateDir, { recursive: true });
  return pino(
    { level: settings.logLevel },
    pino.destination({ dest: join(settings.stateDir, 'worker.log'), sync: false }),
  );
}
