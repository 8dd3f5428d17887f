import { csvFormatRows } from 'd3-dsv';
import { z } from 'zod';
import { artifactKey } from '../contracts/artifacts.js';
import type { DataRows, DataSeries, DataSource } from '../contracts/api/data.js';
import { readArtifact } from './artifacts.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';
import { KEY_COLUMNS, readRunTable } from './run-table.js';
import type { Column, RunTable } from './run-table.js';

/** What is to be drawn. */
export interface SeriesRequest {
  source: DataSource;
  /** Which sensors; none: all. */
  sensors: readonly string[];
  /** Which runs; none: an even selection. */
  runs: readonly number[];
  /** Runs at most, where none are named. */
  most: number;
  /** Rows of a run at most. */
  points: number;
}

/** @throws ManagerError for a sensor or a run that is not there, or when there are no data yet */
export async function readSeries(project: Project, machineId: string, request: SeriesRequest): Promise<DataSeries> {
  const table = await readRunTable(project, machineId, request.source);
  const sensors = sensorsOf(table, request.sensors);
  const numbered = numberedRuns(table);
  const chosen = request.runs.length > 0 ? named(numbered, request.runs) : evenly(numbered, request.most);
  const runs = chosen.map(({ run, begin, end }) => ({
    run,
    failureMode: String(table.columns.get('failure_mode')?.[begin] ?? '') || null,
    rows: end - begin,
    ...drawn(table, sensors, begin, end, request.points),
  }));
  const rows = runs.reduce((sum, run) => sum + run.hours.length, 0);
  return {
    source: request.source,
    runs,
    limits: await readLimits(project, machineId),
    drawn: { rows, of: table.rows, runs: runs.length, ofRuns: numbered.length },
  };
}

/** The latest rows of a source, newest last. */
export async function readLatestRows(
  project: Project,
  machineId: string,
  source: DataSource,
  count: number,
): Promise<DataRows> {
  const { names, columns, rows } = await readRunTable(project, machineId, source);
  const first = Math.max(0, rows - count);
  const cell = (name: string, row: number) => {
    const value = columns.get(name)?.[row] ?? null;
    return name === 'timestamp' ? new Date(Number(value)).toISOString() : value;
  };
  return {
    columns: names,
    rows: Array.from({ length: rows - first }, (_, at) => names.map((name) => cell(name, first + at))),
    total: rows,
  };
}

/** All rows of a source as CSV, with time stamps as ISO 8601. */
export async function readAsCsv(project: Project, machineId: string, source: DataSource): Promise<string> {
  const { columns, rows } = await readLatestRows(project, machineId, source, Infinity);
  return csvFormatRows([columns, ...rows.map((row) => row.map((cell) => String(cell ?? '')))]);
}

/** What a chart shows of a profile: no more of it is checked here. */
const Limits = z.object({
  sensors: z.array(
    z.object({ name: z.string(), unit: z.string(), warning: z.number().nullish(), trip: z.number().nullish() }),
  ),
});

/** Limits of the sensors by name; none where there is no profile, or a damaged one, which the steps will refuse. */
async function readLimits(project: Project, machineId: string): Promise<DataSeries['limits']> {
  const text = await readArtifact(project, artifactKey('profile', machineId)).catch(() => '{}');
  const parsed = Limits.safeParse(JSON.parse(text));
  const sensors = parsed.success ? parsed.data.sensors : [];
  return Object.fromEntries(
    sensors.map(({ name, unit, warning, trip }) => [name, { unit, warning: warning ?? null, trip: trip ?? null }]),
  );
}

interface NumberedRun {
  run: number;
  begin: number;
  end: number;
}

function numberedRuns({ starts, columns }: RunTable): NumberedRun[] {
  const ids = columns.get('run_id') ?? [];
  return starts.slice(0, -1).map((begin, at) => ({ run: Number(ids[begin]), begin, end: starts[at + 1] ?? begin }));
}

function sensorsOf({ names }: RunTable, wanted: readonly string[]): string[] {
  const sensors = names.filter((name) => !KEY_COLUMNS.includes(name));
  const unknown = wanted.filter((name) => !sensors.includes(name));
  if (unknown.length > 0)
    throw new ManagerError(REFUSAL.invalidInput, `sensors: there is no ${unknown.join(', ')}`, null, null, 'sensors');
  return wanted.length > 0 ? [...wanted] : sensors;
}

function named(runs: NumberedRun[], wanted: readonly number[]): NumberedRun[] {
  const byId = new Map(runs.map((run) => [run.run, run]));
  return wanted.map((id) => {
    const run = byId.get(id);
    if (run === undefined) throw new ManagerError(REFUSAL.invalidInput, `runs: there is no run ${id}`);
    return run;
  });
}

function evenly(runs: NumberedRun[], most: number): NumberedRun[] {
  const step = Math.max(1, Math.ceil(runs.length / most));
  return runs.filter((_, at) => at % step === 0);
}

function drawn(table: RunTable, sensors: string[], begin: number, end: number, points: number) {
  const columns = sensors.map((name) => table.columns.get(name) ?? []);
  const rows = thinned(columns, begin, end, points);
  const times = table.columns.get('timestamp') ?? [];
  const rul = table.columns.get('rul');
  const picked = (column: Column) => rows.map((row) => Number(column[row]));
  return {
    hours: rows.map((row) => (Number(times[row]) - Number(times[begin])) / 3_600_000),
    rul: rul === undefined ? null : picked(rul),
    sensors: Object.fromEntries(sensors.map((name, at) => [name, picked(columns[at] ?? [])])),
  };
}

/**
 * Rows of a run to draw, at most about `points`: of each of equal parts, the first row, the last one, and those where a
 * sensor is least and greatest. Never across runs.
 */
export function thinned(columns: Column[], begin: number, end: number, points: number): number[] {
  if (end - begin <= points) return Array.from({ length: end - begin }, (_, at) => begin + at);
  const parts = Math.max(1, Math.floor(points / (2 * columns.length + 2)));
  const rows = new Set<number>([begin, end - 1]);
  for (let part = 0; part < parts; part += 1) {
    const from = begin + Math.floor(((end - begin) * part) / parts);
    const to = begin + Math.floor(((end - begin) * (part + 1)) / parts);
    for (const column of columns) for (const row of extremes(column, from, to)) rows.add(row);
  }
  return [...rows].sort((a, b) => a - b);
}

function extremes(column: Column, from: number, to: number): [number, number] {
  let [low, high] = [from, from];
  for (let row = from + 1; row < to; row += 1) {
    const value = Number(column[row]);
    if (value < Number(column[low])) low = row;
    if (value > Number(column[high])) high = row;
  }
  return [low, high];
}
