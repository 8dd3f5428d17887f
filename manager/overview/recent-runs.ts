import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { FleetRunSummary } from '../../contracts/api/machines.js';
import { WORKFLOW } from '../../contracts/runs.js';
import type { FleetAccount } from '../../contracts/runs.js';
import { fleetWorkflowId } from '../../contracts/steps.js';
import { readAccount } from '../fleet-account.js';
import type { Connected } from '../project.js';
import { isUnreachable } from '../workflow-end.js';

const DEFAULT_COUNT = 12;

/** Summaries of the last fleet runs, newest first. What a run that has ended says is asked for once. */
export class RecentRuns {
  private readonly ended = new Map<string, FleetRunSummary>();

  constructor(private readonly connected: Connected) {}

  /** @throws when Temporal does not answer */
  async read(count = DEFAULT_COUNT): Promise<FleetRunSummary[]> {
    const query = `WorkflowType = '${WORKFLOW.fleetRun}'`;
    const found: WorkflowExecutionInfo[] = [];
    for await (const workflow of this.connected.client.workflow.list({ query, pageSize: 2 * count })) {
      // Each time a long run continues as new it has another run id, but it is one run.
      if (found.every((one) => one.workflowId !== workflow.workflowId)) found.push(workflow);
      if (found.length >= count) break;
    }
    const runs = await Promise.all(found.map((workflow) => this.summary(workflow)));
    return runs.sort((a, b) => b.startedAt - a.startedAt);
  }

  private async summary(workflow: WorkflowExecutionInfo): Promise<FleetRunSummary> {
    const known = this.ended.get(workflow.runId);
    if (known !== undefined) return known;
    const account = await this.account(workflow);
    const summary: FleetRunSummary =
      account === null
        ? unknownRun(workflow)
        : {
            ...{ name: nameOf(workflow), status: account.status, startedAt: account.startedAt },
            ...{ finishedAt: account.finishedAt, total: account.total, counts: account.counts },
          };
    if (workflow.closeTime !== undefined && account !== null) this.ended.set(workflow.runId, summary);
    return summary;
  }

  /** Null: neither a result nor a worker tells. */
  private async account({ workflowId, runId, status }: WorkflowExecutionInfo): Promise<FleetAccount | null> {
    const handle = this.connected.client.workflow.getHandle(workflowId, runId);
    try {
      return status.name === 'COMPLETED' ? ((await handle.result()) as FleetAccount) : await readAccount(handle);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      return null;
    }
  }
}

function unknownRun(workflow: WorkflowExecutionInfo): FleetRunSummary {
  const { status, startTime, closeTime } = workflow;
  const ended = status.name === 'CANCELLED' ? 'cancelled' : status.name === 'RUNNING' ? 'running' : 'failed';
  return {
    ...{ name: nameOf(workflow), status: ended, startedAt: startTime.getTime() },
    ...{ finishedAt: closeTime?.getTime() ?? null, total: 0, counts: null },
  };
}

function nameOf({ workflowId }: WorkflowExecutionInfo): string {
  return workflowId.slice(fleetWorkflowId('').length);
}
