import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { MachinePipelineInput } from '../contracts/parameters.js';
import type { PipelineReport, PipelineResult, Steering } from '../contracts/runs.js';
import { QUERY, WORKFLOW } from '../contracts/runs.js';
import { machineWorkflowId } from '../contracts/steps.js';
import { ATTRIBUTE } from '../workflows/search-attributes.js';
import { notApplied } from './differences.js';
import type { NotApplied } from './differences.js';
import { ManagerError, REFUSAL } from './errors.js';
import { readLiveStep } from './live-step.js';
import type { LiveStep } from './live-step.js';
import type { Connected } from './project.js';
import { steer } from './steering.js';
import { workflowError } from './workflow-error.js';

/** A machine's pipeline that was started, or was already running. */
export interface StartedPipeline {
  handle: WorkflowHandle;
  /** What was given but does not apply, because the pipeline was already running; null if it was started with it. */
  notApplied: NotApplied | null;
}

/**
 * Starts a machine's pipeline, or returns the one that is running.
 * @param given the fields that the person gave, to compare with a running pipeline
 */
export async function startPipeline(
  { client, settings }: Connected,
  input: MachinePipelineInput,
  given: Record<string, unknown> = {},
): Promise<StartedPipeline> {
  const workflowId = machineWorkflowId(input.machineId);
  try {
    const handle = await client.workflow.start(WORKFLOW.machinePipeline, {
      workflowId,
      taskQueue: settings.queues.light,
      args: [input],
      staticSummary: input.machineId,
      typedSearchAttributes: [{ key: ATTRIBUTE.machineId, value: input.machineId }],
    });
    return { handle, notApplied: null };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = client.workflow.getHandle(workflowId);
    return { handle, notApplied: await notApplied(given, handle, MachinePipelineInput) };
  }
}

/** Waits for a pipeline's end. @throws ManagerError saying which step failed, why and what to do next */
export async function pipelineResult(handle: WorkflowHandle): Promise<PipelineResult> {
  try {
    return (await handle.result()) as PipelineResult;
  } catch (error) {
    throw workflowError(error);
  }
}

/** A pipeline's account, and what its running step last said. @throws ManagerError when the machine has none */
export async function pipelineStatus(
  { client }: Connected,
  machineId: string,
): Promise<PipelineReport & { live: LiveStep | null }> {
  const handle = client.workflow.getHandle(machineWorkflowId(machineId));
  const report = await handle.query<PipelineReport>(QUERY.status).catch(notFound(machineId));
  return { ...report, live: await readLiveStep(client, machineId).catch(() => null) };
}

/** Pauses, resumes or cancels a machine's pipeline. @throws ManagerError when none is under way */
export async function steerPipeline({ client }: Connected, action: Steering, machineId: string): Promise<void> {
  await steer(client, client.workflow.getHandle(machineWorkflowId(machineId)), action).catch(notFound(machineId));
}

function notFound(machineId: string) {
  return (error: unknown): never => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new ManagerError(
      REFUSAL.notFound,
      `${machineId} has no pipeline under way`,
      `npm run gan -- machine run ${machineId}`,
    );
  };
}
