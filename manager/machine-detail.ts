import { stat } from 'node:fs/promises';
import { readConfiguration } from '../activities/fleet-folder.js';
import { artifactKey } from '../contracts/artifacts.js';
import type { ArtifactKind } from '../contracts/artifacts.js';
import { ShownProfile } from '../contracts/api/machine.js';
import type { ArtifactFile, MachineDetail } from '../contracts/api/machine.js';
import type { MachineTile } from '../contracts/api/machines.js';
import type { StepRecord } from '../contracts/manifest.js';
import { StepParameters } from '../contracts/parameters.js';
import { STEPS } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import { artifactPath, readArtifact } from './artifacts.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { KnownMachine } from './overview/artifact-index.js';
import { readReport } from './overview/reports.js';
import { newestGeneration } from './overview/tile.js';
import type { Project } from './project.js';

/** What each file of a machine is, in the order in which they come to be. */
const FILES: [string, ArtifactKind][] = [
  ['configuration', 'configuration'],
  ['profile', 'profile'],
  ['recorded data', 'recorded'],
  ['seed', 'seed'],
  ['seed report', 'seedReport'],
  ['model', 'model'],
  ['training history', 'history'],
];
const OF_A_DATA_SET = ['train.parquet', 'val.parquet', 'test.parquet', 'report.json', 'report.html', 'README.md'];

/** All that a person wants to know of one machine, from what is on disk. */
export async function describeMachine(
  project: Project,
  known: KnownMachine,
  tile: MachineTile,
): Promise<MachineDetail> {
  const { machineId, published } = known;
  const { steps } = known.manifest;
  const newest = newestGeneration(known);
  const [configuration, files, ofNewest] = await Promise.all([
    readConfigured(project, machineId),
    readFiles(project, known),
    newest === null ? null : readReport(project, machineId, newest),
  ]);
  return {
    tile,
    profile: (await readProfile(project, machineId)) ?? configuration.profile,
    problem: configuration.problem,
    recorded: files.some((file) => file.what === 'recorded data'),
    steps,
    parameters: parametersMade(steps),
    ...{ files, newest, published },
    report: ofNewest ?? (published === null ? null : await readReport(project, machineId, published)),
  };
}

/** The parameters that a machine's steps were made with, by the names that a person gives them. */
export function parametersMade(steps: Partial<Record<Step, StepRecord | null>>): Record<string, unknown> {
  const made = STEPS.flatMap((step) =>
    Object.entries(steps[step]?.parameters ?? {}).map(([flag, value]) => [nameOf(step, flag), value] as const),
  );
  return Object.fromEntries(made.filter(([name]) => name in StepParameters.shape));
}

/** The scripts have flags of their own names: `--num_samples` is the seed's rows in one, the data set's in another. */
function nameOf(step: Step, flag: string): string {
  if (flag === 'num_samples') return step === 'generateSeed' ? 'seedSamples' : 'samples';
  if (flag === 'split_ratio') return 'split';
  return flag.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function readConfigured(
  { settings, projectRoot }: Project,
  machineId: string,
): Promise<{ profile: ShownProfile | null; problem: string | null }> {
  try {
    const configuration = await readConfiguration(machineId, { dataRoot: settings.dataRoot, projectRoot });
    return { profile: ShownProfile.parse(configuration), problem: null };
  } catch (error) {
    return { profile: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function readProfile(project: Project, machineId: string): Promise<ShownProfile | null> {
  try {
    return ShownProfile.parse(JSON.parse(await readArtifact(project, artifactKey('profile', machineId))));
  } catch {
    return null;
  }
}

async function readFiles(project: Project, { machineId, manifest, published }: KnownMachine): Promise<ArtifactFile[]> {
  const generation = published === null ? null : `${artifactKey('generations', machineId)}${published}/`;
  const named = [
    ...FILES.map(([what, kind]) => [what, artifactKey(kind, machineId)] as const),
    ...(generation === null ? [] : OF_A_DATA_SET.map((name) => [name, `${generation}${name}`] as const)),
  ];
  const files = await Promise.all(
    named.map(async ([what, key]) => {
      const found = await stat(artifactPath(project, key)).catch(() => null);
      if (found === null) return [];
      const { size: bytes, mtimeMs } = found;
      return [{ what, key, bytes, modifiedAt: Math.floor(mtimeMs), ...origin(key, manifest.steps) }];
    }),
  );
  return files.flat();
}

function origin(key: string, steps: KnownMachine['manifest']['steps']): Pick<ArtifactFile, 'sha256' | 'rows' | 'step'> {
  for (const step of STEPS) {
    const output = steps[step]?.outputs.find(({ path }) => path === key);
    if (output !== undefined) return { sha256: output.sha256, rows: output.rows ?? null, step };
  }
  return { sha256: null, rows: null, step: null };
}

/** Name of a generation: it becomes part of a path. */
const GENERATION = /^[0-9a-f]{12}$/;

/** A generation's report as a page. @throws ManagerError when there is none */
export async function readReportPage(project: Project, machineId: string, generation: string): Promise<string> {
  requireGeneration(generation);
  const key = `${artifactKey('generations', machineId)}${generation}/report.html`;
  try {
    return await readArtifact(project, key);
  } catch {
    throw noReport(machineId, generation);
  }
}

/** A generation's report. @throws ManagerError when there is none */
export async function requireReport(project: Project, machineId: string, generation: string) {
  requireGeneration(generation);
  const report = await readReport(project, machineId, generation);
  if (report === null) throw noReport(machineId, generation);
  return report;
}

function requireGeneration(generation: string): void {
  if (!GENERATION.test(generation))
    throw new ManagerError(REFUSAL.invalidInput, 'generation: twelve hexadecimal digits', null, null, 'generation');
}

function noReport(machineId: string, generation: string): ManagerError {
  return new ManagerError(
    REFUSAL.notFound,
    `generation ${generation} of ${machineId} has no report`,
    `it is written when the data set is validated: npm run gan -- validate ${machineId}`,
  );
}
