import { readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftAfter } from '../support/processes.js';
import { PARAMETERS, runScript } from './artifacts.js';
import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING, ended, until } from './rig.js';

/** Files that are damaged or belong to somebody else, and disks without space. */
let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

/** Checkpoint files of a machine, newest first, whatever their format. */
function checkpoints(): string[] {
  const folder = join(rig.dataRoot, 'models/checkpoints/pump_a');
  const files = readdirSync(folder)
    .filter((name) => !name.endsWith('.tmp'))
    .map((name) => join(folder, name));
  return files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
}

function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 64);
  writeFileSync(path, bytes);
}

/** Runs a training to the point where two checkpoints are there, and kills its worker. */
async function interruptedTraining(): Promise<void> {
  rig = await Rig.running(['pump_a']);
  await rig.startFleet('r');
  await rig.untilEpoch('pump_a', 125);
  const [worker] = rig.workers;
  worker?.kill('SIGKILL');
  if (worker !== undefined) await ended(worker);
  expect(await leftAfter(rig.pythons(), 20_000)).toEqual([]);
}

it('a damaged newest checkpoint falls back to the one before', async () => {
  await interruptedTraining();
  const [newest] = checkpoints();
  damage(newest ?? '');
  const at = Date.now();
  await rig.startWorker();
  expect(await outcomeOf(rig, 'r', 'newest checkpoint damaged')).toEqual(whole(rig));
  expect(rig.epochs('pump_a').find((line) => line.at > at)?.current).toBeGreaterThan(10);
});

it('checkpoints that are all damaged, one of them empty: training begins again', async () => {
  await interruptedTraining();
  for (const path of checkpoints()) damage(path);
  truncateSync(checkpoints()[0] ?? '', 0);
  const at = Date.now();
  await rig.startWorker();
  expect(await outcomeOf(rig, 'r', 'every checkpoint damaged', 2)).toEqual(whole(rig));
  expect(rig.epochs('pump_a').find((line) => line.at > at)?.current).toBe(1);
});

it('a disk that stays full fails for good, says so and what to do; with space again the run goes on', async () => {
  rig = await Rig.running(['pump_a'], 1, { GAN_ATTEMPTS: '2' });
  const fault = rig.arm({ kind: 'disk full', script: TRAINING, call: 'fsync', path: '*.tmp', lasting: true });
  await rig.startFleet('first');
  const failed = (await rig.result('first')).machines[0];
  expect(failed?.failure?.message).toMatch(/the disk is full \(.*pump_a/);
  expect(rig.leftovers().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  fault.disarm();
  await rig.startFleet('second');
  expect(await outcomeOf(rig, 'second', 'disk full, without end', 2)).toEqual(whole(rig));
});

it.each([
  ['model', 'models/pump_a_tvae_temporal.pkl', 'GAN/scripts/generate_synthetic_data.py'],
  ['seed', 'seed_data/pump_a_temporal_seed.csv', 'GAN/scripts/train_tvae_machine.py'],
])('a truncated %s is refused by hand and made again by the next run', async (what, path, script) => {
  rig = await Rig.running(['pump_a']);
  await rig.startFleet('first');
  await rig.result('first');
  const file = join(rig.dataRoot, path);
  const published = rig.digests();
  truncateSync(file, statSync(file).size - 700);
  const refused = await runScript(script, rig.dataRoot, 'pump_a').then(
    () => '',
    (error: unknown) => (error as { stderr: string }).stderr,
  );
  expect(refused).toContain('pump_a');
  expect(refused).toContain('→');
  for (const [name, digest] of Object.entries(rig.digests()))
    if (name !== path) expect([name, digest]).toEqual([name, published[name]]);
  await rig.startFleet('second');
  expect(await outcomeOf(rig, 'second', `${what} truncated`)).toEqual(whole(rig));
});

it('a manifest that is no JSON, or of another’s making: its steps run again', async () => {
  rig = await Rig.running(['pump_a', 'pump_b']);
  await rig.startFleet('first');
  await rig.result('first');
  writeFileSync(join(rig.dataRoot, 'manifests/pump_a.json'), Buffer.from([0xff, 0xfe, 0x00]));
  rmSync(join(rig.dataRoot, 'manifests/pump_b.json'));
  await rig.startFleet('second');
  expect(await outcomeOf(rig, 'second', 'manifests damaged and deleted', 2)).toEqual(whole(rig));
});

describe('one trainer a machine', () => {
  const flags = ['--epochs', String(PARAMETERS.epochs), '--batch_size', String(PARAMETERS.batchSize)];

  it('a script by hand while the pipeline trains: refused, and told by whom', async () => {
    rig = await Rig.running(['pump_a']);
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 5);
    const [pid] = rig.pythons(TRAINING);
    const refused = await runScript(`GAN/scripts/${TRAINING}`, rig.dataRoot, 'pump_a', flags).then(
      () => null,
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(refused?.stderr).toContain(`pump_a is held by trainTvae in process ${pid ?? 0} on`);
    expect(refused?.code).toBe(5);
    expect(await outcomeOf(rig, 'r', 'hand-run trainer beside the pipeline')).toEqual(whole(rig));
  });

  it('the pipeline while a script trains by hand: waits, and takes over what it made', async () => {
    rig = await Rig.running(['pump_a']);
    await rig.startFleet('first');
    await rig.result('first');
    const at = Date.now();
    const byHand = runScript(`GAN/scripts/${TRAINING}`, rig.dataRoot, 'pump_a', flags, rig.settings.python);
    // Not only to start: until it holds the machine the pipeline may come first.
    await until('the script to train', () => rig.epochs('pump_a').find((line) => line.at > at) ?? null);
    await rig.startFleet('second', { force: true });
    await byHand;
    expect(await outcomeOf(rig, 'second', 'pipeline beside a hand-run trainer')).toEqual(whole(rig));
  });

  it('a lock that is lost: the old holder writes nothing more', async () => {
    rig = await Rig.create(['pump_a']);
    for (const script of ['create_metadata.py', 'generate_seed_from_profile.py', 'validate_temporal_seed_data.py'])
      await runScript(`GAN/scripts/${script}`, rig.dataRoot, 'pump_a');
    const training = () =>
      runScript(`GAN/scripts/${TRAINING}`, rig.dataRoot, 'pump_a', flags, rig.settings.python).then(
        () => '',
        (error: unknown) => (error as { stderr: string }).stderr,
      );
    const old = training();
    await rig.untilEpoch('pump_a', 20);
    rmSync(join(rig.dataRoot, 'locks/pump_a.lock'));
    const next = training();
    expect(await old).toMatch(/pump_a was taken over by trainTvae in process \d+/);
    expect(await next).toBe('');
  });
});
