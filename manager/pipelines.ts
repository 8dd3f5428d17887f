import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { MachinePipelineInput } from '../contracts/parameters.js';
import { WORKFLOW } from '../contracts/runs.js';
import { machineWorkflowId } from '../contracts/steps.js';
import type { Settings } from '../temporal.config.js';
import { ATTRIBUTE } from '../workflows/search-attributes.js';

/** Starts a machine's pipeline; when one runs, gives that one. */
export async function startPipeline(
  client: Client,
  settings: Settings,
  input: MachinePipelineInput,
): Promise<{ handle: WorkflowHandle; attached: boolean }> {
  const workflowId = machineWorkflowId(input.machineId);
  try {
    const handle = await client.workflow.start(WORKFLOW.machinePipeline, {
      workflowId,
      taskQueue: settings.queues.light,
      args: [input],
      staticSummary: input.machineId,
      typedSearchAttributes: [{ key: ATTRIBUTE.machineId, value: input.machineId }],
    });
    return { handle, attached: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { handle: client.workflow.getHandle(workflowId), attached: true };
  }
}
