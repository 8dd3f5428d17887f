import type { MachinePipelineInput, FleetRunInput } from '../contracts/parameters.js';
import type { StepRequest } from '../contracts/runs.js';
import { createProfile } from './create-profile.js';
import { generateDataset } from './generate-dataset.js';
import { generateSeed } from './generate-seed.js';
import { admitMachine, checkFleetHealth, planFleet } from './plan.js';
import type { PlanSettings } from './plan.js';
import { publishDataset } from './publish-dataset.js';
import { requestCancellation } from './request-cancellation.js';
import { trainTvae } from './train-tvae.js';
import { validateDataset } from './validate-dataset.js';
import { validateSeed } from './validate-seed.js';

/** The activities, bound to a worker's settings. */
export function createActivities(settings: PlanSettings) {
  return {
    admitMachine: (given: MachinePipelineInput) => admitMachine(given, settings),
    planFleet: (given: FleetRunInput) => planFleet(given, settings),
    requestCancellation,
    checkFleetHealth: () => checkFleetHealth(settings),
    createProfile: (request: StepRequest) => createProfile(request, settings),
    generateSeed: (request: StepRequest) => generateSeed(request, settings),
    validateSeed: (request: StepRequest) => validateSeed(request, settings),
    trainTvae: (request: StepRequest) => trainTvae(request, settings),
    generateDataset: (request: StepRequest) => generateDataset(request, settings),
    validateDataset: (request: StepRequest) => validateDataset(request, settings),
    publishDataset: (request: StepRequest) => publishDataset(request, settings),
  };
}

export type Activities = ReturnType<typeof createActivities>;
