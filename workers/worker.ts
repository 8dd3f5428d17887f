import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { failure } from '../activities/python/failures.js';
import { createActivities } from '../activities/index.js';
import { PythonHosts } from '../activities/python/host.js';
import { dataConverterOf } from '../codec/payload-codec.js';
import { FAILURE } from '../contracts/failures.js';
import type { Settings } from '../temporal.config.js';
import { workflowBundle } from './bundle.js';
import { FAILING_ERRORS } from './failing.js';
import { temporalLogger } from './logger.js';
import { requireKeys } from './payload-keys.js';
import { requireOwnNamespace, requirePython, requireSearchAttributes } from './readiness.js';

/** A worker process: workflows and light steps on one task queue, training on another. */
export interface FleetWorker {
  /** Settles when the worker has shut down; rejects when it failed. */
  readonly ended: Promise<void>;
  /** Stops polling; running steps save a checkpoint and continue on the next worker. */
  shutdown(): Promise<void>;
}

let runtimeInstalled = false;

/** Temporal allows one runtime a process. Signals and terminal stay with the command line: it must touch neither. */
function installRuntime(log: Logger): void {
  if (runtimeInstalled) return;
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }), forward: {} } },
  });
  runtimeInstalled = true;
}

/**
 * Starts a worker on the Temporal that the settings name.
 * @throws ApplicationFailure MissingPrerequisite when it could not work here; it has polled nothing then
 * @param serve `steps: false` answers for workflows only (queries, updates, cancellation) and runs no step
 */
export async function startWorker(
  settings: Settings,
  projectRoot: string,
  log: Logger,
  serve = { steps: true },
): Promise<FleetWorker> {
  installRuntime(log);
  const connection = await connect(settings);
  try {
    await requireSearchAttributes(connection, settings.connect.namespace, log);
    await requireKeys(connection, settings);
    if (serve.steps) {
      await requirePython(settings, projectRoot, log);
      await requireOwnNamespace(connection, settings, log);
    }
    const hosts = new PythonHosts();
    const workers = await createWorkers(connection, { ...settings, projectRoot, hosts }, serve.steps);
    return new RunningWorkers(workers, connection, hosts);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function connect({ connect: { connectionOptions, address } }: Settings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ ...connectionOptions, address });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(FAILURE.missingPrerequisite, `Temporal is not reachable at ${address}: ${reason}`, {
      retryable: false,
      hint: 'start it, or correct TEMPORAL_ADDRESS',
    });
  }
}

async function createWorkers(
  connection: NativeConnection,
  settings: Settings & { projectRoot: string; hosts: PythonHosts },
  steps: boolean,
): Promise<Worker[]> {
  const activities = createActivities({
    ...settings,
    // One more machine than can train: while two are training, the next one's light steps run.
    defaultConcurrency: settings.slots.training + 1,
  });
  const common = commonOptions(connection, settings);
  const light = await Worker.create({
    ...common,
    ...(steps ? { activities } : {}),
    taskQueue: settings.queues.light,
    workflowBundle: { codePath: await workflowBundle(settings.payloadKeys !== null) },
    maxConcurrentActivityTaskExecutions: settings.slots.light,
  });
  if (!steps) return [light];
  const training = await Worker.create({
    ...common,
    activities,
    taskQueue: settings.queues.training,
    maxConcurrentActivityTaskExecutions: settings.slots.training,
  });
  return [light, training];
}

/** What both task queues' workers have in common. */
export function commonOptions(connection: NativeConnection, settings: Settings): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace: settings.connect.namespace,
    ...dataConverterOf(settings.payloadKeys),
    ...versioningOf(settings),
    workflowFailureErrorTypes: FAILING_ERRORS,
    // Heartbeats carry live progress and bring cancellation: both must be no older than about a second.
    maxHeartbeatThrottleInterval: settings.heartbeatEveryMs,
    defaultHeartbeatThrottleInterval: settings.heartbeatEveryMs,
    shutdownGraceTime: 0,
    shutdownForceTime: settings.stopGraceMs + 10_000,
  };
}

/**
 * Worker versioning: what was started on a build stays on it, a fleet run with all its machines.
 */
function versioningOf({ deployment }: Settings): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === null) return {};
  return {
    workerDeploymentOptions: { version: deployment, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  };
}

class RunningWorkers implements FleetWorker {
  readonly ended: Promise<void>;

  constructor(
    private readonly workers: Worker[],
    private readonly connection: NativeConnection,
    private readonly hosts: PythonHosts,
  ) {
    this.ended = this.run();
    this.ended.catch(() => undefined);
  }

  async shutdown(): Promise<void> {
    this.stop();
    await this.ended;
  }

  private async run(): Promise<void> {
    try {
      await Promise.all(this.workers.map((worker) => worker.run()));
    } catch (error) {
      this.stop();
      throw error;
    } finally {
      await this.hosts.close();
      await this.connection.close();
    }
  }

  private stop(): void {
    for (const worker of this.workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  }
}
