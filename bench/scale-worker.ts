import { DefaultLogger, NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { FleetRunInput, MachinePipelineInput } from '../contracts/parameters.js';
import type { AdmittedMachine, FleetPlan, StepResult } from '../contracts/runs.js';
import { STEPS } from '../contracts/steps.js';
import { loadSettings } from '../temporal.config.js';
import { workflowBundle } from '../workers/bundle.js';
import { commonOptions } from '../workers/worker.js';

/** A worker whose activities do nothing. The fleet has as many machines as the random seed says. */
const settings = loadSettings(process.env, process.cwd());
const PAGE = 1_000;

function planFleet({ parameters, concurrency }: FleetRunInput, after: string | null): Promise<FleetPlan> {
  const begin = after === null ? 0 : Number(after.split('_').at(-1)) + 1;
  const count = Math.min(PAGE, parameters.seed - begin);
  const machines = Array.from({ length: count }, (_, at) => ({
    machineId: `pump_atlas_${String(begin + at).padStart(5, '0')}`,
    machineType: 'pump',
  }));
  const next = begin + count < parameters.seed ? (machines.at(-1)?.machineId ?? null) : null;
  return Promise.resolve({ parameters, concurrency: concurrency ?? 1, machines, next });
}

function admitMachine(input: MachinePipelineInput): Promise<AdmittedMachine> {
  return Promise.resolve({
    input,
    machineType: 'pump',
    policy: { ...settings.policy, trainingQueue: settings.queues.light },
    current: [],
  });
}

function step(): Promise<StepResult> {
  return Promise.resolve({
    skipped: false,
    reason: null,
    summary: 'nothing done',
    outputs: [{ path: 'data/x', sha256: '0'.repeat(64), bytes: 1, rows: 50_000 }],
    metrics: { quality: 0.9 },
    durationSeconds: 0,
  });
}

const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } }, shutdownSignals: [] });
const connection = await NativeConnection.connect({ address: settings.connect.address });
const worker = await Worker.create({
  ...commonOptions(connection, settings),
  taskQueue: settings.queues.light,
  workflowBundle: { codePath: await workflowBundle() },
  activities: {
    planFleet,
    admitMachine,
    reviewMachines: () => Promise.resolve([]),
    ...Object.fromEntries(STEPS.map((name) => [name, step])),
  },
});
process.once('SIGTERM', () => {
  worker.shutdown();
});
process.send?.('ready');
await worker.run();
await connection.close();
if (process.connected) process.disconnect();
