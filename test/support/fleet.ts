import type { MachineRow, MachineStatus } from '../../contracts/runs.js';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { viewOf } from '../../manager/fleet-view.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';

/** A machine of an account. */
export function machine(machineId: string, status: MachineStatus, changes: Partial<MachineRow> = {}): MachineRow {
  return {
    machineId,
    machineType: 'pump',
    status,
    startedAt: 0,
    finishedAt: null,
    seconds: null,
    rows: null,
    quality: null,
    failure: null,
    ...changes,
  };
}

/** One that succeeded. */
export function made(machineId: string, seconds: number): MachineRow {
  return machine(machineId, 'succeeded', { rows: 50_000, quality: 0.91, seconds });
}

/** The account of these machines. */
export function report(machines: MachineRow[]): WholeFleet {
  const counts = { queued: 0, running: 0, succeeded: 0, upToDate: 0, failed: 0, cancelled: 0 };
  for (const { status } of machines) counts[status] += 1;
  const seconds = machines.reduce(
    (sum, machine) => sum + (machine.status === 'succeeded' ? (machine.seconds ?? 0) : 0),
    0,
  );
  return {
    ...{ name: 'r', status: 'running', concurrency: 2, parameters: null, startedAt: 0, finishedAt: null },
    total: machines.length,
    counts,
    totals: { seconds, rows: 0, quality: null },
    running: machines.filter((machine) => machine.status === 'running'),
    failures: machines.filter((machine) => machine.status === 'failed'),
    machines,
  };
}

export function snapshot(machines: MachineRow[], changes: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return { view: viewOf(report(machines), machines), live: new Map(), now: 0, silentSince: null, ...changes };
}

/** A step in the midst of its training. */
export const training = {
  step: 'trainTvae',
  attempt: 2,
  lastFailure: 'the Python process was killed by SIGKILL',
  heartbeatAt: 0,
  scheduled: false,
  heartbeat: {
    step: 'trainTvae',
    current: 150,
    total: 300,
    unit: 'epochs',
    metrics: { loss: 0.045 },
    etaSeconds: 4,
    checkpoint: null,
    device: 'cpu',
    log: [],
    stalled: { at: 0, failures: 0 },
  },
};
