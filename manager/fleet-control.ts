import { QUERY, UPDATE } from '../contracts/runs.js';
import type { FleetAccount, Steering } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { ManagerError, REFUSAL } from './errors.js';
import { requireFleetRun } from './fleet-runs.js';
import type { Connected } from './project.js';
import { answered, cancelOrTerminate } from './stuck.js';

/**
 * Pauses, resumes or cancels a fleet run; asking twice is the same as asking once. Settles when the run has taken note:
 * its machines may still be saving their checkpoints.
 * @throws ManagerError when the run is over, unless it was to be cancelled
 */
export async function steerFleetRun(connected: Connected, name: string, action: Steering): Promise<void> {
  const { client } = connected;
  const handle = client.workflow.getHandle(fleetWorkflowId(name));
  const { status } = await handle.describe();
  const over = status.name !== 'RUNNING';
  if (over && action === 'cancel') return;
  if (over) throw new ManagerError(REFUSAL.notFound, `fleet run ${name} is over`);
  if (action === 'cancel') {
    // Its end may take a while, and nobody waits for it here; a run that cannot continue is terminated.
    void cancelOrTerminate(client, handle).catch(() => undefined);
    return;
  }
  const giveUp = `npm run gan -- fleet cancel --name ${name}`;
  await answered(client, handle, `fleet run ${name}`, giveUp, async () => {
    const account = await handle.query<FleetAccount>(QUERY.status);
    if ((account.status === 'paused') !== (action === 'pause')) await handle.executeUpdate(UPDATE[action]);
  });
}

/**
 * Lets a waiting machine be the next of the fleet run under way, and returns the run's name.
 * @param wanted name of the run; null: the latest
 * @throws ManagerError when there is none, or the machine does not wait
 */
export async function letBeNext(connected: Connected, wanted: string | null, machineId: string): Promise<string> {
  const name = await requireFleetRun(connected, wanted, true);
  const handle = connected.client.workflow.getHandle(fleetWorkflowId(name));
  const giveUp = `npm run gan -- fleet cancel --name ${name}`;
  await answered(connected.client, handle, `fleet run ${name}`, giveUp, () =>
    handle.executeUpdate(UPDATE.next, { args: [machineId] }),
  );
  return name;
}
