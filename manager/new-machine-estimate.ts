import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Estimate } from '../contracts/api/drafts.js';
import { ARTIFACTS } from '../contracts/artifacts.js';
import { STEPS } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import type { StepParameters } from '../contracts/parameters.js';
import { artifactPath, readArtifact } from './artifacts.js';
import type { Project } from './project.js';

/** Manifests that are read, and the most similar of them that an estimate rests on. */
const MOST_READ = 200;
const SIMILAR = 9;

/** What an estimate needs of a manifest. */
const Manifest = z.object({
  steps: z.partialRecord(
    z.enum(STEPS),
    z.object({
      durationSeconds: z.number().nonnegative(),
      parameters: z.record(z.string(), z.unknown()),
      metrics: z.record(z.string(), z.number().nullable()),
    }),
  ),
});
type Manifest = z.infer<typeof Manifest>;

/** How large a machine's steps are: what their durations grow with. */
interface Size {
  sensors: number;
  seedRows: number;
  epochs: number;
  rows: number;
}

const WORK: Record<Step, (size: Size) => number> = {
  createProfile: () => 1,
  generateSeed: ({ seedRows, sensors }) => seedRows * sensors,
  validateSeed: ({ seedRows, sensors }) => seedRows * sensors,
  trainTvae: ({ seedRows, epochs }) => seedRows * epochs,
  generateDataset: ({ rows, sensors }) => rows * sensors,
  validateDataset: ({ rows, seedRows, sensors }) => (rows + seedRows) * sensors,
  publishDataset: () => 1,
};

/**
 * How long a machine's steps may take: each as long as in the machines most like it, in proportion to its size.
 * @param sensors null: as many as the others have
 */
export async function estimateRun(
  project: Project,
  parameters: StepParameters,
  sensors: number | null,
): Promise<Estimate> {
  const manifests = await readManifests(project);
  const sizes = manifests.map(sizeOf);
  const { seedSamples: seedRows, epochs, samples: rows } = parameters;
  const size = { sensors: sensors ?? median(sizes.map((each) => each.sensors)) ?? 8, seedRows, epochs, rows };
  const steps = STEPS.flatMap((step) => {
    const past = manifests.flatMap(({ steps: { [step]: record } }, at) => {
      const work = WORK[step](sizes[at] ?? size);
      return record === undefined || work <= 0 ? [] : [{ work, seconds: record.durationSeconds }];
    });
    const seconds = proportional(past, WORK[step](size));
    return seconds === null ? [] : [{ step, seconds }];
  });
  // Without a training nothing is known of what takes longest.
  const known = steps.some(({ step }) => step === 'trainTvae');
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  return { seconds: known ? total : null, machines: manifests.length, steps };
}

function proportional(past: { work: number; seconds: number }[], work: number): number | null {
  const far = (each: { work: number }) => Math.abs(Math.log(each.work / work));
  const similar = past.sort((a, b) => far(a) - far(b)).slice(0, SIMILAR);
  return median(similar.map((each) => each.seconds * (work / each.work)));
}

function median(values: number[]): number | null {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

function sizeOf({ steps }: Manifest): Size {
  const parameter = (step: Step, name: string) => z.number().catch(0).parse(steps[step]?.parameters[name]);
  return {
    sensors: steps.createProfile?.metrics['sensors'] ?? 0,
    seedRows: steps.generateSeed?.metrics['rows'] ?? parameter('generateSeed', 'num_samples'),
    epochs: parameter('trainTvae', 'epochs'),
    rows: parameter('generateDataset', 'num_samples'),
  };
}

async function readManifests(project: Project): Promise<Manifest[]> {
  const folder = dirname(ARTIFACTS.manifest);
  const names = await readdir(artifactPath(project, folder)).catch(() => []);
  const keys = names.filter((name) => name.endsWith('.json')).slice(-MOST_READ);
  const read = keys.map(async (name) => {
    try {
      return [Manifest.parse(JSON.parse(await readArtifact(project, `${folder}/${name}`)))];
    } catch {
      // Another version's, or just being removed: it tells nothing.
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}
