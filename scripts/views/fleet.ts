import type { FleetReport, MachineOutcome } from '../../contracts/runs.js';
import { STEP_TITLES } from '../../contracts/steps.js';
import { duration, fit, table } from './format.js';
import type { LiveStep } from '../../manager/live-step.js';

/** A fleet run as one looks at it: its account and what its running machines last said. */
export interface FleetSnapshot {
  report: FleetReport;
  live: Map<string, LiveStep>;
  now: number;
  /** False while Temporal, or every worker, is silent: the account is the last one known. */
  answered?: boolean | undefined;
}

const MARK: Record<MachineOutcome['status'], string> = {
  queued: '·',
  running: '▶',
  succeeded: '✓',
  upToDate: '–',
  failed: '✗',
  cancelled: '■',
};

/**
 * Seconds the fleet still needs, from how long its machines took or, as long as they train, are going to take; null
 * before anything is known.
 */
export function fleetEta({ report, live, now }: FleetSnapshot): number | null {
  const known = report.machines.flatMap((machine) => {
    if (machine.status === 'succeeded' && machine.result !== null) return [machine.result.seconds];
    const left = secondsLeft(machine, live);
    return left === null ? [] : [secondsRun(machine, now) + left];
  });
  if (known.length === 0) return null;
  const mean = known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  const running = report.machines.filter((machine) => machine.status === 'running');
  const left = running.map((machine) => secondsLeft(machine, live) ?? Math.max(0, mean - secondsRun(machine, now)));
  const queued = report.machines.filter((machine) => machine.status === 'queued').length;
  const work = queued * mean + left.reduce((sum, seconds) => sum + seconds, 0);
  // A machine is not done sooner for being the last one.
  return Math.max(work / Math.max(1, report.concurrency), ...left);
}

function secondsLeft({ machineId, status }: MachineOutcome, live: FleetSnapshot['live']): number | null {
  return status === 'running' ? (live.get(machineId)?.heartbeat?.etaSeconds ?? null) : null;
}

function secondsRun({ startedAt }: MachineOutcome, now: number): number {
  return (now - (startedAt ?? now)) / 1000;
}

/** One line: how far the fleet is. */
export function totalLine(snapshot: FleetSnapshot): string {
  const { report, now } = snapshot;
  const count = (...statuses: string[]) => report.machines.filter((m) => statuses.includes(m.status)).length;
  const eta = fleetEta(snapshot);
  const parts = [
    `fleet ${report.name}: ${report.status}`,
    `${count('succeeded', 'upToDate')}/${report.machines.length} done`,
    `${count('running')} running`,
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    duration((now - report.startedAt) / 1000),
    ...(eta === null || report.status !== 'running' ? [] : [`ETA ${duration(eta)}`]),
    ...(snapshot.answered === false ? ['no answer from Temporal or its worker; waiting'] : []),
  ];
  return parts.join(' · ');
}

/** One line: where a machine is. */
export function machineLine(machine: MachineOutcome, live: LiveStep | undefined): string {
  return `${MARK[machine.status]} ${fit(machine.machineId, 34)} ${machineState(machine, live)}`;
}

function machineState(machine: MachineOutcome, live: LiveStep | undefined): string {
  switch (machine.status) {
    case 'queued':
      return 'waiting';
    case 'running':
      return live === undefined ? 'starting' : stepState(live);
    case 'succeeded':
      return `done in ${duration(machine.result?.seconds ?? 0)}${quality(machine)}`;
    case 'upToDate':
      return 'up to date, nothing to do';
    case 'failed':
      return `failed${inStep(machine)}: ${machine.failure?.message ?? ''}`;
    case 'cancelled':
      return 'cancelled';
  }
}

function inStep(machine: MachineOutcome): string {
  const step = machine.failure?.step ?? null;
  return step === null ? '' : ` in ${STEP_TITLES[step]}`;
}

function quality(machine: MachineOutcome): string {
  const value = machine.result?.quality ?? null;
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

/** The account at the end: every machine, what was made, how long, how good, why not. */
export function outcomeTable(report: FleetReport): string {
  const rows = report.machines.map((m) => [
    `${MARK[m.status]} ${m.machineId}`,
    m.status === 'upToDate' ? 'up to date' : m.status,
    m.result?.rows == null ? '' : m.result.rows.toLocaleString('en'),
    m.result === null ? '' : duration(m.result.seconds),
    m.result?.quality == null ? '' : m.result.quality.toFixed(3),
    m.failure === null
      ? ''
      : `${m.failure.type}: ${m.failure.message}${m.failure.hint === null ? '' : ` → ${m.failure.hint}`}`,
  ]);
  return table(['machine', 'outcome', 'rows', 'time', 'quality', 'why'], rows);
}
