import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING, ended } from './rig.js';

/** Stops in order, and the budget of attempts: who was interrupted has not failed. */
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
  // What lies between two steps of an undisturbed run is the time that this machine takes to start a Python.
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
    /3 times without getting any further \(beyond epochs \d+\): the Python process was killed by SIGKILL/,
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

it('a hung script’s worker is killed: the next attempt says who holds the machine, and nothing is written twice', async () => {
  rig = await Rig.running(['pump_a'], 1, { GAN_ATTEMPTS: '2' });
  rig.arm({ kind: 'hang', script: TRAINING, call: 'progress', at: 60 });
  await rig.startFleet('first');
  await rig.untilEpoch('pump_a', 60);
  const [hung = 0] = rig.pythons(TRAINING);
  const [worker] = rig.workers;
  worker?.kill('SIGKILL');
  if (worker !== undefined) await ended(worker);
  await rig.startWorker();
  const failed = (await rig.result('first')).machines[0];
  expect(failed?.failure?.message).toContain(`pump_a is held by trainTvae in process ${hung}`);
  process.kill(hung, 'SIGCONT');
  await rig.startFleet('second');
  expect(await outcomeOf(rig, 'second', 'worker SIGKILL while its Python hangs', 2)).toEqual(whole(rig));
});
