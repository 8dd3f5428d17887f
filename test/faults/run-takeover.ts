import { setTimeout as delay } from 'node:timers/promises';
import { StepParameters } from '../../contracts/parameters.js';
import { table } from '../../scripts/views/format.js';
import { PARAMETERS } from './artifacts.js';
import { Rig, TRAINING, ended, until } from './rig.js';

/**
 * How long a training stands still when its worker is killed or stopped and another waits, at the default settings:
 * from the signal to the next Python's start; and how long a cancellation takes. `node test/faults/main.mjs takeover`.
 */
const REPEATS = 6;
const rig = await Rig.running(['pump_a'], 1, { GAN_HEARTBEAT_TIMEOUT_MS: '10000', GAN_HEARTBEAT_EVERY_MS: '1000' });
const rows: string[][] = [];
const cancelled: number[] = [];
const parameters = StepParameters.parse({ ...PARAMETERS, epochs: 100_000 });
try {
  await rig.startFleet('r', { parameters });
  await rig.untilEpoch('pump_a', 1);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const taken: { ms: number; from: number; repeated: number }[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) taken.push(await takeOver(signal));
    rows.push([
      signal,
      String(REPEATS),
      ...spread(taken.map((one) => one.ms / 1000)),
      ...spread(taken.map((one) => one.from / 1000)),
      ...spread(taken.map((one) => one.repeated)),
    ]);
  }
  for (let repeat = 0; repeat < REPEATS; repeat++) cancelled.push(await cancel(repeat));
} finally {
  await rig.close();
}
const columns = [
  's from the signal',
  'max',
  's from the end of the old Python',
  'max',
  'epochs repeated (25 a second)',
  'max',
];
process.stdout.write(`${table(['signal', 'repeats', ...columns], rows)}\n`);

/** From the request to the moment when the fleet run says that it is cancelled; no process may be left then. */
async function cancel(repeat: number): Promise<number> {
  const handle = await rig.fleet(repeat === 0 ? 'r' : `cancel-${repeat}`);
  if (repeat > 0) {
    const at = Date.now();
    await rig.startFleet(`cancel-${repeat}`, { parameters });
    await until('an epoch', () => rig.epochs('pump_a').find((line) => line.at > at) ?? null);
    await delay(Math.random() * 1_000);
  }
  const at = Date.now();
  await handle.cancel();
  await handle.result().catch(() => undefined);
  const ms = Date.now() - at;
  if (rig.pythons().length > 0) throw new Error('a process is left');
  return ms / 1000;
}

async function takeOver(signal: NodeJS.Signals): Promise<{ ms: number; from: number; repeated: number }> {
  const [worker] = rig.workers;
  await rig.startWorker();
  // At any moment between two checkpoints and two heartbeats.
  await delay(2_000 + Math.random() * 2_000);
  const repeated = rig.repeatedEpochs('pump_a');
  const at = Date.now();
  worker?.kill(signal);
  const next = await rig.untilStarted('pump_a', TRAINING, at);
  const first = rig.epochs('pump_a').length;
  if (worker !== undefined) await ended(worker);
  const lines = rig.trace('pump_a', TRAINING);
  const end = lines.filter((line) => line.what === 'end' && line.at > at && line.at < next.at).at(-1);
  while (rig.epochs('pump_a').length < first + 5) await delay(50);
  return { ms: next.at - at, from: next.at - (end?.at ?? at), repeated: rig.repeatedEpochs('pump_a') - repeated };
}

/** Median and maximum. */
function spread(values: number[]): [string, string] {
  const sorted = [...values].sort((a, b) => a - b);
  return [(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(2), (sorted.at(-1) ?? 0).toFixed(2)];
}
process.stdout.write(
  `cancel to cancelled, ${REPEATS} times: median and maximum ${spread(cancelled).join(' and ')} s\n`,
);
