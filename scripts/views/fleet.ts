import type { MachineRow } from '../../contracts/runs.js';
import { failureName } from '../../contracts/failures.js';
import { printable } from '../../contracts/printable.js';
import { STEP_TITLES } from '../../contracts/steps.js';
import { fleetEta } from '../../manager/fleet-eta.js';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { viewOf } from '../../manager/fleet-view.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';
import type { LiveStep } from '../../manager/live-step.js';
import { duration, fit, table } from './format.js';

const MARK: Record<MachineRow['status'], string> = {
  queued: '·',
  running: '▶',
  succeeded: '✓',
  upToDate: '–',
  failed: '✗',
  cancelled: '■',
};

/** One line: how far the fleet is. */
export function totalLine(snapshot: FleetSnapshot): string {
  const { view, now } = snapshot;
  if (view === null) return 'no answer from Temporal or its worker; waiting';
  const { counts, total } = view;
  const eta = fleetEta(snapshot);
  const parts = [
    `fleet ${view.name}: ${view.status}`,
    `${counts.succeeded + counts.upToDate}/${total} done`,
    `${counts.running} running`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    duration((now - view.startedAt) / 1000),
    ...(eta === null || view.status !== 'running' ? [] : [`ETA ${duration(eta)}`]),
    ...(snapshot.silentSince === null ? [] : ['no answer from Temporal or its worker; waiting']),
  ];
  return parts.join(' · ');
}

/** A run's account: every machine, and how far the fleet is. */
export function accountText(report: WholeFleet, now: number): string {
  const total = totalLine({ view: viewOf(report, report.machines), live: new Map(), now, silentSince: null });
  return `${outcomeTable(report)}\n\n${total}`;
}

/** One line: where a machine is. */
export function machineLine(machine: MachineRow, live: LiveStep | undefined): string {
  return printable(`${MARK[machine.status]} ${fit(machine.machineId, 34)} ${machineState(machine, live)}`);
}

function machineState(machine: MachineRow, live: LiveStep | undefined): string {
  switch (machine.status) {
    case 'queued':
      return 'waiting';
    case 'running':
      return live === undefined ? 'starting' : stepState(live);
    case 'succeeded':
      return `done in ${duration(machine.seconds ?? 0)}${quality(machine)}`;
    case 'upToDate':
      return 'up to date, nothing to do';
    case 'failed':
      return `failed${inStep(machine)}: ${machine.failure?.message ?? ''}`;
    case 'cancelled':
      return 'cancelled';
  }
}

function inStep(machine: MachineRow): string {
  const step = machine.failure?.step ?? null;
  return step === null ? '' : ` in ${STEP_TITLES[step]}`;
}

function quality(machine: MachineRow): string {
  const value = machine.quality;
  return value === null ? '' : `, quality ${value.toFixed(3)}`;
}

/** A running step: epoch, loss and ETA where it has them. */
export function stepState({ step, attempt, heartbeat, lastFailure }: LiveStep): string {
  const parts = [(STEP_TITLES as Partial<Record<string, string>>)[step] ?? 'check input'];
  if (heartbeat !== null && heartbeat.total > 0)
    parts.push(`${heartbeat.unit} ${heartbeat.current}/${heartbeat.total}`);
  const loss = heartbeat?.metrics['loss'];
  if (loss !== undefined && loss !== null) parts.push(`loss ${loss.toFixed(3)}`);
  if (heartbeat?.etaSeconds != null) parts.push(`ETA ${duration(heartbeat.etaSeconds)}`);
  if (attempt > 1) parts.push(`attempt ${attempt}${lastFailure === null ? '' : ` (${lastFailure})`}`);
  return parts.join(' · ');
}

/** The account at the end: every machine's outcome, rows, time, quality, and why it failed. */
export function outcomeTable(report: WholeFleet): string {
  const rows = report.machines.map((m) => [
    `${MARK[m.status]} ${m.machineId}`,
    m.status === 'upToDate' ? 'up to date' : m.status,
    m.rows === null ? '' : m.rows.toLocaleString('en'),
    m.seconds === null ? '' : duration(m.seconds),
    m.quality === null ? '' : m.quality.toFixed(3),
    m.failure === null
      ? ''
      : `${failureName(m.failure)}: ${m.failure.message}${m.failure.hint === null ? '' : ` → ${m.failure.hint}`}`,
  ]);
  return table(['machine', 'outcome', 'rows', 'time', 'quality', 'why'], rows);
}
