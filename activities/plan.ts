import { Context } from '@temporalio/activity';
import type { ZodType } from 'zod';
import { FAILURE } from '../contracts/failures.js';
import { HealthData } from '../contracts/health.js';
import { FleetRunInput, MachinePipelineInput } from '../contracts/parameters.js';
import type { StepParameters } from '../contracts/parameters.js';
import { PlanData } from '../contracts/plan.js';
import type { PlannedMachine } from '../contracts/plan.js';
import { lineOf, problemsOf } from '../contracts/problems.js';
import type { ActivityPolicy, AdmittedMachine, FleetPlan, MachineHealth } from '../contracts/runs.js';
import { failure } from './python/failures.js';
import { listMachines, readProfile, requireMachines } from './fleet-folder.js';
import type { FleetFolders } from './fleet-folder.js';
import { runPython } from './python/script.js';
import type { PythonSettings } from './python/script.js';
import { SCRIPT } from './python/scripts.js';
import { beating, runSupervised } from './step.js';
import type { StepSettings } from './step.js';
import { trainingArgs } from './steps.js';
import type { StepOptions } from './steps.js';

export interface PlanSettings extends StepSettings, StepOptions {
  policy: ActivityPolicy;
  /** Machines in flight at once when the input does not say. */
  defaultConcurrency: number;
}

export { PlanData };
export type { PlannedMachine };

/** Checks a pipeline's input and the machine's configuration before any work starts; adds the worker's time-outs and queues. */
export async function admitMachine(given: unknown, settings: PlanSettings): Promise<AdmittedMachine> {
  const input = parseInput(MachinePipelineInput, given, 'machinePipeline');
  const profile = await readProfile(input.machineId, settings);
  return { input, machineType: profile.machine_type, policy: settings.policy };
}

/** Checks a fleet run's input and chooses its machines. A machine whose configuration is wrong is taken: it fails by itself. */
export async function planFleet(given: unknown, settings: PlanSettings): Promise<FleetPlan> {
  const input = parseInput(FleetRunInput, given, 'fleetRun');
  return await beating(
    settings,
    () => undefined,
    () => plan(input, settings),
  );
}

async function plan(input: FleetRunInput, settings: PlanSettings): Promise<FleetPlan> {
  const chosen = await selectMachines(input, settings);
  const due = input.only === null ? null : await selectPlan(input, settings, Context.current().cancellationSignal);
  const machines =
    due === null ? chosen : chosen.filter((machine) => due.some((planned) => planned.machineId === machine.machineId));
  const concurrency = Math.min(input.concurrency ?? settings.defaultConcurrency, Math.max(1, machines.length));
  return { parameters: input.parameters, concurrency, machines };
}

export async function checkFleetHealth(settings: StepSettings): Promise<MachineHealth[]> {
  const result = await runSupervised('fleetHealth', { script: SCRIPT.health, args: [] }, settings);
  return HealthData.parse(result.data).machines;
}

/** The flags of plan.py; null: the whole fleet. */
export function planArgs(machineIds: readonly string[] | null, parameters: StepParameters, force: boolean): string[] {
  return [
    ...['--machine_ids', machineIds === null ? 'all' : machineIds.join(',')],
    ...trainingArgs(parameters),
    ...['--seed_samples', String(parameters.seedSamples), '--num_samples', String(parameters.samples)],
    ...['--split_ratio', parameters.split.join(','), '--seed', String(parameters.seed)],
    ...(force ? ['--force'] : []),
  ];
}

/** The plan of a fleet run: each machine that its filters leave, and what its steps would do. Changes nothing. */
export async function selectPlan(
  input: FleetRunInput,
  settings: PythonSettings,
  signal: AbortSignal,
): Promise<PlannedMachine[]> {
  const ids = await selectMachines(input, settings);
  if (ids.length === 0) return [];
  const args = planArgs(
    ids.map((machine) => machine.machineId),
    input.parameters,
    input.force,
  );
  const silent = { onProgress: () => undefined, onLog: () => undefined };
  const result = await runPython({ script: SCRIPT.plan, args }, settings, signal, silent);
  return PlanData.parse(result.data).machines.filter((machine) => isDue(machine, input.only));
}

function isDue(machine: PlannedMachine, only: FleetRunInput['only']): boolean {
  if (only === 'missing') return !machine.published;
  return only === null || machine.steps.some((step) => step.action === 'run');
}

/** The machines that a fleet run's names and type choose. @throws ApplicationFailure InvalidInput for a machine that is not in the fleet */
async function selectMachines(
  input: FleetRunInput,
  where: FleetFolders,
): Promise<{ machineId: string; machineType: string }[]> {
  if (input.machineIds !== null) await requireMachines(input.machineIds, where);
  const named = [...new Set(input.machineIds ?? (await listMachines(where)))];
  const typed = await Promise.all(
    named.map(async (machineId) => ({ machineId, machineType: await typeOf(machineId, where) })),
  );
  return typed.filter((machine) => input.machineType === null || machine.machineType === input.machineType);
}

async function typeOf(machineId: string, where: FleetFolders): Promise<string> {
  try {
    return (await readProfile(machineId, where)).machine_type;
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
