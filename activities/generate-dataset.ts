import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Samples whole runs from the model into a new, unpublished generation. */
export function generateDataset(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request), ...sampling(request)];
  return runStepScript('generateDataset', { script: 'GAN/scripts/generate_synthetic_data.py', args }, settings);
}

/** Staged: only publishDataset changes what is published. */
function sampling({ parameters }: StepRequest): string[] {
  return ['--num_samples', String(parameters.samples), '--split_ratio', parameters.split.join(','), '--stage'];
}
