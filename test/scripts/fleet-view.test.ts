import type { FleetReport, MachineOutcome, MachineStatus } from '../../contracts/runs.js';
import { fleetEta } from '../../manager/fleet-eta.js';
import { viewOf } from '../../manager/fleet-view.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';
import { machineLine, outcomeTable, stepState, totalLine } from '../../scripts/views/fleet.js';

function machine(machineId: string, status: MachineStatus, changes: Partial<MachineOutcome> = {}): MachineOutcome {
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

function made(machineId: string, seconds: number): MachineOutcome {
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

function report(machines: MachineOutcome[]): FleetReport {
  return { name: 'r', status: 'running', concurrency: 2, parameters: null, startedAt: 0, machines };
}

function snapshot(machines: MachineOutcome[], changes: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return { view: viewOf(report(machines)), live: new Map(), now: 0, silentSince: null, ...changes };
}

const training = {
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

it('a running machine shows step, epoch, loss and ETA', () => {
  expect(stepState(training)).toBe(
    'train TVAE · epochs 150/300 · loss 0.045 · ETA 4.0 s · attempt 2 (the Python process was killed by SIGKILL)',
  );
});

it('the fleet’s ETA comes from its finished machines', () => {
  const machines = [made('a', 10), machine('b', 'running', { startedAt: 0 }), machine('c', 'queued')];
  expect(fleetEta(snapshot(machines, { now: 4000 }))).toBe((10 + 6) / 2);
  expect(fleetEta(snapshot(machines.slice(1), { now: 4000 }))).toBeNull();
});

it('before a machine has finished, the fleet’s ETA comes from what its trainings expect', () => {
  const live = new Map([['b', training]]);
  const machines = [machine('b', 'running', { startedAt: 0 }), machine('c', 'queued')];
  expect(fleetEta(snapshot(machines, { live, now: 6000 }))).toBe((6 + 4 + 4) / 2);
  expect(fleetEta(snapshot(machines.slice(0, 1), { live, now: 6000 }))).toBe(4);
});

it('a silence of Temporal is said', () => {
  expect(totalLine(snapshot([machine('b', 'running')], { silentSince: 0 }))).toContain('no answer from Temporal');
});

it('the total counts what is done, runs and failed', () => {
  const machines = [
    made('a', 10),
    machine('b', 'running'),
    machine('c', 'failed', { failure: { type: 'X', step: 'trainTvae', message: 'm', hint: null } }),
  ];
  expect(totalLine(snapshot(machines, { now: 5000 }))).toContain('1/3 done · 1 running · 1 failed · 5.0 s');
});

it('a failed machine says in which step and why', () => {
  const failed = machine('c', 'failed', {
    failure: { type: 'ValidationFailed', step: 'validateSeed', message: 'too noisy', hint: 'look' },
  });
  expect(machineLine(failed, undefined)).toContain('failed in validate seed: too noisy');
  expect(outcomeTable(report([failed]))).toContain('ValidationFailed: too noisy → look');
});
