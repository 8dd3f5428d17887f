export { fleetHealth } from './fleet-health.js';
export { fleetRun } from './fleet-run.js';
export { machinePipeline } from './machine-pipeline.js';
export { trainMissing } from './train-missing.js';
