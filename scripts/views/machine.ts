import type { RetiredMachine } from '../../contracts/api/retirement.js';
import type { Generation } from '../../contracts/generations.js';
import type { AssumedValue } from '../../contracts/draft.js';
import type { Profile } from '../../contracts/profile.js';
import type { PipelineReport, PipelineResult } from '../../contracts/runs.js';
import { failureName } from '../../contracts/failures.js';
import { STEPS, STEP_TITLES } from '../../contracts/steps.js';
import type { ValidationReport } from '../../contracts/validation-report.js';
import type { LiveStep } from '../../manager/live-step.js';
import { duration, table } from './format.js';

/** A machine that was added, with what was assumed of it. */
export function machineText(made: { profile: Profile; path: string; assumed: readonly AssumedValue[] }): string {
  const id = made.profile.machine_id;
  const rows = made.assumed.map(({ field, value, basis }) => [named(field, made.profile), valueText(value), basis]);
  const assumed =
    rows.length === 0
      ? ''
      : `\nassumed, since it was not given; verify and edit it there:\n${table(['field', 'value', 'basis'], rows)}`;
  return `${id} added: ${made.path}${assumed}\nnext: npm run gan -- machine run ${id}`;
}

/** A field with the name of its sensor or failure mode in place of the number. */
function named(field: string, { sensors, failure_modes }: Profile): string {
  const [list, at, ...rest] = field.split('.');
  const part = (list === 'sensors' ? sensors : failure_modes)[Number(at)];
  return part === undefined || rest.length === 0 ? field : [part.name, ...rest].join('.');
}

function valueText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  return value.map((item: unknown) => (isEffect(item) ? `${item.sensor} ${item.direction}` : '')).join(', ');
}

function isEffect(item: unknown): item is { sensor: string; direction: string } {
  return typeof item === 'object' && item !== null && 'sensor' in item && 'direction' in item;
}

/** One line: what a pipeline that succeeded has made. */
export function resultLine(result: PipelineResult): string {
  const what =
    result.ran.length === 0
      ? 'up to date, nothing to do'
      : `${result.ran.map((step) => STEP_TITLES[step]).join(', ')} in ${duration(result.seconds)}`;
  const quality = result.quality === null ? '' : `, quality ${result.quality.toFixed(3)}`;
  return `✓ ${result.machineId}: ${what}; ${result.rows ?? 0} rows${quality}`;
}

/** A pipeline's account: its steps, and why it failed. */
export function pipelineText(report: PipelineReport): string {
  const rows = STEPS.map((step) => [STEP_TITLES[step], report.steps[step].status, report.steps[step].summary ?? '']);
  const steps = table(['step', 'state', 'what'], rows);
  const failure = report.failure === null ? '' : `\n\n${failureName(report.failure)}: ${report.failure.message}`;
  return `${report.machineId}: ${report.status}\n\n${steps}${failure}`;
}

export function generationTable(generations: readonly Generation[]): string {
  const rows = generations.map((g) => [
    g.name,
    g.madeAt.slice(0, 19).replace('T', ' '),
    g.fleetRun ?? 'by hand',
    g.quality?.toFixed(3) ?? '',
    g.verdict ?? '',
    g.state,
    g.quarantined ?? '',
  ]);
  return table(['generation', 'made (UTC)', 'fleet run', 'quality', 'verdict', 'state', 'why'], rows);
}

export function retiredTable(retired: readonly RetiredMachine[]): string {
  if (retired.length === 0) return 'no machine is retired';
  const rows = retired.map(({ machineId, retiredAt, where }) => [
    machineId,
    retiredAt.replace('T', ' ').slice(0, 19),
    where,
  ]);
  return table(['machine', 'retired (UTC)', 'where'], rows);
}

export function validationTable({ checks }: ValidationReport): string {
  const rows = checks.map((check) => [
    check.verdict,
    check.name,
    check.text,
    check.threshold,
    check.runs?.toString() ?? '',
  ]);
  return table(['verdict', 'check', 'measured', 'allowed', 'real runs'], rows);
}

/** The latest output of a running step, line by line. */
export function liveText({ lastFailure, heartbeat }: LiveStep): string {
  return [lastFailure ?? '', ...(heartbeat?.log ?? [])].filter((line) => line !== '').join('\n');
}
