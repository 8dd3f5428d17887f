import { selectPlan } from '../activities/plan.js';
import type { PlannedMachine } from '../activities/plan.js';
import type { FleetRunInput } from '../contracts/parameters.js';
import type { Project } from './project.js';

export interface PreviewedFleet {
  machines: PlannedMachine[];
  /** Null until every step that is due has run at least once on some machine. */
  expectedSeconds: number | null;
}

/** What a fleet run would do, machine by machine, and how long it would take. Changes nothing. */
export async function previewFleetRun(
  { settings, projectRoot }: Project,
  input: FleetRunInput,
  signal: AbortSignal,
): Promise<PreviewedFleet> {
  const machines = await selectPlan(input, { ...settings, projectRoot }, signal);
  return { machines, expectedSeconds: expectedSeconds(machines, input.concurrency ?? settings.slots.training) };
}

/** Whether a machine has something to do. */
export function isDue({ steps }: PlannedMachine): boolean {
  return steps.some((step) => step.action === 'run');
}

/** From how long each step took last time, here or elsewhere in the fleet; null if one has never run anywhere. */
export function expectedSeconds(machines: readonly PlannedMachine[], concurrency: number): number | null {
  const steps = machines.flatMap((machine) => machine.steps);
  const due = steps.filter((step) => step.action === 'run');
  if (due.length === 0) return 0;
  const means = new Map(due.map(({ step }) => [step, meanSeconds(steps.filter((other) => other.step === step))]));
  const times = due.map(({ step, lastSeconds }) => lastSeconds ?? means.get(step) ?? null);
  if (times.includes(null)) return null;
  return times.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0) / Math.min(concurrency, machines.length);
}

function meanSeconds(steps: readonly { lastSeconds?: number | null | undefined }[]): number | null {
  const known = steps.flatMap(({ lastSeconds }) => (lastSeconds == null ? [] : [lastSeconds]));
  return known.length === 0 ? null : known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
}
