import { executeChild } from '@temporalio/workflow';
import type { FleetRunInput } from '../contracts/parameters.js';
import type { FleetReport } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { fleetRun } from './fleet-run.js';

/** Takes the machines without a valid model and data set through their pipelines: a fleet run of what is missing. */
export async function trainMissing(input: FleetRunInput): Promise<FleetReport> {
  return await executeChild(fleetRun, {
    workflowId: fleetWorkflowId(input.name),
    args: [{ ...input, only: 'missing' }],
    staticSummary: `fleet run ${input.name}: what is missing`,
  });
}
