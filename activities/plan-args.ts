import type { StepParameters } from '../contracts/parameters.js';
import { samplingArgs, trainingArgs, validationArgs } from './steps.js';

/** The flags of plan.py. */
export function planArgs(machineIds: readonly string[], parameters: StepParameters, force: boolean): string[] {
  return [
    ...['--machine_ids', machineIds.join(',')],
    ...trainingArgs(parameters),
    ...samplingArgs(parameters),
    ...validationArgs(parameters),
    ...['--seed_samples', String(parameters.seedSamples), '--seed', String(parameters.seed)],
    ...(force ? ['--force'] : []),
  ];
}
