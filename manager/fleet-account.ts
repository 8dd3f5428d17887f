import type { WorkflowHandle } from '@temporalio/client';
import { QUERY } from '../contracts/runs.js';
import type { FleetAccount, MachineFilter, MachinePage, MachineRow } from '../contracts/runs.js';
import { isUnreachable } from './workflow-end.js';

/** A fleet run's account with every machine: what `--json` prints. */
export interface WholeFleet extends FleetAccount {
  machines: MachineRow[];
}

const MOST = 1_000;

/** Counts and totals of a fleet run. */
export async function readAccount(handle: WorkflowHandle): Promise<FleetAccount> {
  return await handle.query<FleetAccount>(QUERY.status);
}

/** One page of a fleet run's machines. */
export async function readPage(handle: WorkflowHandle, filter: MachineFilter): Promise<MachinePage> {
  return await handle.query<MachinePage, [MachineFilter]>(QUERY.machines, filter);
}

/** All machines of a fleet run that match the filter, page by page. In the run's own order they keep their places. */
export async function readMachines(handle: WorkflowHandle, filter: MachineFilter = {}): Promise<MachineRow[]> {
  const machines: MachineRow[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const from: number = offset;
    const page = await askAgain(() => readPage(handle, { sort: 'fleet', limit: MOST, ...filter, offset: from }));
    machines.push(...page.machines);
    offset = page.next;
  }
  return machines;
}

/** Asks up to three times: a worker that stands still swallows a query, and another one answers the next. */
async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= 3 || !isUnreachable(error)) throw error;
    }
  }
}

/** The account with every machine. @param account the known one of a run that has ended */
export async function readWhole(handle: WorkflowHandle, account?: FleetAccount): Promise<WholeFleet> {
  return { ...(account ?? (await readAccount(handle))), machines: await readMachines(handle) };
}
