/**
 * The stages of a machine's chain, in order. Plain data: workflow code imports this module, so it must import nothing.
 */
export const STEPS = [
  'createProfile',
  'generateSeed',
  'validateSeed',
  'trainTvae',
  'generateDataset',
  'validateDataset',
  'publishDataset',
] as const;

/** One stage of a machine's chain: one Temporal activity, one Python script. */
export type Step = (typeof STEPS)[number];

/** What a person reads for a step, in the terminal and in the Temporal Web UI. */
export const STEP_TITLES: Record<Step, string> = {
  createProfile: 'create profile',
  generateSeed: 'generate seed',
  validateSeed: 'validate seed',
  trainTvae: 'train TVAE',
  generateDataset: 'generate data set',
  validateDataset: 'validate data set',
  publishDataset: 'publish data set',
};

/**
 * Whether a run does a step even if it is up to date: every step where it is forced, else those from one on. Publishing
 * by force publishes what is clearly worse too, so that a run from an earlier step leaves it to the regression gate.
 */
export function isForced({ force, from }: { force: boolean; from?: Step | undefined }, step: Step): boolean {
  if (force || step === from) return true;
  return from !== undefined && step !== 'publishDataset' && STEPS.indexOf(step) > STEPS.indexOf(from);
}

/** Workflow id of a machine's pipeline: the id is what keeps a machine to one pipeline at a time. */
export function machineWorkflowId(machineId: string): string {
  return `machine/${machineId}`;
}

/** Workflow id of a fleet run. */
export function fleetWorkflowId(name: string): string {
  return `fleet/${name}`;
}
