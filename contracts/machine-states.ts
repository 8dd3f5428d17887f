/**
 * The states of a machine in the fleet's overview, worst first. Plain data: the pages import it.
 *
 * failed: its newest data set or its last run. dataMissing, modelMissing: what it lacks for a published data set.
 * silent: a step runs, and has not been heard of for a while. stale: published, and a step of it is out of date.
 * waiting: for its turn, or for a worker.
 */
export const MACHINE_STATES = [
  'failed',
  'dataMissing',
  'modelMissing',
  'silent',
  'stale',
  'running',
  'paused',
  'waiting',
  'ready',
] as const;
export type MachineState = (typeof MACHINE_STATES)[number];

/** worst: by state as above, then by verdict and rising quality; recent: what was made last comes first. */
export const MACHINE_ORDERS = ['worst', 'name', 'type', 'recent'] as const;
export type MachineOrder = (typeof MACHINE_ORDERS)[number];
