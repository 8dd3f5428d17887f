import type { PlannedMachine } from '../../contracts/plan.js';
import { STEPS, STEP_TITLES } from '../../contracts/steps.js';
import { isDue } from '../../manager/fleet-plan.js';
import type { PreviewedFleet } from '../../manager/fleet-plan.js';
import { duration, table } from './format.js';

/** What a fleet run would do, machine by machine. */
export function planText({ machines, expectedSeconds }: PreviewedFleet): string {
  const due = machines.filter(isDue).length;
  const time =
    expectedSeconds === null
      ? 'expected time unknown until every step has run once'
      : `about ${duration(expectedSeconds)} expected`;
  const rows = table(['machine', 'runs', 'up to date', 'why'], machines.map(row));
  return `${rows}\n\n${due} of ${machines.length} machines have something to do; ${time}. Nothing was changed.`;
}

function row({ machineId, steps, refused }: PlannedMachine): string[] {
  const runs = steps.filter((step) => step.action === 'run');
  const skipped = steps.filter((step) => step.action === 'skip');
  const why = runs[0]?.reason ?? 'inputs and outputs are as in the manifest';
  return [
    machineId,
    range(runs),
    range(skipped),
    refused == null ? why : `refused: ${refused.message}; ${refused.hint}`,
  ];
}

/** Steps that follow each other, by the first and the last of them. */
function range(steps: PlannedMachine['steps']): string {
  if (steps.length === STEPS.length) return 'every step';
  const titles = steps.map(({ step }) => STEP_TITLES[step]);
  return titles.length > 2 ? `${titles[0] ?? ''} … ${titles.at(-1) ?? ''}` : titles.join(', ') || '–';
}
