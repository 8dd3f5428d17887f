import type { StepRequest, StepResult } from '../contracts/runs.js';
import { commonArgs, runStepScript } from './step.js';
import type { StepSettings } from './step.js';

/** Trains the model; resumes from its checkpoint. */
export function trainTvae(request: StepRequest, settings: StepSettings): Promise<StepResult> {
  const args = [...commonArgs(request), ...training(request)];
  return runStepScript('trainTvae', { script: 'GAN/scripts/train_tvae_machine.py', args }, settings);
}

function training({ parameters }: StepRequest): string[] {
  return ['--epochs', String(parameters.epochs), '--batch_size', String(parameters.batchSize), '--synthesizer', parameters.synthesizer];
}
