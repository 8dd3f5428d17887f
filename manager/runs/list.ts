import proto from '@temporalio/proto';
import type { RunFilter, RunList, RunRow } from '../../contracts/api/runs.js';
import { RUN_STATUSES, WORKFLOW } from '../../contracts/runs.js';
import type { PipelineStatus } from '../../contracts/runs.js';
import { STEPS, fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { milliseconds } from '../live-step.js';
import type { Connected } from '../project.js';
import { readRun } from './account.js';
import { recordedRuns } from './records.js';

/** What Temporal calls the statuses. A paused run runs: only its own account tells them apart. */
const TEMPORAL: Record<PipelineStatus, readonly string[]> = {
  running: ['Running'],
  paused: [],
  succeeded: ['Completed'],
  failed: ['Failed', 'TimedOut', 'Terminated'],
  cancelled: ['Canceled'],
};
/** Parts of a fleet run that continued as new are one run; the earlier parts are not listed. */
const LISTED = "ExecutionStatus != 'ContinuedAsNew'";

/** Runs of machines and of fleets, the newest first, a page at a time. */
export async function listRuns(connected: Connected, filter: RunFilter): Promise<RunList> {
  const terms = termsOf(filter);
  const [page, counts] = await Promise.all([readPage(connected, filter, terms), count(connected, terms)]);
  const complete = filter.machine !== undefined && page.next === null && filter.cursor === undefined;
  return { ...page, runs: complete ? await withForgotten(connected, filter, page.runs) : page.runs, counts };
}

/** The parts of the query, apart from the status. */
function termsOf({ kind, type, fleetRun, machine, q }: RunFilter): string[] {
  const types = [WORKFLOW.machinePipeline, WORKFLOW.fleetRun].filter(
    (name) => kind === undefined || (kind === 'machine') === (name === WORKFLOW.machinePipeline),
  );
  // Only what cannot end a quoted text.
  const begins = q?.replaceAll(/[^A-Za-z0-9._-]/g, '') ?? '';
  return [
    `WorkflowType IN (${types.map((name) => `'${name}'`).join(', ')})`,
    LISTED,
    ...(type === undefined ? [] : [`MachineType = '${type}'`]),
    ...(fleetRun === undefined ? [] : [`FleetRun = '${fleetRun}'`]),
    ...(machine === undefined ? [] : [`WorkflowId = '${machineWorkflowId(machine)}'`]),
    ...(begins === ''
      ? []
      : [`(${[machineWorkflowId, fleetWorkflowId].map((id) => startsWith(id(begins))).join(' OR ')})`]),
  ];
}

function startsWith(text: string): string {
  return `WorkflowId STARTS_WITH '${text}'`;
}

async function readPage({ client }: Connected, { status, cursor, limit }: RunFilter, terms: readonly string[]) {
  const statuses = status === undefined ? null : TEMPORAL[status];
  if (statuses?.length === 0) return { runs: [], next: null };
  const only = statuses === null ? [] : [`ExecutionStatus IN (${statuses.map((name) => `'${name}'`).join(', ')})`];
  const answer = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query: [...terms, ...only].join(' AND '),
    pageSize: limit,
    nextPageToken: cursor === undefined ? new Uint8Array() : Buffer.from(cursor, 'base64url'),
  });
  const token = Buffer.from(answer.nextPageToken);
  return {
    runs: answer.executions.flatMap((execution) => rowOf(execution) ?? []),
    next: token.length === 0 ? null : token.toString('base64url'),
  };
}

type Raw = proto.temporal.api.workflow.v1.IWorkflowExecutionInfo;

function rowOf({ execution, status, startTime, closeTime, searchAttributes }: Raw): RunRow | null {
  const { workflowId, runId } = execution ?? {};
  const [kind, name] = workflowId?.split(/\/(.*)/) ?? [];
  if (runId == null || name === undefined || (kind !== 'machine' && kind !== 'fleet')) return null;
  const attribute = (key: string) => textOf(searchAttributes?.indexedFields?.[key]?.data);
  const step = attribute(SEARCH_ATTRIBUTES.step);
  return {
    ...{ kind, name, runId, status: statusOf(status) },
    machineType: attribute(SEARCH_ATTRIBUTES.machineType),
    fleetRun: kind === 'machine' ? attribute(SEARCH_ATTRIBUTES.fleetRun) : null,
    step: STEPS.find((one) => one === step) ?? null,
    startedAt: milliseconds(startTime) ?? 0,
    finishedAt: milliseconds(closeTime),
  };
}

function statusOf(status: Raw['status']): PipelineStatus {
  const { WorkflowExecutionStatus } = proto.temporal.api.enums.v1;
  if (status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) return 'running';
  if (status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED) return 'succeeded';
  return status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED ? 'cancelled' : 'failed';
}

/** Search attributes are JSON, and never encrypted. */
function textOf(data: Uint8Array | null | undefined): string | null {
  const value: unknown = data == null ? null : JSON.parse(Buffer.from(data).toString());
  return typeof value === 'string' ? value : null;
}

/** Adds the runs that only their records remember. */
async function withForgotten(connected: Connected, { machine, status }: RunFilter, runs: RunRow[]): Promise<RunRow[]> {
  if (machine === undefined) return runs;
  const known = new Set(runs.map(({ runId }) => runId));
  const forgotten = (await recordedRuns(connected, machine)).filter((runId) => !known.has(runId));
  const read = await Promise.all(forgotten.map((runId) => readRun(connected, machine, runId).catch(() => null)));
  const rows = read.flatMap((run) => (run === null ? [] : [{ ...run, kind: 'machine' as const, name: machine }]));
  return [...runs, ...rows.filter((row) => status === undefined || row.status === status)].sort(
    (a, b) => b.startedAt - a.startedAt,
  );
}

async function count({ client }: Connected, terms: readonly string[]): Promise<RunList['counts']> {
  const counts = { running: 0, paused: 0, succeeded: 0, failed: 0, cancelled: 0 };
  const { groups } = await client.workflow.count(`${terms.join(' AND ')} GROUP BY ExecutionStatus`);
  for (const { count: many, groupValues } of groups) {
    const status = RUN_STATUSES.find((one) => TEMPORAL[one].includes(String(groupValues[0])));
    if (status !== undefined) counts[status] += many;
  }
  return counts;
}
