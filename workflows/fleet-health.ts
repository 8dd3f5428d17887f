import { setCurrentDetails } from '@temporalio/workflow';
import type { MachineHealth } from '../contracts/runs.js';
import { planning } from './step-activities.js';

/** Says for every machine which of its artifacts exist and are valid, as seen by a worker that has the data. */
export async function fleetHealth(): Promise<MachineHealth[]> {
  const machines = await planning.checkFleetHealth();
  const ready = machines.filter((machine) => machine.metadata && machine.model && machine.data);
  setCurrentDetails(`${ready.length} of ${machines.length} machines ready`);
  return machines;
}
