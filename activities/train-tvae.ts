import type { StepParameters } from '../contracts/parameters.js';
import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Trains the model; resumes from its checkpoint. */
export function trainTvae(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request), ...trainingArgs(request.parameters)];
  return runStepScript('trainTvae', { script: 'GAN/scripts/train_tvae_machine.py', args }, settings);
}

/** The flags of training, for the step and for the plan. */
export function trainingArgs({ epochs, batchSize, synthesizer, patience, timeLimit }: StepParameters): string[] {
  return [
    ...['--epochs', String(epochs), '--batch_size', String(batchSize), '--synthesizer', synthesizer],
    ...['--patience', String(patience), '--time_limit', String(timeLimit)],
  ];
}
