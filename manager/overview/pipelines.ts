import type { WorkflowExecutionInfo } from '@temporalio/client';
import { fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import { WORKFLOW } from '../../contracts/runs.js';
import { ATTRIBUTE } from '../../workflows/search-attributes.js';
import type { Connected } from '../project.js';

/** A machine's pipeline that runs. */
export interface RunningPipeline {
  runId: string;
  fleetRun: string | null;
}

/** A machine's pipeline that has ended, and how: the name of Temporal's status, e.g. FAILED. */
export interface EndedPipeline {
  machineId: string;
  runId: string;
  status: string;
  endedAt: number;
}

/** Older ends than those of so many pipelines are not looked for. */
const MOST_ENDED = 20_000;
/** The list of workflows lags behind a little: what ended so shortly before the last look is asked for again. */
const LAG_MS = 30_000;

/** The latest pipeline of every machine, from Temporal's list of workflows: all of it once, then what is new. */
export class LatestPipelines {
  running: ReadonlyMap<string, RunningPipeline> = new Map();
  /** Names of the fleet runs under way, the last one first. */
  fleetRuns: readonly string[] = [];
  readonly ended = new Map<string, EndedPipeline>();
  private lookedAt: number | null = null;

  constructor(private readonly connected: Connected) {}

  /** @throws when Temporal does not answer; what was known then stays */
  async refresh(): Promise<void> {
    const { client } = this.connected;
    const running = new Map<string, RunningPipeline>();
    const fleetRuns: string[] = [];
    const types = `WorkflowType IN ('${WORKFLOW.machinePipeline}', '${WORKFLOW.fleetRun}')`;
    for await (const workflow of client.workflow.list({ query: `${types} AND ExecutionStatus = 'Running'` })) {
      const machineId = machineOf(workflow);
      if (machineId === null) fleetRuns.push(workflow.workflowId.slice(fleetWorkflowId('').length));
      else running.set(machineId, this.same(machineId, { runId: workflow.runId, fleetRun: fleetRunOf(workflow) }));
    }
    this.running = running;
    this.fleetRuns = fleetRuns;
    await this.readEnded();
  }

  private same(machineId: string, pipeline: RunningPipeline): RunningPipeline {
    const known = this.running.get(machineId);
    return known?.runId === pipeline.runId && known.fleetRun === pipeline.fleetRun ? known : pipeline;
  }

  private async readEnded(): Promise<void> {
    const now = Date.now();
    const since = this.lookedAt === null ? null : new Date(this.lookedAt - LAG_MS).toISOString();
    const recent = since === null ? "ExecutionStatus != 'Running'" : `CloseTime >= '${since}'`;
    const query = `WorkflowType = '${WORKFLOW.machinePipeline}' AND ${recent}`;
    let seen = 0;
    for await (const workflow of this.connected.client.workflow.list({ query, pageSize: 1_000 })) {
      const machineId = machineOf(workflow);
      const endedAt = workflow.closeTime?.getTime() ?? 0;
      if (machineId !== null && endedAt > (this.ended.get(machineId)?.endedAt ?? -1))
        this.ended.set(machineId, { machineId, runId: workflow.runId, status: workflow.status.name, endedAt });
      if ((seen += 1) >= MOST_ENDED) break;
    }
    this.lookedAt = now;
  }
}

function machineOf({ workflowId }: WorkflowExecutionInfo): string | null {
  const prefix = machineWorkflowId('');
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : null;
}

function fleetRunOf({ typedSearchAttributes }: WorkflowExecutionInfo): string | null {
  return typedSearchAttributes.get(ATTRIBUTE.fleetRun) ?? null;
}
