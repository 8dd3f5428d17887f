import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { Output } from '../contracts/events.js';
import type { StepParameters } from '../contracts/parameters.js';
import type { AdmittedMachine, CurrentMachine, ReviewRequest, StepResult } from '../contracts/runs.js';
import { FAILURE } from '../contracts/failures.js';
import { Refused } from '../contracts/plan.js';
import { STEPS } from '../contracts/steps.js';
import { planArgs } from './plan-args.js';
import { failure } from './python/failures.js';
import { SCRIPT } from './python/scripts.js';
import { runSupervised } from './step.js';
import type { StepSettings } from './step.js';

/** What plan.py adds with --results. */
const Made = z.object({
  summary: z.string(),
  outputs: z.array(Output),
  metrics: z.record(z.string(), z.number().nullable()),
});
const LookedAt = z.object({
  machines: z.array(
    z.object({
      machineId: z.string(),
      refused: Refused.nullish(),
      steps: z.array(
        z.object({ step: z.enum(STEPS), action: z.enum(['run', 'skip']), reason: z.string(), made: Made.optional() }),
      ),
    }),
  ),
});
/** The plan's reasons, in the words of the steps' scripts. */
const WHY: Record<string, string> = { 'up to date': 'inputs and outputs are as in the manifest' };
type Current = AdmittedMachine['current'];

/**
 * Those of the machines that are wholly up to date at this moment. One process looks at all of them, and says the same
 * as the steps' scripts would, one after another.
 */
export async function reviewMachines(
  { machineIds, parameters }: ReviewRequest,
  settings: StepSettings,
): Promise<CurrentMachine[]> {
  const looked = await lookAt(machineIds, parameters, settings);
  return looked.flatMap(({ machineId, current }) =>
    current.length < STEPS.length ? [] : [{ machineId, rows: rowsOf(current), quality: measured(current, 'quality') }],
  );
}

/**
 * The first steps of a machine's chain that are up to date; none if that cannot be told: its steps will say why.
 * @throws ApplicationFailure InvalidInput where a step would refuse what is asked for, after the others had run
 */
export async function currentSteps(
  machineId: string,
  parameters: StepParameters,
  settings: StepSettings,
): Promise<Current> {
  const looked = await lookAtOne(machineId, parameters, settings);
  if (looked?.refused == null) return looked?.current ?? [];
  const { message, hint, field } = looked.refused;
  throw failure(FAILURE.invalidInput, message, { retryable: false, hint, field });
}

async function lookAtOne(machineId: string, parameters: StepParameters, settings: StepSettings) {
  try {
    return (await lookAt([machineId], parameters, settings))[0];
  } catch (error) {
    if (Context.current().cancellationSignal.aborted) throw error;
    return undefined;
  }
}

async function lookAt(machineIds: string[], parameters: StepParameters, settings: StepSettings) {
  const args = [...planArgs(machineIds, parameters, false), '--results'];
  const { data } = await runSupervised('plan', { script: SCRIPT.plan, args }, settings);
  return LookedAt.parse(data).machines.map(({ machineId, steps, refused }) => {
    const due = steps.findIndex((step) => step.action === 'run' || step.made === undefined);
    const first = due === -1 ? steps : steps.slice(0, due);
    return {
      machineId,
      refused,
      current: first.flatMap(({ step, reason, made }) =>
        made === undefined ? [] : [{ step, result: skipped(reason, made) }],
      ),
    };
  });
}

function skipped(reason: string, { summary, outputs, metrics }: z.infer<typeof Made>): StepResult {
  return {
    skipped: true,
    reason: WHY[reason] ?? reason,
    summary: `up to date: ${summary}`,
    outputs,
    metrics,
    durationSeconds: 0,
  };
}

function rowsOf(current: Current): number | null {
  const outputs = current.find(({ step }) => step === 'generateDataset')?.result.outputs ?? [];
  return outputs.reduce((sum, output) => sum + (output.rows ?? 0), 0) || null;
}

function measured(current: Current, metric: string): number | null {
  return current.find(({ step }) => step === 'validateDataset')?.result.metrics[metric] ?? null;
}
