import type { StepParameters } from '../contracts/parameters.js';
import { trainingArgs } from './steps.js';

/** The flags of plan.py. */
export function planArgs(machineIds: readonly string[], parameters: StepParameters, force: boolean): string[] {
  return [
    ...['--machine_ids', machineIds.join(',')],
    ...trainingArgs(parameters),
    ...['--seed_samples', String(parameters.seedSamples), '--num_samples', String(parameters.samples)],
    ...['--split_ratio', parameters.split.join(','), '--seed', String(parameters.seed)],
    ...(force ? ['--force'] : []),
  ];
}
