import { z } from 'zod';
import { SCRIPT } from '../activities/python/scripts.js';
import type { ImportOptions } from '../contracts/api/imports.js';
import type { ResultEvent } from '../contracts/events.js';
import { RowsAccount } from '../contracts/rows-account.js';
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
  dryRun: flag,
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

/** What is understood of recorded rows, or why they are refused. Nothing is changed. */
export async function checkRows(
  project: Project,
  machineId: string,
  rows: RowsImport,
  control: Control,
): Promise<RowsAccount> {
  const args = importArgs(machineId, { ...rows, dryRun: true });
  const { data } = await runScript(project, SCRIPT.importSeed, args, control);
  return RowsAccount.parse(data);
}

/** A request of a program, as the script's flags have it. No value of it is taken for a file's name. */
export function rowsImportOf(csv: string, options: ImportOptions): RowsImport {
  const { map, units, drop, censored, columns, gapHours, intervalMinutes, resample, ...texts } = options;
  const given = Object.entries({
    ...texts,
    map: json(map),
    units: json(units),
    drop: json(drop),
    censored: json(censored),
    columns: columns?.join(','),
    gapHours: gapHours?.toString(),
    intervalMinutes: intervalMinutes?.toString(),
    resample: resample?.toString(),
  }).filter(([, value]) => value !== undefined && value !== '');
  return RowsImport.parse({ csv, ...Object.fromEntries(given) });
}

function json(value: object | undefined): string | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : JSON.stringify(value);
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
