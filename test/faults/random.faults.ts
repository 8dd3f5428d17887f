import { randomInt } from 'node:crypto';
import { Chaos, randomNumbers } from './chaos.js';
import { outcomeOf, whole } from './outcome.js';
import { Rig } from './rig.js';

/** Kills at random moments. The random seed is printed; GAN_FAULTS_SEED repeats its kills. */
const seed = Number(process.env['GAN_FAULTS_SEED'] ?? randomInt(2 ** 31));
process.stderr.write(`random kills: GAN_FAULTS_SEED=${seed}\n`);

let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

it.each([1, 2, 3])('a fleet run under random kills, round %i', async (round) => {
  // A Python that chaos kills counts as a failure of the step’s own making.
  rig = await Rig.running(['pump_a', 'pump_b', 'pump_c'], 2, { GAN_ATTEMPTS: '20' });
  const chaos = new Chaos(rig, randomNumbers(seed + round));
  await rig.startFleet('r');
  await chaos.during(rig.result('r'), Date.now() + 90_000);
  expect(await outcomeOf(rig, 'r', `random kills, seed ${seed + round}: ${chaos.describe()}`, chaos.injected)).toEqual(
    whole(rig),
  );
});
