import { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { FleetRunInput } from '../../contracts/parameters.js';
import { WORKFLOW } from '../../contracts/runs.js';
import { fleetStatus, startOrJoinFleetRun, steerFleet } from '../../manager/fleet-runs.js';
import type { Connected } from '../../manager/project.js';
import { loadSettings } from '../../temporal.config.js';
import { workflowBundle } from '../../workers/bundle.js';
import { QUEUE, createDevEnvironment, fakeActivities } from '../support/workflow-environment.js';

/** A fleet run whose code fails each time it is tried: an old one, for instance, that a new worker cannot continue. */
let environment: TestWorkflowEnvironment;
let worker: Worker;
let working: Promise<void>;
let connected: Connected;
const input = FleetRunInput.parse({ name: 'broken' });

beforeAll(async () => {
  environment = await createDevEnvironment();
  const settings = loadSettings({ GAN_TASK_QUEUE: QUEUE }, process.cwd());
  connected = { client: environment.client, settings, projectRoot: process.cwd() };
  worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: await workflowBundle() },
    activities: fakeActivities({ planFleet: () => Promise.resolve(null) }),
  });
  working = worker.run();
  await environment.client.workflow.start(WORKFLOW.fleetRun, {
    ...{ workflowId: 'fleet/broken', taskQueue: QUEUE, args: [input] },
  });
  await untilItFails();
});

afterAll(async () => {
  worker.shutdown();
  await working;
  await environment.teardown();
});

it('is not joined, and its status has no stack; both say why and how to end it', async () => {
  const request = { input, onlyFailed: false, here: true };
  const expected = { message: expect.stringMatching(/broken cannot continue: .*null/) as string };
  const hint = expect.stringContaining('fleet cancel --name broken') as string;
  const joined = startOrJoinFleetRun(connected, request, {}, () => undefined);
  await expect(joined).rejects.toMatchObject({ ...expected, hint });
  await expect(fleetStatus(connected, 'broken')).rejects.toMatchObject({ ...expected, hint });
});

it('is ended by cancel', async () => {
  await steerFleet(connected, 'cancel', 'broken');
  const ended = environment.client.workflow.getHandle('fleet/broken').result();
  await expect(ended).rejects.toThrow(WorkflowFailedError);
});

async function untilItFails(): Promise<void> {
  const handle = environment.client.workflow.getHandle('fleet/broken');
  for (;;) {
    const { events } = await handle.fetchHistory();
    if (events?.some((event) => event.workflowTaskFailedEventAttributes != null)) return;
  }
}
