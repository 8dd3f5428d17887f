import { z } from 'zod';
import { SCRIPT } from '../activities/python/scripts.js';
import type { Moved } from '../contracts/api/retirement.js';
import { fleetWorkflowId, machineWorkflowId } from '../contracts/steps.js';
import { ManagerError, REFUSAL } from './errors.js';
import { readMachines } from './fleet-account.js';
import { findFleetRun } from './fleet-runs.js';
import type { Connected, Control, Project } from './project.js';
import { runScript } from './script.js';

const Files = z.object({ files: z.array(z.string()), where: z.string() });

/**
 * Takes a machine out of the fleet: all that is its own is moved, nothing is deleted.
 * @throws ManagerError when it runs or waits; ApplicationFailure InvalidInput when it is unknown, or the project's own
 */
export async function retireMachine(connected: Connected, machineId: string, control: Control): Promise<Moved> {
  await requireIdle(connected, machineId);
  return await move(connected, machineId, [], control);
}

/** Brings a retired machine back, as it was. @throws ApplicationFailure InvalidInput when none of that id is retired */
export async function restoreMachine(project: Project, machineId: string, control: Control): Promise<Moved> {
  return await move(project, machineId, ['--restore'], control);
}

async function move(project: Project, machineId: string, flags: string[], control: Control): Promise<Moved> {
  const args = ['--machine_id', machineId, ...flags];
  const { summary, data } = await runScript(project, SCRIPT.retire, args, control);
  return { summary, ...Files.parse(data) };
}

async function requireIdle(connected: Connected, machineId: string): Promise<void> {
  const { client } = connected;
  const query = `WorkflowId = '${machineWorkflowId(machineId)}' AND ExecutionStatus = 'Running'`;
  const { count } = await client.workflow.count(query);
  const cancel = `cancel its run first: npm run gan -- machine cancel ${machineId}`;
  if (count > 0) throw new ManagerError(REFUSAL.underWay, `${machineId} is running`, cancel);
  const fleetRun = await findFleetRun(connected, null, true);
  if (fleetRun === null) return;
  const waiting = await readMachines(client.workflow.getHandle(fleetWorkflowId(fleetRun)), { status: ['queued'] });
  if (waiting.some((machine) => machine.machineId === machineId))
    throw new ManagerError(
      REFUSAL.underWay,
      `${machineId} waits in fleet run ${fleetRun}`,
      'wait for the end of that run',
    );
}
