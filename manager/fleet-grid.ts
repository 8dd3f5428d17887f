import type { GridCell, GridFilter, GridPage, GridRow } from '../contracts/api/fleet-runs.js';
import type { LiveRun } from '../contracts/api/machines.js';
import type { MachineRow } from '../contracts/runs.js';
import { STEPS, fleetWorkflowId } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import { readPage } from './fleet-account.js';
import type { FleetOverview } from './fleet-overview.js';
import type { LiveStep } from './live-step.js';
import type { KnownMachine } from './overview/artifact-index.js';
import type { Connected } from './project.js';
import { answered } from './stuck.js';

/** A step that has said nothing for so long is silent. */
const SILENT_MS = 4_000;

/** One page of a fleet run's machines, with a cell for each step. */
export async function readGrid(
  { client }: Connected,
  overview: FleetOverview,
  name: string,
  { status, type, sort, offset, limit }: GridFilter,
): Promise<GridPage> {
  const handle = client.workflow.getHandle(fleetWorkflowId(name));
  const filter = { sort, offset, limit, ...(status && { status: [status] }), ...(type && { type }) };
  const cancel = `npm run gan -- fleet cancel --name ${name}`;
  const page = await answered(client, handle, `fleet run ${name}`, cancel, () => readPage(handle, filter));
  const known = await overview.onDisk();
  const rows = page.machines.map((row) => gridRow(name, row, known.get(row.machineId) ?? null, null));
  return { rows, total: page.total, offset: page.offset };
}

/** @param known what is on disk of the machine @param live what its running step last said */
export function gridRow(run: string, row: MachineRow, known: KnownMachine | null, live: LiveStep | null): GridRow {
  const { machineId, machineType, status, startedAt, seconds, rows, quality, failure } = row;
  return {
    ...{ machineId, machineType, status, startedAt, seconds, rows, quality },
    ...{ failure: failure?.message ?? null, hint: failure?.hint ?? null },
    cells: STEPS.map((step) => cellOf(run, step, row, known, live)),
    run: live === null ? null : liveRun(live),
  };
}

const NOTHING: GridCell = { state: 'pending', seconds: null };

function cellOf(run: string, step: Step, row: MachineRow, known: KnownMachine | null, live: LiveStep | null): GridCell {
  const at = STEPS.indexOf(step);
  const now = row.status === 'failed' ? (row.failure?.step ?? null) : live?.step;
  const current = STEPS.findIndex((one) => one === now);
  if (row.status === 'queued') return NOTHING;
  if (row.status === 'upToDate') return { state: 'skipped', seconds: null };
  if (row.status === 'failed' && at === Math.max(current, 0)) return { state: 'failed', seconds: null };
  if (row.status === 'running' && at === current)
    return { state: isSilent(live) ? 'silent' : 'running', seconds: null };
  const before = row.status === 'succeeded' || at < current;
  return recorded(run, step, row, known, before);
}

/** A step that is over: by the manifest, it ran in this run or was up to date. */
function recorded(run: string, step: Step, row: MachineRow, known: KnownMachine | null, over: boolean): GridCell {
  const record = known?.manifest.steps[step] ?? null;
  if (record?.fleetRun === run) return { state: 'done', seconds: record.durationSeconds };
  if (!over) return NOTHING;
  // Another run has done it again since: what this one did is not recorded any more.
  const later = record !== null && Date.parse(record.finishedAt) > (row.finishedAt ?? Infinity);
  return { state: later || record === null ? 'done' : 'skipped', seconds: null };
}

function isSilent(live: LiveStep | null): boolean {
  return live?.heartbeatAt != null && Date.now() - live.heartbeatAt > SILENT_MS;
}

function liveRun({ step, attempt, heartbeat, heartbeatAt }: LiveStep): LiveRun {
  const silentMs = heartbeatAt === null ? 0 : Date.now() - heartbeatAt;
  return {
    ...{ step, attempt, current: heartbeat?.current ?? 0, total: heartbeat?.total ?? 0, unit: heartbeat?.unit ?? '' },
    ...{ etaSeconds: heartbeat?.etaSeconds ?? null, loss: heartbeat?.metrics['loss'] ?? null, losses: [] },
    silentSeconds: silentMs > SILENT_MS ? Math.round(silentMs / 1000) : null,
  };
}
