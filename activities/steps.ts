import { AS_SEEN } from '../contracts/parameters.js';
import type { StepParameters } from '../contracts/parameters.js';
import type { StepRequest } from '../contracts/runs.js';
import type { Step } from '../contracts/steps.js';

/** What a step needs of a worker's settings. */
export interface StepOptions {
  /** How many good generations a machine keeps. */
  keepGenerations: number;
}

interface StepScript {
  /** Path from the project's root. */
  script: string;
  /** The flags of this step, besides those that every step has. */
  flags: (request: StepRequest, options: StepOptions) => string[];
}

/** The steps: which script each one runs, and with which flags. */
export const STEP_SCRIPTS: Record<Step, StepScript> = {
  createProfile: { script: 'GAN/scripts/create_metadata.py', flags: () => [] },
  generateSeed: {
    script: 'GAN/scripts/generate_seed_from_profile.py',
    flags: ({ parameters }) => ['--num_samples', String(parameters.seedSamples)],
  },
  validateSeed: { script: 'GAN/scripts/validate_temporal_seed_data.py', flags: () => [] },
  trainTvae: {
    script: 'GAN/scripts/train_tvae_machine.py',
    flags: ({ parameters }) => trainingArgs(parameters),
  },
  // Staged: only publishDataset changes what is published.
  generateDataset: {
    script: 'GAN/scripts/generate_synthetic_data.py',
    flags: ({ parameters }) => [...samplingArgs(parameters), '--stage'],
  },
  validateDataset: {
    script: 'GAN/validate_new_machine.py',
    flags: ({ parameters }) => validationArgs(parameters),
  },
  publishDataset: {
    script: 'GAN/scripts/publish_dataset.py',
    flags: ({ force }, { keepGenerations }) => [...['--keep', String(keepGenerations)], ...(force ? ['--force'] : [])],
  },
};

/** The flags of training, for the step and for the plan. */
export function trainingArgs({ epochs, batchSize, synthesizer, patience, timeLimit }: StepParameters): string[] {
  return [
    ...['--epochs', String(epochs), '--batch_size', String(batchSize), '--synthesizer', synthesizer],
    ...['--patience', String(patience), '--time_limit', String(timeLimit)],
  ];
}

/** Pipelines that 0.2.0 admitted ask for nothing rare. */
type Sampling = Pick<StepParameters, 'samples' | 'split'> &
  Partial<Pick<StepParameters, 'runs' | 'failureMode' | 'lifeHours' | 'condition'>>;

/** The flags of generating a data set, for the step and for the plan. */
export function samplingArgs(parameters: Sampling): string[] {
  const { samples, split, runs = 0, failureMode = AS_SEEN, lifeHours = AS_SEEN, condition = AS_SEEN } = parameters;
  return [
    ...['--num_samples', String(samples), '--split_ratio', split.join(',')],
    ...(runs === 0 ? [] : ['--runs', String(runs)]),
    ...(failureMode === AS_SEEN ? [] : ['--failure_mode', failureMode]),
    ...(lifeHours === AS_SEEN ? [] : ['--life_hours', lifeHours]),
    ...(condition === AS_SEEN ? [] : ['--condition', condition]),
  ];
}

/** The flags of validating a data set, for the step and for the plan; pipelines that 0.2.0 admitted give none. */
export function validationArgs({ rulCap = 0 }: Partial<Pick<StepParameters, 'rulCap'>>): string[] {
  return rulCap === 0 ? [] : ['--rul_cap', String(rulCap)];
}

/** The flags that every step has. */
export function commonArgs(request: StepRequest): string[] {
  return [
    ...['--machine_id', request.machineId],
    ...['--seed', String(request.seed)],
    ...(request.fleetRun === null ? [] : ['--fleet_run', request.fleetRun]),
    ...(request.force ? [] : ['--skip_if_current']),
  ];
}
