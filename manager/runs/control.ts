import { MachinePipelineInput } from '../../contracts/parameters.js';
import type { StartedRun } from '../../contracts/api/runs.js';
import type { Steering } from '../../contracts/runs.js';
import { UPDATE } from '../../contracts/runs.js';
import { machineWorkflowId } from '../../contracts/steps.js';
import type { Step } from '../../contracts/steps.js';
import { check } from '../check.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { requireConfigured } from '../machines.js';
import { startPipeline } from '../pipelines.js';
import type { Connected } from '../project.js';
import { answered, endOfCancelled } from '../stuck.js';
import { readRun } from './account.js';

/** What a machine's run is started with: the fields of a pipeline's input that a person gives. */
export interface RunGiven {
  parameters: unknown;
  force: boolean;
  from?: Step | undefined;
}

/**
 * Starts a machine's run.
 * @throws ManagerError when the machine runs already, or a parameter is wrong
 */
export async function startRun(connected: Connected, machineId: string, given: RunGiven): Promise<StartedRun> {
  const input = check(MachinePipelineInput, { machineId, ...given });
  await requireConfigured(connected, input.machineId);
  const { handle, notApplied } = await startPipeline(connected, input);
  if (notApplied !== null)
    throw new ManagerError(REFUSAL.underWay, `${machineId} is running already`, 'cancel that run, or wait for its end');
  return { machineId, runId: (await handle.describe()).runId };
}

/**
 * Starts a run again with what it had been started with, and parameters that are to differ. Steps that are up to date
 * are skipped, so that it begins at the step that failed or, if a parameter concerns an earlier one, there.
 */
export async function retryRun(
  connected: Connected,
  machineId: string,
  runId: string,
  changes: Record<string, unknown>,
): Promise<StartedRun> {
  const { parameters } = await readRun(connected, machineId, runId);
  return await startRun(connected, machineId, { parameters: { ...parameters, ...changes }, force: false });
}

/**
 * Pauses, resumes or cancels a run; asking twice is the same as asking once. Settles when the run has taken note: its
 * step may still be saving its checkpoint.
 * @throws ManagerError when the run is over, unless it was to be cancelled
 */
export async function steerRun(
  connected: Connected,
  machineId: string,
  runId: string,
  action: Steering,
): Promise<void> {
  const { client } = connected;
  const { status } = await readRun(connected, machineId, runId);
  const over = status !== 'running' && status !== 'paused';
  if (over && action === 'cancel') return;
  if (over) throw new ManagerError(REFUSAL.notFound, `this run of ${machineId} is over`);
  if ((action === 'pause') === (status === 'paused') && action !== 'cancel') return;
  const handle = client.workflow.getHandle(machineWorkflowId(machineId), runId);
  if (action === 'cancel') {
    await handle.cancel();
    // Its end may take a while, and nobody waits for it here; a run that cannot continue is terminated.
    void endOfCancelled(client, handle).catch(() => undefined);
    return;
  }
  const giveUp = `npm run gan -- machine cancel ${machineId}`;
  await answered(client, handle, `the run of ${machineId}`, giveUp, () => handle.executeUpdate(UPDATE[action]));
}
