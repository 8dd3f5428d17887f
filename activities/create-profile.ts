import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Checks and completes the machine's configuration and writes its profile. */
export function createProfile(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request)];
  return runStepScript('createProfile', { script: 'GAN/scripts/create_metadata.py', args }, settings);
}
