import { MACHINE_STATUSES } from '../contracts/runs.js';
import type { MachineFilter, MachinePage, MachineRow, MachineSort, MachineStatus } from '../contracts/runs.js';
import { bytesOf } from './failure-texts.js';
import type { Entry } from '../contracts/machine-pages.js';

const DEFAULT_LIMIT = 100;
const MOST = 1_000;
const PAGE_BYTES = 200 * 1024;
const WORST: Record<MachineStatus, number> = {
  failed: 0,
  cancelled: 1,
  running: 2,
  succeeded: 3,
  upToDate: 3,
  queued: 4,
};

/** One page of the machines that match a filter. A part of the filter that makes no sense is ignored, not refused. */
export function pageOf(
  entries: readonly Entry[],
  filter: MachineFilter,
  rowOf: (entry: Entry) => MachineRow,
): MachinePage {
  const chosen = sorted(entries.filter(accepts(filter)), filter.sort ?? 'worst');
  const offset = whole(filter.offset, 0);
  const limit = Math.min(MOST, Math.max(1, whole(filter.limit, DEFAULT_LIMIT)));
  const machines: MachineRow[] = [];
  let bytes = 0;
  for (const entry of chosen.slice(offset, offset + limit)) {
    const row = rowOf(entry);
    bytes += bytesOf(JSON.stringify(row)) + 1;
    if (bytes > PAGE_BYTES && machines.length > 0) break;
    machines.push(row);
  }
  const end = offset + machines.length;
  return { machines, total: chosen.length, offset, next: end < chosen.length ? end : null };
}

function accepts({ status, type, since }: MachineFilter): (entry: Entry) => boolean {
  const statuses = new Set(status ?? MACHINE_STATUSES);
  return (entry) =>
    statuses.has(entry.status) && (type === undefined || entry.machineType === type) && movedAt(entry) >= (since ?? 0);
}

function movedAt({ startedAt, finishedAt }: Entry): number {
  return finishedAt ?? startedAt ?? 0;
}

const ORDERS: Record<Exclude<MachineSort, 'fleet'>, (a: Entry, b: Entry) => number> = {
  worst: (a, b) => WORST[a.status] - WORST[b.status] || (a.quality ?? Infinity) - (b.quality ?? Infinity) || 0,
  name: (a, b) => (a.machineId < b.machineId ? -1 : 1),
  recent: (a, b) => movedAt(b) - movedAt(a),
  slowest: (a, b) => (b.seconds ?? -1) - (a.seconds ?? -1),
};

function sorted(entries: Entry[], sort: MachineSort): Entry[] {
  return sort === 'fleet' ? entries : entries.sort(ORDERS[sort]);
}

function whole(given: number | undefined, otherwise: number): number {
  return Number.isInteger(given) && Number(given) >= 0 ? Number(given) : otherwise;
}
