import { UPDATE } from '../../contracts/runs.js';
import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING, kill } from './rig.js';

/** A short selection of the fault tests; `npm run test:faults` runs them all. */
let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

it('a run whose worker, server and Python are killed ends with the bytes of an undisturbed one', async () => {
  rig = await Rig.running(['pump_a'], 2);
  const faults = [
    rig.arm({
      kind: 'kill',
      script: 'generate_seed_from_profile.py',
      call: 'replace',
      when: 'before',
      path: '*_temporal_seed.csv',
    }),
    rig.arm({ kind: 'kill', script: TRAINING, call: 'replace', when: 'after', path: '*/checkpoints/*' }),
    rig.arm({
      kind: 'kill',
      script: 'publish_dataset.py',
      call: 'replace',
      when: 'before',
      path: '*/data/synthetic/*',
    }),
  ];
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 60);
  rig.trainer().kill('SIGKILL');
  await rig.untilEpoch('pump_a', 100);
  for (const pid of rig.serverPids()) kill(pid);
  expect(await outcomeOf(rig, 'r', 'short: worker, server and Python SIGKILL', 5)).toEqual(whole(rig));
  expect(faults.map((fault) => fault.struck())).toEqual([true, true, true]);
}, 120_000);

it('a run that is cancelled leaves no process; the next one goes on, and survives a worker’s stop', async () => {
  rig = await Rig.running(['pump_a'], 2);
  const handle = await rig.startFleet('first');
  await rig.untilEpoch('pump_a', 30);
  await handle.executeUpdate(UPDATE.cancel);
  await expect(handle.result()).rejects.toThrow();
  expect(rig.pythons()).toEqual([]);
  await rig.startFleet('second');
  await rig.untilEpoch('pump_a', 60);
  rig.trainer().kill('SIGTERM');
  expect(await outcomeOf(rig, 'second', 'short: cancel, then worker SIGTERM', 2)).toEqual(whole(rig));
  expect(rig.repeatedEpochs('pump_a')).toBe(0);
}, 120_000);
