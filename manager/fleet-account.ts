import type { WorkflowHandle } from '@temporalio/client';
import { QUERY } from '../contracts/runs.js';
import type { FleetAccount, MachineFilter, MachinePage, MachineRow } from '../contracts/runs.js';

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
    const page: MachinePage = await readPage(handle, { sort: 'fleet', limit: MOST, ...filter, offset });
    machines.push(...page.machines);
    offset = page.next;
  }
  return machines;
}

/** The account with every machine. @param account the known one of a run that has ended */
export async function readWhole(handle: WorkflowHandle, account?: FleetAccount): Promise<WholeFleet> {
  return { ...(account ?? (await readAccount(handle))), machines: await readMachines(handle) };
}
