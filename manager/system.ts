import proto from '@temporalio/proto';
import type { SystemState } from '../contracts/api/system.js';
import type { Connected } from './project.js';

/** How long Temporal may take to answer before it counts as unreachable. */
const PATIENCE_MS = 3_000;

type Queues = SystemState['queues'];

/** Whether Temporal answers, and how many workers poll each task queue. Never throws: silence is an answer. */
export async function readSystem(connected: Connected, version: string): Promise<SystemState> {
  const { settings } = connected;
  const pollers = await readPollers(connected, settings.queues).catch(() => null);
  return {
    version,
    dataRoot: settings.dataRoot,
    temporal: {
      reachable: pollers !== null,
      address: settings.connect.address,
      namespace: settings.connect.namespace,
      webUi: settings.webUi,
    },
    pollers,
    queues: settings.queues,
  };
}

async function readPollers(connected: Connected, queues: Queues): Promise<SystemState['pollers']> {
  const [light, training] = await Promise.all([count(connected, queues.light), count(connected, queues.training)]);
  return { light, training };
}

async function count({ client, settings }: Connected, queue: string): Promise<number> {
  const { connection } = client;
  const answer = await connection.withDeadline(Date.now() + PATIENCE_MS, () =>
    connection.workflowService.describeTaskQueue({
      namespace: settings.connect.namespace,
      taskQueue: { name: queue },
      // Activities: what a worker that runs steps polls.
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    }),
  );
  return answer.pollers.length;
}
