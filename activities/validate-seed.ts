import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Checks the seed before time is spent on training. */
export function validateSeed(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request)];
  return runStepScript('validateSeed', { script: 'GAN/scripts/validate_temporal_seed_data.py', args }, settings);
}
