import { Context } from '@temporalio/activity';
import type { ZodType } from 'zod';
import { FAILURE } from '../contracts/failures.js';
import { HealthData } from '../contracts/health.js';
import { FleetRunInput, MachinePipelineInput } from '../contracts/parameters.js';
import { PlanData } from '../contracts/plan.js';
import type { PlannedMachine } from '../contracts/plan.js';
import { lineOf, problemsOf } from '../contracts/problems.js';
import type { ActivityPolicy, AdmittedMachine, FleetPlan, MachineHealth } from '../contracts/runs.js';
import { STEPS, isForced } from '../contracts/steps.js';
import { failure } from './python/failures.js';
import { listMachines, readConfiguration, requireMachines } from './fleet-folder.js';
import type { FleetFolders } from './fleet-folder.js';
import { currentSteps } from './current.js';
import { planArgs } from './plan-args.js';
import { runPython } from './python/script.js';
import type { PythonSettings } from './python/script.js';
import { SCRIPT } from './python/scripts.js';
import { recordAdmission } from './run-record.js';
import { beating, runSupervised } from './step.js';
import type { StepSettings } from './step.js';
import type { StepOptions } from './steps.js';

export interface PlanSettings extends StepSettings, StepOptions {
  policy: ActivityPolicy;
  /** Machines in flight at once if the input does not say. */
  defaultConcurrency: number;
}

export { PlanData };
export type { PlannedMachine };

/** How many machines a page of a plan has. */
const PAGE = 1_000;

/**
 * Checks a pipeline's input and the machine's configuration before any work starts; adds the worker's time-outs and
 * queues, and which steps need not run.
 */
export async function admitMachine(given: unknown, settings: PlanSettings): Promise<AdmittedMachine> {
  const input = parseInput(MachinePipelineInput, given, 'machinePipeline');
  const configuration = await readConfiguration(input.machineId, settings);
  const found = await currentSteps(input.machineId, input.parameters, settings);
  const begin = STEPS.findIndex((step) => isForced(input, step));
  const current = begin === -1 ? found : found.slice(0, begin);
  const admitted = { input, machineType: configuration.machine_type, policy: settings.policy, current };
  await recordAdmission(admitted, settings.dataRoot);
  return admitted;
}

/**
 * Checks a fleet run's input and chooses its machines. One with an invalid configuration is included and fails alone.
 * @param after the last machine of the page before
 */
export async function planFleet(given: unknown, after: string | null, settings: PlanSettings): Promise<FleetPlan> {
  const input = parseInput(FleetRunInput, given, 'fleetRun');
  return await beating(
    settings,
    () => undefined,
    () => plan(input, after, settings),
  );
}

async function plan(input: FleetRunInput, after: string | null, settings: PlanSettings): Promise<FleetPlan> {
  const named = await namedMachines(input, settings);
  const begin = after === null ? 0 : named.findIndex((id) => id === after) + 1;
  const ids = named.slice(begin, begin + PAGE);
  const chosen = await selectMachines({ ...input, machineIds: ids }, settings);
  const due =
    input.only === null
      ? null
      : await selectPlan({ ...input, machineIds: ids }, settings, Context.current().cancellationSignal);
  const kept = due === null ? null : new Set(due.map((planned) => planned.machineId));
  return {
    parameters: input.parameters,
    concurrency: input.concurrency ?? settings.defaultConcurrency,
    machines: kept === null ? chosen : chosen.filter((machine) => kept.has(machine.machineId)),
    next: begin + PAGE < named.length ? (ids.at(-1) ?? null) : null,
  };
}

export async function checkFleetHealth(settings: StepSettings): Promise<MachineHealth[]> {
  const result = await runSupervised('fleetHealth', { script: SCRIPT.health, args: [] }, settings);
  return HealthData.parse(result.data).machines;
}

/** The plan of a fleet run: the machines it selects and what their steps would do. Changes nothing. */
export async function selectPlan(
  input: FleetRunInput,
  settings: PythonSettings,
  signal: AbortSignal,
): Promise<PlannedMachine[]> {
  const ids = (await selectMachines(input, settings)).map((machine) => machine.machineId);
  const silent = { onProgress: () => undefined, onLog: () => undefined };
  const planned: PlannedMachine[] = [];
  for (let begin = 0; begin < ids.length; begin += PAGE) {
    const args = planArgs(ids.slice(begin, begin + PAGE), input.parameters, input.force);
    const result = await runPython({ script: SCRIPT.plan, args }, settings, signal, silent);
    planned.push(...PlanData.parse(result.data).machines.filter((machine) => isDue(machine, input.only)));
  }
  return planned;
}

function isDue(machine: PlannedMachine, only: FleetRunInput['only']): boolean {
  if (only === 'missing') return !machine.published;
  return only === null || machine.steps.some((step) => step.action === 'run');
}

/**
 * The machines that a fleet run's names and type select.
 * @throws ApplicationFailure InvalidInput for a machine that is not in the fleet
 */
async function selectMachines(
  input: FleetRunInput,
  where: FleetFolders,
): Promise<{ machineId: string; machineType: string }[]> {
  const named = await namedMachines(input, where);
  const typed = await Promise.all(
    named.map(async (machineId) => ({ machineId, machineType: await typeOf(machineId, where) })),
  );
  return typed.filter((machine) => input.machineType === null || machine.machineType === input.machineType);
}

async function namedMachines({ machineIds }: FleetRunInput, where: FleetFolders): Promise<string[]> {
  if (machineIds === null) return await listMachines(where);
  await requireMachines(machineIds, where);
  return [...new Set(machineIds)];
}

async function typeOf(machineId: string, where: FleetFolders): Promise<string> {
  try {
    return (await readConfiguration(machineId, where)).machine_type;
  } catch {
    return 'unknown';
  }
}

function parseInput<T>(schema: ZodType<T>, given: unknown, workflow: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, given, schema);
  throw failure(FAILURE.invalidInput, `${workflow}: ${problems.map(lineOf).join('; ')}`, {
    retryable: false,
    field: problems[0]?.field ?? null,
  });
}
