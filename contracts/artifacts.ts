/**
 * The artifacts' keys by kind, relative to the data root, with `{id}` for the machine's id. Locally a key is a path, in
 * an object store an object's name. A key that ends with a slash is a group: everything below it is the machine's.
 * `npm run schema` writes the table for Python (GAN/gan/store/layout.py).
 */
export const ARTIFACTS = {
  configuration: 'fleet/{id}.json',
  profile: 'metadata/{id}_metadata.json',
  seed: 'seed_data/{id}_temporal_seed.csv',
  seedReport: 'seed_data/{id}_seed_report.json',
  recorded: 'recorded/{id}.csv',
  censored: 'recorded/{id}_censored.csv',
  ownNames: 'recorded/{id}_names.json',
  model: 'models/{id}_tvae_temporal.pkl',
  history: 'models/{id}_training_history.csv',
  checkpoints: 'models/checkpoints/{id}/',
  generations: 'data/generations/{id}/',
  publication: 'data/synthetic/{id}',
  manifest: 'manifests/{id}.json',
  lock: 'locks/{id}.lock',
  runs: 'runs/{id}/',
  cmapss: 'data/cmapss/{id}/',
  retired: 'retired/{id}/',
  fleetReport: 'data/fleet-report.html',
} as const;

export type ArtifactKind = keyof typeof ARTIFACTS;

/** The key of a machine's artifact. `machineId` is one that was checked: it becomes part of a path. */
export function artifactKey(kind: ArtifactKind, machineId: string): string {
  return ARTIFACTS[kind].replace('{id}', machineId);
}
