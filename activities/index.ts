import type { MachinePipelineInput, FleetRunInput } from '../contracts/parameters.js';
import type { ReviewRequest, StepRequest, StepResult } from '../contracts/runs.js';
import { STEPS } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import { reviewMachines } from './current.js';
import { admitMachine, checkFleetHealth, planFleet } from './plan.js';
import type { PlanSettings } from './plan.js';
import { requestCancellation } from './request-cancellation.js';
import { runStepScript } from './step.js';
import { STEP_SCRIPTS, commonArgs } from './steps.js';

/** The activities, bound to a worker's settings: one for each step, with its name, and those that plan. */
export function createActivities(settings: PlanSettings) {
  return {
    admitMachine: (given: MachinePipelineInput) => admitMachine(given, settings),
    planFleet: (given: FleetRunInput, after: string | null) => planFleet(given, after, settings),
    reviewMachines: (request: ReviewRequest) => reviewMachines(request, settings),
    requestCancellation,
    checkFleetHealth: () => checkFleetHealth(settings),
    ...stepActivities(settings),
  };
}

export type Activities = ReturnType<typeof createActivities>;

type StepActivities = Record<Step, (request: StepRequest) => Promise<StepResult>>;

function stepActivities(settings: PlanSettings): StepActivities {
  const activity = (step: Step) => (request: StepRequest) => {
    const { script, flags } = STEP_SCRIPTS[step];
    const args = [...commonArgs(request), ...flags(request, settings)];
    return runStepScript(step, request.machineId, { script, args }, settings);
  };
  return Object.fromEntries(STEPS.map((step) => [step, activity(step)])) as StepActivities;
}
