import { isRunning } from '../support/processes.js';
import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING, ended, kill, until } from './rig.js';

/** Graceful stops, and the budget of attempts: a step that was interrupted has not failed. */
let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

it('SIGTERM of a worker: another takes over within a second and trains no epoch twice', async () => {
  rig = await Rig.running(['pump_a'], 2);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 40);
  const at = Date.now();
  rig.trainer().kill('SIGTERM');
  const next = await rig.untilStarted('pump_a', TRAINING, at);
  const stopped = rig.endOf('pump_a', TRAINING);
  expect(await outcomeOf(rig, 'r', 'worker SIGTERM')).toEqual(whole(rig));
  // The time between two steps of an undisturbed run is what this host needs to start Python.
  const ordinary = rig.trace('pump_a', TRAINING).find((line) => line.what === 'start');
  const startMs = (ordinary?.at ?? 0) - rig.endOf('pump_a', 'validate_temporal_seed_data.py');
  expect(next.at - stopped).toBeLessThan(startMs + 1_000);
  expect(rig.repeatedEpochs('pump_a')).toBe(0);
});

it('interruptions never use up the attempts', async () => {
  rig = await Rig.running(['pump_a'], 2, { GAN_ATTEMPTS: '2' });
  await rig.startFleet('r');
  for (const [signal, epoch] of [
    ['SIGTERM', 10],
    ['SIGKILL', 30],
    ['SIGTERM', 40],
    ['SIGTERM', 50],
  ] as const) {
    await rig.untilEpoch('pump_a', epoch);
    const at = Date.now();
    const worker = rig.trainer();
    worker.kill(signal);
    await Promise.all([rig.startWorker(), ended(worker), rig.untilStarted('pump_a', TRAINING, at)]);
  }
  expect(await outcomeOf(rig, 'r', 'worker SIGTERM and SIGKILL, in turns', 4)).toEqual(whole(rig));
});

it('a script that somebody else stops goes on, and is not counted', async () => {
  rig = await Rig.running(['pump_a'], 1, { GAN_ATTEMPTS: '1' });
  await rig.startFleet('r');
  for (const epoch of [10, 20]) {
    await rig.untilEpoch('pump_a', epoch);
    const at = Date.now();
    for (const pid of rig.pythons()) process.kill(pid, 'SIGTERM');
    await rig.untilStarted('pump_a', TRAINING, at);
  }
  expect(await outcomeOf(rig, 'r', 'Python SIGTERM', 2)).toEqual(whole(rig));
  expect(rig.repeatedEpochs('pump_a')).toBe(0);
});

it('a step that gets no further fails for good, says so, and goes on once the cause is gone', async () => {
  rig = await Rig.running(['pump_a'], 1, { GAN_ATTEMPTS: '3' });
  const fault = rig.arm({ kind: 'kill', script: TRAINING, call: 'progress', at: 80, lasting: true });
  await rig.startFleet('first');
  const failed = (await rig.result('first')).machines[0];
  expect(failed).toMatchObject({ status: 'failed', failure: { type: 'NoProgress', step: 'trainTvae' } });
  expect(failed?.failure?.message).toMatch(
    /3 times without progress \(beyond epochs \d+\): the Python process was killed by SIGKILL/,
  );
  fault.disarm();
  const at = Date.now();
  await rig.startFleet('second');
  expect(await outcomeOf(rig, 'second', 'Python SIGKILL at the same epoch, without end', 3)).toEqual(whole(rig));
  expect(rig.epochs('pump_a').find((line) => line.at > at)?.current).toBeGreaterThan(20);
});

it('a script that hangs is killed and started again', async () => {
  rig = await Rig.running(['pump_a'], 1, { GAN_SILENCE_TIMEOUT_MS: '15000', GAN_STOP_GRACE_MS: '500' });
  const fault = rig.arm({ kind: 'hang', script: TRAINING, call: 'progress', at: 60 });
  await rig.startFleet('r');
  expect(await outcomeOf(rig, 'r', 'Python hangs')).toEqual(whole(rig));
  expect(fault.struck()).toBe(true);
});

it.each(['hang', 'deaf'] as const)(
  'a worker is killed and its script outlives it (%s): the next attempt ends that script, and goes on',
  async (kind) => {
    rig = await Rig.running(['pump_a'], 1, { GAN_ATTEMPTS: '1' });
    const fault = rig.arm({ kind, script: TRAINING, call: 'progress', at: 60 });
    await rig.startFleet('r');
    await until('the fault', () => (fault.struck() ? true : null));
    const left = rig.pythons(TRAINING);
    const [worker] = rig.workers;
    worker?.kill('SIGKILL');
    if (worker !== undefined) await ended(worker);
    const at = Date.now();
    await rig.startWorker();
    await rig.untilStarted('pump_a', TRAINING, at);
    expect([left.length, left.filter(isRunning)]).toEqual([1, left]);
    expect(await outcomeOf(rig, 'r', `worker SIGKILL, its Python outlives it: ${kind}`, 2)).toEqual(whole(rig));
    expect(left.filter(isRunning)).toEqual([]);
  },
);

describe('a worker stands still for longer than the heartbeat time-out while another lives', () => {
  /** Waits until a number of further attempts have begun. All but the last of them ended without the machine. */
  async function furtherAttempts(count: number): Promise<void> {
    const starts = () => rig.trace('pump_a', TRAINING).filter((line) => line.what === 'start');
    await until(`${count} further attempts`, () => (starts().length > count ? true : null));
  }

  it.each([
    ['goes on', 'SIGCONT'],
    ['is killed', 'SIGKILL'],
  ] as const)('with its script: the others wait, which is no failure, until it %s', async (_, signal) => {
    rig = await Rig.running(['pump_a'], 2, { GAN_ATTEMPTS: '1' });
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 60);
    const [worker, scripts] = [rig.trainer(), rig.pythons(TRAINING)];
    const stopped = [...scripts, worker.pid];
    for (const pid of stopped) kill(pid, 'SIGSTOP');
    await furtherAttempts(3);
    expect(rig.epochs('pump_a').map((line) => line.pid)).toEqual(rig.epochs('pump_a').map(() => scripts[0]));
    // A worker that is killed leaves its script as it is: the next attempt ends it.
    for (const pid of signal === 'SIGCONT' ? stopped : [worker.pid]) kill(pid, signal);
    expect(await outcomeOf(rig, 'r', `worker and Python SIGSTOP, then ${signal}`, 2)).toEqual(whole(rig));
  });

  it('while its script trains on: that is not disturbed, and what it made is taken over', async () => {
    rig = await Rig.running(['pump_a'], 2, { GAN_ATTEMPTS: '1' });
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 60);
    const worker = rig.trainer();
    kill(worker.pid, 'SIGSTOP');
    await rig.result('r');
    kill(worker.pid, 'SIGCONT');
    worker.kill('SIGTERM');
    await ended(worker);
    expect(await outcomeOf(rig, 'r', 'worker SIGSTOP')).toEqual(whole(rig));
    expect(rig.repeatedEpochs('pump_a')).toBe(0);
  });
});
