import { executeChild } from '@temporalio/workflow';
import type { FleetRunInput } from '../contracts/parameters.js';
import type { FleetAccount } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { fleetRun } from './fleet-run.js';
import { requiredText } from './required-text.js';

/** Takes the machines without a valid model and data set through their pipelines: a fleet run of those. */
export async function trainMissing(input: FleetRunInput): Promise<FleetAccount> {
  const name = requiredText(input, 'name', 'trainMissing');
  return await executeChild(fleetRun, {
    workflowId: fleetWorkflowId(name),
    args: [{ ...input, only: 'missing' }],
    staticSummary: `fleet run ${name}: what is missing`,
  });
}
