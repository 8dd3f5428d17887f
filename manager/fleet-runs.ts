import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { listMachines } from '../activities/fleet-folder.js';
import type { FleetFolders } from '../activities/fleet-folder.js';
import type { FleetRunInput } from '../contracts/parameters.js';
import { MachineId } from '../contracts/parameters.js';
import { WORKFLOW } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import type { Settings } from '../temporal.config.js';
import { ATTRIBUTE } from '../workflows/search-attributes.js';
import { CliError, EXIT } from '../scripts/errors.js';

/** Starts a fleet run. @throws CliError when a run of that name is under way */
export async function startFleetRun(client: Client, settings: Settings, input: FleetRunInput): Promise<void> {
  const machines = input.machineIds === null ? 'every machine' : `${input.machineIds.length} machines`;
  try {
    await client.workflow.start(WORKFLOW.fleetRun, {
      workflowId: fleetWorkflowId(input.name),
      taskQueue: settings.queues.light,
      args: [input],
      staticSummary: `fleet run ${input.name}: ${machines}`,
      staticDetails: `${input.parameters.epochs} epochs, batch ${input.parameters.batchSize}, ${input.parameters.samples} rows a machine, random seed ${input.parameters.seed}`,
      typedSearchAttributes: [{ key: ATTRIBUTE.fleetRun, value: input.name }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CliError(`a fleet run named ${input.name} is under way`, EXIT.failed, 'npm run gan -- fleet status');
  }
}

/**
 * The name of the fleet run that was started last, or null.
 * @param name only the run of this name
 * @param running only a run that is under way
 */
export async function findFleetRun(client: Client, name: string | null, running: boolean): Promise<string | null> {
  const query = [
    `WorkflowType = '${WORKFLOW.fleetRun}'`,
    ...(running ? ["ExecutionStatus = 'Running'"] : []),
    ...(name === null ? [] : [`WorkflowId = '${fleetWorkflowId(name)}'`]),
  ].join(' AND ');
  for await (const execution of client.workflow.list({ query, pageSize: 1 })) {
    return execution.workflowId.slice(fleetWorkflowId('').length);
  }
  return null;
}

/** Machines whose latest pipeline failed, was cancelled or timed out, of one fleet run or of all. */
export async function failedMachines(client: Client, fleetRun: string | null = null): Promise<string[]> {
  const latest = new Map<string, string>();
  const query = [
    `WorkflowType = '${WORKFLOW.machinePipeline}'`,
    ...(fleetRun === null ? [] : [`FleetRun = '${fleetRun}'`]),
  ].join(' AND ');
  for await (const execution of client.workflow.list({ query })) {
    const id = execution.workflowId.replace(/^machine\//, '');
    if (MachineId.safeParse(id).success && !latest.has(id)) latest.set(id, execution.status.name);
  }
  const failed = [...latest].flatMap(([id, status]) => (['COMPLETED', 'RUNNING'].includes(status) ? [] : [id]));
  if (failed.length === 0) throw new CliError('no machine has failed', EXIT.ok);
  return failed.sort();
}

/** Those of the machines that failed which are in the fleet; notes the others. @throws CliError when none is */
export async function stillInFleet(
  failed: readonly string[],
  where: FleetFolders,
  note: (line: string) => void,
): Promise<string[]> {
  const known = await listMachines(where);
  const gone = failed.filter((id) => !known.includes(id));
  if (gone.length > 0) note(`no longer in the fleet, left out: ${gone.join(', ')}`);
  if (gone.length === failed.length) throw new CliError('no machine of the fleet has failed', EXIT.ok);
  return failed.filter((id) => known.includes(id));
}
