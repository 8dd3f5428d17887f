import { listMachines } from '../activities/fleet-folder.js';
import { MachineId, RunName } from '../contracts/parameters.js';
import { WORKFLOW } from '../contracts/runs.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Connected, Project } from './project.js';

/**
 * Machines whose latest pipeline failed, was cancelled or timed out, of one fleet run or of all.
 * @throws ManagerError when there is none
 */
export async function failedMachines(connected: Connected, fleetRun: string | null = null): Promise<string[]> {
  const latest = await latestPipelines(connected, fleetRun);
  const failed = [...latest].flatMap(([id, status]) => (['COMPLETED', 'RUNNING'].includes(status) ? [] : [id]));
  if (failed.length === 0) throw new ManagerError(REFUSAL.nothingToDo, 'no machine has failed');
  return failed.sort();
}

/** The status of each machine's latest pipeline. */
async function latestPipelines({ client }: Connected, fleetRun: string | null): Promise<Map<string, string>> {
  const latest = new Map<string, string>();
  if (fleetRun !== null && !RunName.safeParse(fleetRun).success) return latest;
  const query = [
    `WorkflowType = '${WORKFLOW.machinePipeline}'`,
    ...(fleetRun === null ? [] : [`FleetRun = '${fleetRun}'`]),
  ].join(' AND ');
  for await (const execution of client.workflow.list({ query })) {
    const id = execution.workflowId.replace(/^machine\//, '');
    if (MachineId.safeParse(id).success && !latest.has(id)) latest.set(id, execution.status.name);
  }
  return latest;
}

/** The failed machines that are still in the fleet; notes the others. @throws ManagerError when none is */
export async function stillInFleet(
  failed: readonly string[],
  { settings, projectRoot }: Project,
  note: (line: string) => void,
): Promise<string[]> {
  const known = await listMachines({ dataRoot: settings.dataRoot, projectRoot });
  const gone = failed.filter((id) => !known.includes(id));
  if (gone.length > 0) note(`no longer in the fleet, left out: ${gone.join(', ')}`);
  if (gone.length === failed.length) throw new ManagerError(REFUSAL.nothingToDo, 'no machine of the fleet has failed');
  return failed.filter((id) => known.includes(id));
}
