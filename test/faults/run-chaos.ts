import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PARAMETERS } from './artifacts.js';
import { Chaos, clear, randomNumbers } from './chaos.js';
import { lookAt, summary } from './outcome.js';
import type { Line } from './outcome.js';
import { Rig } from './rig.js';
import { faultTable, isClean } from './table.js';

/** Fleet runs, one after another, under random kills: `npm run chaos -- --minutes 10 --seed N --machines N`. */
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    machines: { type: 'string', default: '4' },
  },
});
const [minutes, seed, machines] = [Number(values.minutes), Number(values.seed), Number(values.machines)];
if (!(minutes > 0) || !Number.isInteger(seed) || !(machines >= 1 && machines <= 26)) {
  process.stderr.write('error: --minutes above 0, --seed a whole number, --machines 1 to 26\n');
  process.exit(2);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const ids = Array.from({ length: machines }, (_, at) => `pump_${String.fromCharCode(97 + at)}`);
const random = randomNumbers(seed);
const deadline = Date.now() + minutes * 60_000;
const lines: Line[] = [];
say(`chaos for ${minutes} minutes on ${machines} machines, --seed ${seed}`);
// A Python that chaos kills counts as a failure of the step’s own making.
const rig = await Rig.running(ids, 2, { GAN_ATTEMPTS: '20' });
let orphans: number[];
try {
  for (let round = 1; Date.now() < deadline; round++) {
    clear(rig);
    const chaos = new Chaos(rig, random);
    const name = `chaos-${round}`;
    const began = Date.now();
    await rig.startFleet(name);
    const outcome = await lookAt(rig, await chaos.during(rig.result(name), deadline));
    const repeated = ids.reduce((sum, id) => sum + rig.repeatedEpochs(id, began), 0);
    lines.push({ fault: `fleet run ${round}: ${chaos.describe()}`, injected: chaos.injected, ...summary(outcome) });
    say(
      `fleet run ${round}: ${chaos.injected} kills, ${JSON.stringify(outcome.machines)}, ` +
        `${outcome.different.length} files differ, ` +
        `${repeated} of ${machines * PARAMETERS.epochs} epochs trained twice`,
    );
    if (outcome.different.length > 0) say(outcome.different.join('\n'));
  }
} catch (error) {
  say(rig.logs());
  throw error;
} finally {
  orphans = await rig.close();
}
say(`\n${faultTable(lines)}`);
if (orphans.length > 0) say(`processes that outlived their parents: ${orphans.join(', ')}`);
process.exitCode = isClean(lines) && orphans.length === 0 ? 0 : 1;
