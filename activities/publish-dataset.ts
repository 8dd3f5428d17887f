import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

export interface PublishSettings extends StepSettings {
  /** Good generations that a machine keeps. */
  keepGenerations: number;
}

/** Switches the published data set to the new generation, if it passed validation and is not clearly worse. */
export function publishDataset(request: StepRequest, settings: PublishSettings): Promise<StepResult> {
  const args = [
    ...commonArgs(request),
    '--keep',
    String(settings.keepGenerations),
    ...(request.force ? ['--force'] : []),
  ];
  return runStepScript('publishDataset', { script: 'GAN/scripts/publish_dataset.py', args }, settings);
}
