import type { FleetReport, MachineOutcome, MachineStatus } from '../contracts/runs.js';

/** A fleet run as a watcher looks at it. */
export interface FleetView extends Pick<FleetReport, 'name' | 'status' | 'concurrency' | 'startedAt'> {
  /** Machines in each state. */
  counts: Record<MachineStatus, number>;
  /** Machines of the run. */
  total: number;
  machines: readonly MachineOutcome[];
}

/** The one place that knows how a fleet run gives its account. */
export function viewOf({ name, status, concurrency, startedAt, machines }: FleetReport): FleetView {
  const counts = { queued: 0, running: 0, succeeded: 0, upToDate: 0, failed: 0, cancelled: 0 };
  for (const machine of machines) counts[machine.status] += 1;
  return { name, status, concurrency, startedAt, counts, total: machines.length, machines };
}
