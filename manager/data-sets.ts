import { SCRIPT } from '../activities/python/scripts.js';
import { STEP_SCRIPTS, validationArgs } from '../activities/steps.js';
import type { ResultEvent } from '../contracts/events.js';
import { GenerationList } from '../contracts/generations.js';
import type { Generation } from '../contracts/generations.js';
import { ValidationReport } from '../contracts/validation-report.js';
import { readArtifact } from './artifacts.js';
import type { Control, Project } from './project.js';
import { runScript } from './script.js';

/** What was done, in a sentence and in figures. */
export type Done = Pick<ResultEvent, 'summary' | 'data'>;

/** The generations of a machine's data set. */
export async function listGenerations(project: Project, machineId: string, control: Control): Promise<Generation[]> {
  const { data } = await runScript(project, SCRIPT.listGenerations, of(machineId), control);
  return GenerationList.parse(data).generations;
}

/**
 * Publishes the generation before the published one.
 * @param generation publishes this one instead: its name, or the beginning of it
 */
export async function rollBack(
  project: Project,
  machineId: string,
  generation: string | null,
  control: Control,
): Promise<Done> {
  const wanted = generation === null ? [] : ['--generation', generation];
  return await runScript(project, SCRIPT.rollBack, [...of(machineId), ...wanted], control);
}

/** Makes the published data set again from its manifest and compares digests; `full` also trains the model again. */
export async function verify(project: Project, machineId: string, full: boolean, control: Control): Promise<Done> {
  return await runScript(project, SCRIPT.verify, [...of(machineId), ...(full ? ['--full'] : [])], control);
}

/** Writes the published data set in the format of C-MAPSS. Its outputs are the files. */
export async function exportCmapss(project: Project, machineId: string, control: Control): Promise<ResultEvent> {
  return await runScript(project, SCRIPT.exportCmapss, of(machineId), control);
}

/** Measures a machine's data set; `full` takes all rows and more draws, `rulCap` is as the step's parameter. */
export async function validate(
  project: Project,
  machineId: string,
  { full, rulCap }: { full: boolean; rulCap: number },
  control: Control,
): Promise<{ report: ValidationReport; summary: string }> {
  const { script } = STEP_SCRIPTS.validateDataset;
  const args = [...of(machineId), ...(full ? ['--full'] : []), ...validationArgs({ rulCap })];
  const { outputs, summary } = await runScript(project, script, args, control);
  const report = ValidationReport.parse(JSON.parse(await readArtifact(project, outputs[0]?.path ?? '')));
  return { report, summary };
}

function of(machineId: string): string[] {
  return ['--machine_id', machineId];
}
