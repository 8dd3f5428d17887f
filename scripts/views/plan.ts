import { selectPlan } from '../../activities/plan.js';
import type { PlannedMachine } from '../../contracts/plan.js';
import type { FleetRunInput } from '../../contracts/parameters.js';
import { STEPS, STEP_TITLES } from '../../contracts/steps.js';
import { loadSettings } from '../../temporal.config.js';
import { duration, table } from './format.js';
import { PROJECT_ROOT } from '../../manager/embedded/session.js';

/** Prints what a fleet run would do, machine by machine, and changes nothing. */
export async function printPlan(input: FleetRunInput, json: boolean): Promise<void> {
  const settings = loadSettings(process.env, PROJECT_ROOT);
  const machines = await selectPlan(input, { ...settings, projectRoot: PROJECT_ROOT }, new AbortController().signal);
  const seconds = expectedSeconds(machines, input.concurrency ?? settings.slots.training);
  if (json) {
    process.stdout.write(`${JSON.stringify({ machines, expectedSeconds: seconds }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${table(['machine', 'runs', 'up to date', 'why'], machines.map(row))}\n\n`);
  const due = machines.filter((machine) => machine.steps.some((step) => step.action === 'run')).length;
  const time =
    seconds === null ? 'expected time unknown until every step has run once' : `about ${duration(seconds)} expected`;
  process.stdout.write(`${due} of ${machines.length} machines have something to do; ${time}. Nothing was changed.\n`);
}

function row({ machineId, steps }: PlannedMachine): string[] {
  const runs = steps.filter((step) => step.action === 'run');
  const skipped = steps.filter((step) => step.action === 'skip');
  return [machineId, range(runs), range(skipped), runs[0]?.reason ?? 'inputs and outputs are as in the manifest'];
}

/** Steps that follow each other, by the first and the last of them. */
function range(steps: PlannedMachine['steps']): string {
  if (steps.length === STEPS.length) return 'every step';
  const titles = steps.map(({ step }) => STEP_TITLES[step]);
  return titles.length > 2 ? `${titles[0] ?? ''} … ${titles.at(-1) ?? ''}` : titles.join(', ') || '–';
}

/** From how long each step took when it last ran, or takes elsewhere in the fleet; null when one never ran anywhere. */
function expectedSeconds(machines: PlannedMachine[], concurrency: number): number | null {
  const due = machines.flatMap((machine) => machine.steps.filter((step) => step.action === 'run'));
  if (due.length === 0) return 0;
  const known = machines
    .flatMap((machine) => machine.steps)
    .flatMap(({ step, lastSeconds }) => (lastSeconds == null ? [] : [{ step, lastSeconds }]));
  const unknown = due.some(({ step }) => !known.some((other) => other.step === step));
  if (unknown) return null;
  const mean = (name: string) => {
    const times = known.filter(({ step }) => step === name);
    return times.reduce((sum, { lastSeconds }) => sum + lastSeconds, 0) / times.length;
  };
  return (
    due.reduce((sum, { step, lastSeconds }) => sum + (lastSeconds ?? mean(step)), 0) /
    Math.min(concurrency, machines.length)
  );
}
