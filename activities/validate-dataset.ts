import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Measures the new generation against held-out runs of the seed. */
export function validateDataset(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request)];
  return runStepScript('validateDataset', { script: 'GAN/validate_new_machine.py', args }, settings);
}
