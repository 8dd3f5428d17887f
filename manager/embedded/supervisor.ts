import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Logger } from 'pino';
import type { Settings } from '../../temporal.config.js';
import type { FleetWorker } from '../../workers/worker.js';
import { isServing, isTakenOver, startEmbeddedServer } from './server.js';
import type { EmbeddedServer } from './server.js';

const EVERY_MS = 1_000;
/** How many looks in a row must find no server before one is started: a guard restarts its own sooner. */
const MISSES = 3;
const { TaskQueueType } = proto.temporal.api.enums.v1;
/** How long the server lists a poller after its last call. */
const POLLER_MS = 90_000;

/**
 * Keeps the embedded server, and a worker that runs steps, on this machine for as long as a command needs them. It
 * uses what another process started; when that process ends, it steps in.
 */
export class Supervisor {
  private server: EmbeddedServer | null = null;
  private worker: FleetWorker | null = null;
  private readonly closing = new AbortController();
  private keeping = Promise.resolve();

  constructor(
    public settings: Settings,
    private readonly projectRoot: string,
    private readonly log: Logger,
  ) {}

  /** Attaches to the server, or starts it. @returns whether it was started */
  async ensureServer(): Promise<boolean> {
    const server = await startEmbeddedServer(this.settings);
    if (server.started) this.server = server;
    // From now on the ports are fixed: the client and the worker use these.
    this.settings = { ...server.settings, portsGiven: { port: true, uiPort: true } };
    return server.started;
  }

  /** Starts a worker if no other polls. @returns whether it was started */
  async ensureWorker(client: Client, steps: boolean): Promise<boolean> {
    const { light, training } = this.settings.queues;
    if (
      await hasPoller(
        client,
        this.settings,
        steps ? training : light,
        steps ? TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY : TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      )
    )
      return false;
    const { startWorker } = await import('../../workers/worker.js');
    this.worker = await startWorker(this.settings, this.projectRoot, this.log, { steps });
    this.worker.ended.catch((error: unknown) => {
      this.log.error({ err: error }, 'the worker failed');
      this.worker = null;
    });
    return true;
  }

  /** Keeps both running from now on: looks every second, until it is closed. */
  keep(client: Client): void {
    this.keeping = this.keepOn(client);
  }

  private async keepOn(client: Client): Promise<void> {
    // Loaded now, while its file is sure to exist: it may be needed days later.
    await import('../../workers/worker.js');
    let misses = 0;
    while (await this.waited()) {
      try {
        misses = (await isServing(this.settings)) ? 0 : misses + 1;
        // The steps on it are another data root's and must not be done here.
        if (misses > 0 && (await isTakenOver(this.settings))) await this.endWorker();
        if (misses >= MISSES) await this.ensureServer();
        else if (misses === 0 && this.worker === null) await this.ensureWorker(client, true);
      } catch (error) {
        this.log.error({ err: error }, 'server or worker is not there; trying again');
      }
    }
  }

  private async endWorker(): Promise<void> {
    await this.worker?.shutdown();
    this.worker = null;
  }

  private async waited(): Promise<boolean> {
    await delay(EVERY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    return !this.closing.signal.aborted;
  }

  /** Shuts down the worker that this supervisor started; steps save their checkpoints. */
  async closeWorker(): Promise<void> {
    this.closing.abort();
    await this.keeping;
    await this.worker?.shutdown();
  }

  /** Stops the server that this supervisor started. @param atOnce kills it: nothing worked on it meanwhile */
  async closeServer(atOnce = false): Promise<void> {
    this.closing.abort();
    await this.keeping;
    await this.server?.stop(atOnce);
  }
}

/** Whether a worker polls. The server lists a dead worker for a while, so one of this host must have a live process. */
async function hasPoller(
  client: Client,
  settings: Settings,
  queue: string,
  taskQueueType: proto.temporal.api.enums.v1.TaskQueueType,
): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: settings.connect.namespace,
    taskQueue: { name: queue },
    taskQueueType,
  });
  const recent = Date.now() - POLLER_MS;
  return pollers.some(
    (poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000 > recent && isAlive(poller.identity ?? ''),
  );
}

/** A worker's identity is `pid@host`; one of another host counts as alive. */
function isAlive(identity: string): boolean {
  const [pid, host] = identity.split('@');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
