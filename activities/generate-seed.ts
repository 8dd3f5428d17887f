import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Simulates whole runs to failure from the profile's physics. */
export function generateSeed(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request), '--num_samples', String(request.parameters.seedSamples)];
  return runStepScript('generateSeed', { script: 'GAN/scripts/generate_seed_from_profile.py', args }, settings);
}
