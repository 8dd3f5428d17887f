import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses, leftAfter } from '../support/processes.js';
import { outcomeOf, record, summary, lookAt, whole } from './outcome.js';
import { Rig, TRAINING, ended, kill, until } from './rig.js';

/** Kill anything at any moment: the run goes on by itself and ends with the bytes it would have had. */
const HEARTBEAT_MS = 3_000;
/** Epochs of the two seconds between checkpoints, at the rig's pace, and those of a write under way. */
const REPEATED = 60;

let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

it('a worker: its training goes on elsewhere within the heartbeat time-out and two seconds', async () => {
  rig = await Rig.running(['pump_a'], 2);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 70);
  const at = Date.now();
  rig.trainer().kill('SIGKILL');
  const next = await rig.untilStarted('pump_a', TRAINING, at);
  expect(await outcomeOf(rig, 'r', 'worker SIGKILL')).toEqual(whole(rig));
  expect(next.at - at).toBeLessThan(HEARTBEAT_MS + 2_000);
  expect(rig.repeatedEpochs('pump_a')).toBeLessThan(REPEATED);
});

it('the only worker: a new one goes on, and what was finished is not done again', async () => {
  rig = await Rig.running(['pump_a']);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 30);
  rig.workers[0]?.kill('SIGKILL');
  await leftAfter(rig.pythons(), 20_000);
  await rig.startWorker();
  expect(await outcomeOf(rig, 'r', 'only worker SIGKILL')).toEqual(whole(rig));
  expect(rig.trace('pump_a', 'generate_seed_from_profile.py').filter((line) => line.what === 'start')).toHaveLength(1);
});

it('Python: killed, segmentation fault, out of memory, a defect', async () => {
  rig = await Rig.running(['pump_a', 'pump_b']);
  const faults = (['kill', 'segfault', 'out of memory', 'exit'] as const).map((kind, at) =>
    rig.arm({ kind, script: TRAINING, call: 'progress', at: 20 + 40 * at }),
  );
  await rig.startFleet('r');
  expect(await outcomeOf(rig, 'r', 'Python SIGKILL, segfault, out of memory, exit', faults.length)).toEqual(whole(rig));
  expect(faults.map((fault) => fault.struck())).toEqual(faults.map(() => true));
  expect(rig.repeatedEpochs('pump_a') + rig.repeatedEpochs('pump_b')).toBeLessThan(faults.length * REPEATED);
});

it('the server: its guard starts it again, and training does not even stop', async () => {
  rig = await Rig.running(['pump_a']);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 30);
  const before = rig.serverPids();
  for (const pid of before) kill(pid);
  await until('the server to be back', () => rig.serverPids().find((pid) => !before.includes(pid)) ?? null);
  expect(await outcomeOf(rig, 'r', 'server SIGKILL')).toEqual(whole(rig));
  expect(rig.trace('pump_a', TRAINING).filter((line) => line.what === 'start')).toHaveLength(1);
});

it('the server for longer than the heartbeat time-out', async () => {
  rig = await Rig.running(['pump_a', 'pump_b']);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 30);
  await rig.killServerForGood();
  await delay(HEARTBEAT_MS + 1_500);
  await rig.startServer();
  expect(await outcomeOf(rig, 'r', 'server SIGKILL, long outage')).toEqual(whole(rig));
});

it('everything at once', async () => {
  rig = await Rig.running(['pump_a', 'pump_b'], 2);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_b', 30);
  const pids = [...rig.workers.map((worker) => worker.pid), ...rig.guardPids(), ...rig.serverPids(), ...rig.hosts()];
  for (const pid of pids) kill(pid);
  await rig.killServerForGood();
  // One that the worker started in between has no worker any more: it ends by itself.
  expect(await leftAfter(rig.hosts(), 5_000)).toEqual([]);
  await rig.startServer();
  await rig.startWorker();
  expect(await outcomeOf(rig, 'r', 'everything SIGKILL', pids.length)).toEqual(whole(rig));
});

it('the fleet command: nothing outlives it, and started again it goes on', async () => {
  rig = await Rig.create(['pump_a']);
  const command = [
    'fleet',
    'run',
    '--machines',
    'pump_a',
    '--epochs',
    '150',
    '--seed-samples',
    '3000',
    '--samples',
    '3000',
    '--seed',
    '7',
    '--name',
    'r',
  ];
  const first = rig.gan(...command);
  await rig.untilEpoch('pump_a', 70);
  const children = findProcesses((line) => line.includes(rig.root));
  expect(children.length).toBeGreaterThan(2);
  first.kill('SIGKILL');
  expect(await leftAfter(children, 12_000)).toEqual([]);
  const second = rig.gan('fleet', 'run', '--name', 'another');
  expect(await ended(second, 120_000)).toBe(0);
  await rig.startServer();
  await rig.startWorker();
  const outcome = await lookAt(rig, await rig.report('r'));
  record({ fault: 'fleet command SIGKILL', injected: 1, ...summary(outcome) });
  expect(outcome).toEqual(whole(rig));
  expect(rig.repeatedEpochs('pump_a')).toBeLessThan(REPEATED);
});

it('the server’s guard: the server does not outlive its starter', async () => {
  rig = await Rig.create(['pump_a']);
  await rig.startServer();
  const servers = rig.serverPids();
  expect(servers).toHaveLength(1);
  for (const pid of rig.guardPids()) kill(pid);
  expect(await leftAfter(servers, 5_000)).toEqual([]);
});
