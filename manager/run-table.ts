import { readFile, stat } from 'node:fs/promises';
import { csvParseRows } from 'd3-dsv';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { hasCode } from '../activities/python/failures.js';
import { artifactKey } from '../contracts/artifacts.js';
import type { DataSource } from '../contracts/api/data.js';
import { artifactPath } from './artifacts.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';

/** A column: numbers, or words with null where there is none. */
export type Column = Float64Array | (string | null)[];

/** The rows of a seed or of a split, column by column. */
export interface RunTable {
  names: string[];
  columns: Map<string, Column>;
  rows: number;
  /** First row of each run, and the number of rows at the end. */
  starts: number[];
}

/** Columns that are no sensors. */
export const KEY_COLUMNS = ['timestamp', 'rul', 'failure_mode', 'run_id'];

/** How many tables stay in memory: what a person who compares looks at. */
const KEPT = 6;
const kept = new Map<string, Promise<RunTable>>();

/** @throws ManagerError when there is no such file yet */
export async function readRunTable(project: Project, machineId: string, source: DataSource): Promise<RunTable> {
  const path = pathOf(project, machineId, source);
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (found === null) throw missing(machineId, source);
  const key = `${path} ${found.ino} ${found.size} ${found.mtimeMs}`;
  const known = kept.get(key);
  if (known !== undefined) return await known;
  const reading = source === 'seed' ? readCsv(path) : readParquet(path);
  kept.set(key, reading);
  reading.catch(() => kept.delete(key));
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
  return await reading;
}

function missing(machineId: string, source: DataSource): ManagerError {
  const what = source === 'seed' ? 'seed' : 'published data set';
  return new ManagerError(
    REFUSAL.notFound,
    `${machineId} has no ${what}`,
    `run the machine: npm run gan -- machine run ${machineId}`,
  );
}

/** Absolute path of a source's file. */
export function pathOf(project: Project, machineId: string, source: DataSource): string {
  const key =
    source === 'seed' ? artifactKey('seed', machineId) : `${artifactKey('publication', machineId)}/${source}.parquet`;
  return artifactPath(project, key);
}

async function readParquet(path: string): Promise<RunTable> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const columns = new Map<string, Column>();
  await parquetRead({
    file,
    metadata,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = columns.get(columnName) ?? newColumn(columnData[0], rows);
      columns.set(columnName, column);
      for (let at = 0; at < columnData.length; at += 1) column[rowStart + at] = valueOf(columnData[at]);
    },
  });
  const names = metadata.schema.slice(1).map(({ name }) => name);
  return table(names, columns, rows);
}

function newColumn(first: unknown, rows: number): Column {
  return typeof first === 'string' ? new Array<string | null>(rows).fill(null) : new Float64Array(rows);
}

/** Times in milliseconds. */
function valueOf(value: unknown): number | string | null {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

async function readCsv(path: string): Promise<RunTable> {
  const [names = [], ...lines] = csvParseRows(await readFile(path, 'utf8'));
  const columns = new Map<string, Column>();
  names.forEach((name, at) => {
    const cells = lines.map((line) => line[at] ?? '');
    if (name === 'failure_mode') columns.set(name, cells);
    else columns.set(name, Float64Array.from(cells, name === 'timestamp' ? Date.parse : Number));
  });
  return table(names, columns, lines.length);
}

function table(names: string[], columns: Map<string, Column>, rows: number): RunTable {
  const runs = columns.get('run_id') ?? [];
  const starts = [0];
  for (let row = 1; row < rows; row += 1) if (runs[row] !== runs[row - 1]) starts.push(row);
  return { names, columns, rows, starts: [...starts, rows] };
}
