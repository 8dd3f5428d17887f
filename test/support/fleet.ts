import type { FleetReport, MachineOutcome, MachineStatus } from '../../contracts/runs.js';
import { viewOf } from '../../manager/fleet-view.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';

export function machine(
  machineId: string,
  status: MachineStatus,
  changes: Partial<MachineOutcome> = {},
): MachineOutcome {
  return {
    machineId,
    machineType: 'pump',
    status,
    startedAt: 0,
    finishedAt: null,
    result: null,
    failure: null,
    ...changes,
  };
}

export function made(machineId: string, seconds: number): MachineOutcome {
  return machine(machineId, 'succeeded', {
    result: {
      machineId,
      machineType: 'pump',
      ran: ['trainTvae'],
      rows: 50_000,
      quality: 0.91,
      seconds,
      stepSeconds: {},
    },
  });
}

export function report(machines: MachineOutcome[]): FleetReport {
  return { name: 'r', status: 'running', concurrency: 2, parameters: null, startedAt: 0, machines };
}

export function snapshot(machines: MachineOutcome[], changes: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return { view: viewOf(report(machines)), live: new Map(), now: 0, silentSince: null, ...changes };
}

/** A step in the midst of its training. */
export const training = {
  step: 'trainTvae',
  attempt: 2,
  lastFailure: 'the Python process was killed by SIGKILL',
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
