import { z } from 'zod';
import { SCRIPT } from '../activities/python/scripts.js';
import type { ResultEvent } from '../contracts/events.js';
import type { Control, Project } from './project.js';
import { runScript } from './script.js';

const text = z.string().optional();
const flag = z.boolean().optional();

/** How recorded rows become a machine's seed. Each field is a flag of import_seed.py, which checks its value. */
export const RowsImport = z.strictObject({
  csv: z.string(),
  map: text,
  units: text,
  runColumn: text,
  gapHours: text,
  intervalMinutes: text,
  timeUnit: text,
  resample: text,
  censored: text,
  failureMode: text,
  delimiter: text,
  format: text,
  columns: text,
  drop: text,
  decimal: text,
  missing: text,
  settings: text,
  dateOrder: text,
  timeZone: text,
  machineType: text,
  manufacturer: text,
  model: text,
  description: text,
  noFailures: flag,
  splitAtFailures: flag,
  newProfile: flag,
  replace: flag,
});
export type RowsImport = z.infer<typeof RowsImport>;

/** Imports recorded run-to-failure rows as a machine's seed. Files are named by absolute paths. */
export async function importRows(
  project: Project,
  machineId: string,
  rows: RowsImport,
  control: Control,
): Promise<ResultEvent> {
  return await runScript(project, SCRIPT.importSeed, importArgs(machineId, rows), control);
}

/** The script's flags. `=` ties each value to its flag, so that no value passes for a flag. */
export function importArgs(machineId: string, { csv, ...fields }: RowsImport): string[] {
  const given: Record<string, string | boolean | undefined> = fields;
  const flags = Object.keys(RowsImport.shape).flatMap((field) => {
    const value = given[field];
    if (value === undefined || value === false) return [];
    const name = `--${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    return value === true ? [name] : [`${name}=${value}`];
  });
  return ['--machine_id', machineId, '--csv', csv, ...flags];
}
