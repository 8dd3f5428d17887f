import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { FAILURE } from '../../contracts/failures.js';
import { FleetRunInput } from '../../contracts/parameters.js';
import type { StepRequest } from '../../contracts/runs.js';
import { QUERY, UPDATE, WORKFLOW } from '../../contracts/runs.js';
import { fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import { PROJECT_ROOT } from '../support/python.js';
import {
  QUEUE,
  createDevEnvironment,
  done,
  fakeActivities,
  refused,
  request,
  withWorker,
} from '../support/workflow-environment.js';

/**
 * Records histories of every shape a run may have, for the replay test: `npm run replay:record`, before a release and
 * whenever workflow code changes in a way that running workflows must survive. The server, the worker and the workflows
 * are real; the steps' Python is replaced, since replay checks what workflows ask for, not what steps do.
 */
const FOLDER = join(import.meta.dirname, 'histories');
// Low enough that a run of some machines continues as new.
const SUGGEST_CONTINUE_AS_NEW = 'limit.historyCount.suggestContinueAsNew=50';

/** Steps of machines called `slow…` wait until they are stopped, or released. */
class Steps {
  private readonly released = new AbortController();

  release(): void {
    this.released.abort();
  }

  trainTvae = async (step: StepRequest) => {
    if (!step.machineId.startsWith('slow') || this.released.signal.aborted) return done('trained');
    const context = Context.current();
    const timer = setInterval(() => {
      context.heartbeat({});
    }, 50);
    const released = new Promise((resolve) => {
      this.released.signal.addEventListener('abort', resolve);
    });
    try {
      await Promise.race([context.cancelled, released]);
      return done('trained');
    } finally {
      clearInterval(timer);
    }
  };

  validateDataset = (step: StepRequest) =>
    step.machineId.startsWith('bad')
      ? Promise.reject(refused(FAILURE.validationFailed))
      : Promise.resolve(done('validated'));
}

const environment = await createDevEnvironment(['--dynamic-config-value', SUGGEST_CONTINUE_AS_NEW]);
mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) rmSync(join(FOLDER, name));
try {
  const { client } = environment;
  await record('machine', async () => {
    await machine(client, 'pump_a', (handle) => handle.result());
    await machine(client, 'bad_a', (handle) => handle.result().catch(() => undefined));
    await machine(client, 'slow_cancelled', async (handle) => {
      await untilTraining(handle);
      await handle.executeUpdate(UPDATE.cancel);
      await handle.result().catch(() => undefined);
    });
  });
  await record('machine', async (steps) => {
    await machine(client, 'slow_paused', async (handle) => {
      await untilTraining(handle);
      await handle.executeUpdate(UPDATE.pause);
      steps.release();
      await handle.executeUpdate(UPDATE.resume);
      await handle.result();
    });
  });
  await record('fleet', async (steps) => {
    await fleet(client, 'steered', ['pump_b', 'bad_b', 'slow_b'], async (handle) => {
      await untilRunning(handle, 'slow_b');
      await handle.executeUpdate(UPDATE.pause);
      await handle.executeUpdate(UPDATE.resume);
      await untilFailed(handle, 'bad_b');
      await handle.executeUpdate(UPDATE.retry, { args: [['bad_b']] });
      steps.release();
      await handle.result();
    });
  });
  await record('fleet', () =>
    fleet(client, 'cancelled', ['slow_c', 'slow_d', 'pump_c'], async (handle) => {
      await untilTraining(client.workflow.getHandle(machineWorkflowId('slow_c')));
      await handle.executeUpdate(UPDATE.cancel);
      await handle.result().catch(() => undefined);
    }),
  );
  await record('fleet', () =>
    fleet(
      client,
      'continued',
      Array.from({ length: 10 }, (_, at) => `pump_${at}`),
      (handle) => handle.result(),
    ),
  );
  await record('other', async () => {
    await other(client, WORKFLOW.fleetHealth, [], 'health');
    await other(client, WORKFLOW.trainMissing, [input('missing', ['pump_x'])], 'train-missing');
  });
} finally {
  await environment.teardown();
}

/** Runs `work` beside a worker. `kind` only groups what is printed. */
async function record(kind: string, work: (steps: Steps) => Promise<void>): Promise<void> {
  const steps = new Steps();
  await withWorker(
    environment,
    fakeActivities({
      trainTvae: steps.trainTvae,
      validateDataset: steps.validateDataset,
      checkFleetHealth: () => Promise.resolve([]),
    }),
    () => work(steps),
  );
  process.stdout.write(`recorded: ${kind}\n`);
}

async function machine(
  client: Client,
  machineId: string,
  steer: (handle: WorkflowHandle) => Promise<unknown>,
): Promise<void> {
  const handle = await client.workflow.start(WORKFLOW.machinePipeline, {
    workflowId: machineWorkflowId(machineId),
    taskQueue: QUEUE,
    args: [request(machineId)],
  });
  await steer(handle);
  await save(client, handle.workflowId, handle.firstExecutionRunId);
}

function input(name: string, machineIds: string[]): FleetRunInput {
  return FleetRunInput.parse({ name, machineIds, concurrency: 2 });
}

async function fleet(
  client: Client,
  name: string,
  machineIds: string[],
  steer: (handle: WorkflowHandle) => Promise<unknown>,
): Promise<void> {
  const handle = await client.workflow.start(WORKFLOW.fleetRun, {
    workflowId: fleetWorkflowId(name),
    taskQueue: QUEUE,
    args: [input(name, machineIds)],
  });
  await steer(handle);
  // Every run of the chain: one that continued as new has several.
  for (let runId: string | null = handle.firstExecutionRunId; runId !== null;)
    runId = await save(client, handle.workflowId, runId);
}

async function other(client: Client, workflow: string, args: unknown[], workflowId: string): Promise<void> {
  const handle = await client.workflow.start(workflow, { workflowId, taskQueue: QUEUE, args });
  await handle.result();
  await save(client, workflowId, handle.firstExecutionRunId);
}

/** Writes a run's history. @returns the run that it continued as, or null */
async function save(client: Client, workflowId: string, runId: string): Promise<string | null> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? null;
  const name = `${workflowId.replace('/', '-')}${next === null ? '' : '-continued-as-new'}.json`;
  const body = { workflowId, history: JSON.parse(historyToJSON(history)) as unknown };
  // Stack traces name files of the machine that recorded them.
  writeFileSync(join(FOLDER, name), `${JSON.stringify(body).replaceAll(`${PROJECT_ROOT}/`, '')}\n`);
  return next;
}

async function untilTraining(handle: WorkflowHandle): Promise<void> {
  await ask(handle, (report) => report.step === 'trainTvae' && report.status === 'running');
}

async function untilRunning(handle: WorkflowHandle, machineId: string): Promise<void> {
  await ask(handle, (report) => report.running?.some((machine) => machine.machineId === machineId) === true);
}

async function untilFailed(handle: WorkflowHandle, machineId: string): Promise<void> {
  await ask(handle, (report) => report.failures?.some((machine) => machine.machineId === machineId) === true);
}

interface Asked {
  step?: string | null;
  status: string;
  running?: { machineId: string }[];
  failures?: { machineId: string }[];
}

/** Workflows report their progress only when they are asked. */
async function ask(handle: WorkflowHandle, satisfied: (report: Asked) => boolean): Promise<void> {
  for (;;) {
    const report = await handle.query<Asked>(QUERY.status).catch(() => null);
    if (report !== null && satisfied(report)) return;
    await delay(20);
  }
}
