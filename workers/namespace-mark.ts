import { Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { ConnectionLike } from '@temporalio/client';
import { failure } from '../activities/python/failures.js';
import { FAILURE } from '../contracts/failures.js';
import { WORKFLOW } from '../contracts/runs.js';
import { Place, identify, isSamePlace } from './data-root.js';

/**
 * Which data root a namespace works for. Workflow ids are machine ids, so two data roots in one namespace would
 * take each other's runs. The mark is a schedule that never runs: any server keeps it, and only one can be made.
 */
const MARK = 'gan-data-root';

/** The data root that the namespace belongs to, or null if it has no mark. */
export async function markedDataRoot(connection: ConnectionLike, namespace: string): Promise<Place | null> {
  try {
    const { memo } = await new Client({ connection, namespace }).schedule.getHandle(MARK).describe();
    return Place.parse(memo?.['dataRoot']);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/**
 * Marks the namespace as this data root's, which must exist.
 * @param owned the server belongs to this data root alone: a mark that says otherwise is out of date
 * @throws ApplicationFailure MissingPrerequisite when it belongs to another, naming both
 */
export async function markNamespace(
  connection: ConnectionLike,
  namespace: string,
  dataRoot: string,
  owned: boolean,
): Promise<void> {
  const own = identify(dataRoot);
  const marked = await createMark(connection, namespace, own);
  if (marked === null) return;
  if (owned && !isEqual(marked, own)) {
    await new Client({ connection, namespace }).schedule.getHandle(MARK).delete();
    await createMark(connection, namespace, own);
  } else if (!owned && !isSamePlace(marked, own)) throw otherDataRoot(marked, own, namespace);
}

/** @returns the existing mark, or null */
async function createMark(connection: ConnectionLike, namespace: string, own: Place): Promise<Place | null> {
  const marked = await markedDataRoot(connection, namespace);
  if (marked !== null) return marked;
  try {
    await new Client({ connection, namespace }).schedule.create({
      scheduleId: MARK,
      spec: {},
      action: { type: 'startWorkflow', workflowType: WORKFLOW.fleetHealth, taskQueue: MARK, args: [] },
      memo: { dataRoot: own },
      state: { paused: true, note: 'marks the data root that this namespace belongs to; never runs' },
    });
    return null;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    return await markedDataRoot(connection, namespace);
  }
}

function isEqual(a: Place, b: Place): boolean {
  return a.path === b.path && a.host === b.host && a.id === b.id;
}

function otherDataRoot(marked: Place, own: Place, namespace: string) {
  return failure(
    FAILURE.missingPrerequisite,
    `the namespace ${namespace} works for the data root ${marked.path} on ${marked.host}, ` +
      `not for ${own.path} on ${own.host}`,
    {
      retryable: false,
      hint:
        `give each data root a namespace of its own: TEMPORAL_NAMESPACE=…; if the other no longer exists: ` +
        `temporal schedule delete --namespace ${namespace} --schedule-id ${MARK}`,
    },
  );
}
