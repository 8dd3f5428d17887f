import { outcomeOf, whole } from './outcome.js';
import type { Fault } from './rig.js';
import { Rig } from './rig.js';

/** Each place where a file is about to appear, or just has. A kill there must leave the old state or the new one. */
const WRITES: Pick<Fault, 'script' | 'call' | 'path'>[] = [
  { script: 'create_metadata.py', call: 'replace', path: '*_metadata.json' },
  { script: 'generate_seed_from_profile.py', call: 'fsync', path: '*/seed_data/*' },
  { script: 'generate_seed_from_profile.py', call: 'replace', path: '*_temporal_seed.csv' },
  { script: 'validate_temporal_seed_data.py', call: 'replace', path: '*_seed_report.json' },
  { script: 'train_tvae_machine.py', call: 'fsync', path: '*/checkpoints/*' },
  { script: 'train_tvae_machine.py', call: 'replace', path: '*/checkpoints/*' },
  { script: 'train_tvae_machine.py', call: 'replace', path: '*_tvae_temporal.pkl' },
  { script: 'train_tvae_machine.py', call: 'replace', path: '*/manifests/*.json' },
  { script: 'generate_synthetic_data.py', call: 'fsync', path: '*.parquet' },
  { script: 'generate_synthetic_data.py', call: 'replace', path: '*/generations/*' },
  { script: 'generate_synthetic_data.py', call: 'replace', path: '*/manifests/*.json' },
  { script: 'validate_new_machine.py', call: 'replace', path: '*report.json' },
  { script: 'publish_dataset.py', call: 'symlink', path: '*.tmp' },
  { script: 'publish_dataset.py', call: 'replace', path: '*/data/synthetic/*' },
  { script: 'publish_dataset.py', call: 'replace', path: '*/manifests/*.json' },
];

let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

it.each(['before', 'after'] as const)('Python is killed %s each place where a file appears', async (when) => {
  rig = await Rig.running(['pump_a', 'pump_b'], 1, { GAN_ATTEMPTS: '10' });
  const faults = WRITES.map((write) => ({ write, ...rig.arm({ kind: 'kill', when, ...write }) }));
  await rig.startFleet('r');
  expect(await outcomeOf(rig, 'r', `Python SIGKILL ${when} each write`, faults.length)).toEqual(whole(rig));
  expect(faults.filter((fault) => !fault.struck()).map((fault) => fault.write)).toEqual([]);
});

it('the disk is full, or the folder read-only, at each place where a file appears', async () => {
  rig = await Rig.running(['pump_a', 'pump_b'], 1, { GAN_ATTEMPTS: '10' });
  const faults = WRITES.map((write, at) => ({
    write,
    ...rig.arm({ kind: at % 2 === 0 ? 'disk full' : 'read-only', ...write }),
  }));
  await rig.startFleet('r');
  expect(await outcomeOf(rig, 'r', 'disk full or read-only at each write', faults.length)).toEqual(whole(rig));
  expect(faults.filter((fault) => !fault.struck()).map((fault) => fault.write)).toEqual([]);
});
