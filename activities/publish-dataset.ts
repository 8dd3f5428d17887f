import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Switches the published data set to the new generation, if it passed validation. */
export function publishDataset(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request)];
  return runStepScript('publishDataset', { script: 'GAN/scripts/publish_dataset.py', args }, settings);
}
