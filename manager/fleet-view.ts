import type { WorkflowHandle } from '@temporalio/client';
import type { FleetAccount, MachineRow } from '../contracts/runs.js';
import { readAccount, readMachines, readPage } from './fleet-account.js';

/** A fleet run as a watcher sees it. */
export interface FleetView extends Omit<FleetAccount, 'running' | 'failures'> {
  /** Every machine of a small fleet; of a large one, those that run, that failed or that changed last. */
  machines: readonly MachineRow[];
}

/** How many machines are read every second. */
const WATCHED = 200;

/** Reads a fleet run for those who watch it: the only place that knows how. */
export async function readView(handle: WorkflowHandle): Promise<FleetView> {
  const account = await readAccount(handle);
  if (account.total <= WATCHED) return viewOf(account, await readMachines(handle));
  const moved = await readPage(handle, { sort: 'recent', limit: WATCHED });
  const shown = [...account.running, ...account.failures, ...moved.machines];
  return viewOf(account, [...new Map(shown.map((machine) => [machine.machineId, machine])).values()]);
}

export function viewOf(account: FleetAccount, machines: readonly MachineRow[]): FleetView {
  const { name, status, concurrency, parameters, startedAt, finishedAt, total, counts, totals } = account;
  return { name, status, concurrency, parameters, startedAt, finishedAt, total, counts, totals, machines };
}
