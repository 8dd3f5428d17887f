import { stat } from 'node:fs/promises';
import { SCRIPT } from '../activities/python/scripts.js';
import { DataOverview } from '../contracts/api/data.js';
import type { Control, Project } from './project.js';
import { pathOf } from './run-table.js';
import { runScript } from './script.js';

const KEPT = 50;
const kept = new Map<string, Promise<DataOverview>>();

/**
 * Aggregates of a machine's seed and its published data set. Those of unchanged files are remembered.
 * @throws ApplicationFailure MissingPrerequisite when there is no seed, or nothing is published
 */
export async function readDataOverview(project: Project, machineId: string, control: Control): Promise<DataOverview> {
  const paths = (['seed', 'train'] as const).map((source) => pathOf(project, machineId, source));
  const states = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  const key = [machineId, ...states.map((state) => `${state?.ino} ${state?.size} ${state?.mtimeMs}`)].join(' ');
  const known = kept.get(key);
  if (known !== undefined) return await known;
  const reading = explore(project, machineId, control);
  kept.set(key, reading);
  reading.catch(() => kept.delete(key));
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
  return await reading;
}

async function explore(project: Project, machineId: string, control: Control): Promise<DataOverview> {
  const { data } = await runScript(project, SCRIPT.exploreDataset, ['--machine_id', machineId], control);
  return DataOverview.parse(data);
}
