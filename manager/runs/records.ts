import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../activities/python/failures.js';
import type { RecordPage } from '../../contracts/api/runs.js';
import { artifactKey } from '../../contracts/artifacts.js';
import { entriesOf } from '../../contracts/run-record.js';
import type { RunEntry } from '../../contracts/run-record.js';
import { artifactPath } from '../artifacts.js';
import type { Project } from '../project.js';

/** The most that is read at once. */
const PAGE_BYTES = 4_000_000;
const NEW_LINE = 10;

/** The part of a run's record that begins at a byte; whole lines only. Empty where this host has no record. */
export async function readRecord(
  project: Project,
  machineId: string,
  runId: string,
  from: number,
): Promise<RecordPage> {
  let file;
  try {
    file = await open(pathOf(project, machineId, runId), 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return { entries: [], next: from, more: false };
    throw error;
  }
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, Math.min(PAGE_BYTES, size - from)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    // A line under way is read when it is whole.
    const end = buffer.lastIndexOf(NEW_LINE, bytesRead - 1) + 1;
    return { entries: entriesOf(buffer.toString('utf8', 0, end)), next: from + end, more: from + bytesRead < size };
  } finally {
    await file.close();
  }
}

/** The whole record of a machine's latest run, from its beginning; null: this host has none. */
export async function latestRecord(project: Project, machineId: string): Promise<RunEntry[] | null> {
  const [runId] = await recordedRuns(project, machineId);
  return runId === undefined ? null : await wholeRecord(project, machineId, runId);
}

export async function wholeRecord(project: Project, machineId: string, runId: string): Promise<RunEntry[]> {
  const entries: RunEntry[] = [];
  for (let from = 0, more = true; more;) {
    const page = await readRecord(project, machineId, runId, from);
    entries.push(...page.entries);
    more = page.more && page.next > from;
    from = page.next;
  }
  return entries;
}

/** Size of a run's record; null: there is none. */
export async function recordBytes(project: Project, machineId: string, runId: string): Promise<number | null> {
  try {
    return (await stat(pathOf(project, machineId, runId))).size;
  } catch {
    return null;
  }
}

/** The runs of a machine that have a record, the newest first. */
export async function recordedRuns(project: Project, machineId: string): Promise<string[]> {
  const folder = artifactPath(project, artifactKey('runs', machineId));
  const names = await readdir(folder).catch(() => []);
  const runs = names.flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -'.jsonl'.length)] : []));
  const aged = await Promise.all(
    runs.map(async (runId) => ({ runId, at: (await stat(join(folder, `${runId}.jsonl`))).mtimeMs })),
  );
  return aged.sort((a, b) => b.at - a.at).map(({ runId }) => runId);
}

function pathOf(project: Project, machineId: string, runId: string): string {
  return artifactPath(project, `${artifactKey('runs', machineId)}${runId}.jsonl`);
}
