import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { machineConfig } from '../support/profiles.js';
import { PROJECT_ROOT } from '../support/python.js';

/** The parameters of the rigs' fleet runs and of the undisturbed ones. */
export const PARAMETERS = { epochs: 150, batchSize: 500, seedSamples: 3000, samples: 3000, seed: 7 };

/** The chain as a person runs it: no Temporal, no worker, nothing that disturbs it. */
const CHAIN: [string, string[]][] = [
  ['GAN/scripts/create_metadata.py', []],
  ['GAN/scripts/generate_seed_from_profile.py', ['--num_samples', String(PARAMETERS.seedSamples)]],
  ['GAN/scripts/validate_temporal_seed_data.py', []],
  [
    'GAN/scripts/train_tvae_machine.py',
    ['--epochs', String(PARAMETERS.epochs), '--batch_size', String(PARAMETERS.batchSize)],
  ],
  ['GAN/scripts/generate_synthetic_data.py', ['--num_samples', String(PARAMETERS.samples)]],
  ['GAN/validate_new_machine.py', []],
  ['GAN/scripts/publish_dataset.py', []],
];

const shared = process.env['GAN_FAULTS_REFERENCE'] ?? mkdtempSync(join(tmpdir(), 'undisturbed-'));
if (process.env['GAN_FAULTS_REFERENCE'] === undefined) {
  const remove = () => {
    rmSync(shared, { recursive: true, force: true });
  };
  // A jest test cannot see the end of its process; chaos runs without jest.
  if ('afterAll' in globalThis) afterAll(remove);
  else process.once('exit', remove);
}

/** Digests by path of what undisturbed runs by hand make for these machines. Each machine is run once and kept. */
export async function undisturbed(machines: readonly string[]): Promise<Record<string, string>> {
  const all = await Promise.all(machines.map(undisturbedMachine));
  return Object.assign({}, ...all) as Record<string, string>;
}

async function undisturbedMachine(machineId: string): Promise<Record<string, string>> {
  const kept = join(shared, machineId);
  if (!existsSync(kept)) {
    const root = mkdtempSync(join(shared, 'run-'));
    await runByHand(root, machineId);
    renameSync(root, kept);
  }
  return artifacts(kept);
}

/** Takes a machine through its chain with the scripts alone. */
async function runByHand(root: string, machineId: string): Promise<void> {
  mkdirSync(join(root, 'fleet'));
  writeFileSync(join(root, 'fleet', `${machineId}.json`), JSON.stringify(machineConfig(machineId)));
  for (const [script, flags] of CHAIN) await runScript(script, root, machineId, flags);
}

/** Runs a script as a person does. */
export async function runScript(
  script: string,
  root: string,
  machineId: string,
  flags: string[] = [],
  python = join(PROJECT_ROOT, '.venv/bin/python'),
): Promise<{ stdout: string; stderr: string }> {
  const args = [script, '--machine_id', machineId, '--root', root, '--seed', String(PARAMETERS.seed), ...flags];
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  return await promisify(execFile)(python, args, { cwd: PROJECT_ROOT, env });
}

/** Digests of what a machine's steps made, by path. Manifests, reports and locks contain times and are left out. */
export function artifacts(dataRoot: string): Record<string, string> {
  const files = ['metadata', 'seed_data', 'models', 'data'].flatMap((folder) => walk(join(dataRoot, folder)));
  const made = files.filter((path) =>
    /_temporal_seed\.csv$|_training_history\.csv$|\.pkl$|\.parquet$|_metadata\.json$/.test(path),
  );
  return Object.fromEntries(
    made.map((path) => [relative(dataRoot, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** Temporary files and checkpoints that are left. */
export function halfWritten(dataRoot: string): string[] {
  const paths = walk(dataRoot).map((path) => relative(dataRoot, path));
  return paths.filter((path) => path.endsWith('.tmp') || path.includes('.tmp/') || path.includes('checkpoints/'));
}

/** Every file below a folder; a link counts as a file. */
function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return lstatSync(path).isDirectory() ? walk(path) : [path];
  });
}
