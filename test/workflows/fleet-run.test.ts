import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { FAILURE } from '../../contracts/failures.js';
import type { FleetRunInput } from '../../contracts/parameters.js';
import type { FleetReport, StepRequest } from '../../contracts/runs.js';
import { QUERY, UPDATE, WORKFLOW } from '../../contracts/runs.js';
import { machineWorkflowId } from '../../contracts/steps.js';
import {
  QUEUE,
  createEnvironment,
  done,
  fakeActivities,
  refused,
  request,
  withWorker,
} from '../support/workflow-environment.js';
import type { FakeActivities } from '../support/workflow-environment.js';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createEnvironment();
});
afterAll(async () => {
  await environment.teardown();
});

let runs = 0;

function start(machineIds: string[], changes: Partial<FleetRunInput> = {}) {
  runs += 1;
  const name = `run${runs}`;
  const input: FleetRunInput = {
    name,
    machineIds,
    machineType: null,
    only: null,
    parameters: request('x').parameters,
    force: false,
    concurrency: 2,
    ...changes,
  };
  return environment.client.workflow.start(WORKFLOW.fleetRun, {
    workflowId: `fleet/${name}`,
    taskQueue: QUEUE,
    args: [input],
  });
}

function run(
  activities: FakeActivities,
  machineIds: string[],
  changes: Partial<FleetRunInput> = {},
): Promise<FleetReport> {
  return withWorker(
    environment,
    activities,
    async () => (await start(machineIds, changes)).result() as Promise<FleetReport>,
  );
}

describe('fleetRun', () => {
  it('accounts for every machine; one that fails stops no other', async () => {
    const failing = {
      trainTvae: (step: StepRequest) =>
        step.machineId === 'b' ? Promise.reject(refused(FAILURE.validationFailed)) : Promise.resolve(done('trained')),
    };
    const report = await run(fakeActivities(failing), ['a', 'b', 'c']);
    expect(report.status).toBe('failed');
    expect(report.machines.map((machine) => machine.status)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect(report.machines[1]?.failure).toEqual({
      type: 'ValidationFailed',
      step: 'trainTvae',
      message: 'not good',
      hint: 'do this',
      code: 'CLEARLY_WORSE',
      field: 'sensors.0',
    });
  });

  it('runs no more machines at once than its concurrency', async () => {
    let now = 0;
    let most = 0;
    const counting = {
      createProfile: () => {
        now += 1;
        most = Math.max(most, now);
        return Promise.resolve(done('made'));
      },
      publishDataset: () => {
        now -= 1;
        return Promise.resolve(done('published'));
      },
    };
    const report = await run(fakeActivities(counting), ['a', 'b', 'c', 'd', 'e'], { concurrency: 2 });
    expect(report.status).toBe('succeeded');
    expect(most).toBe(2);
  });

  it('fails before any work when the input is refused', async () => {
    const refusing = {
      planFleet: () => Promise.reject(refused(FAILURE.invalidInput)),
      createProfile: () => Promise.reject(new Error('must not run')),
    };
    await expect(run(fakeActivities(refusing), ['a'])).rejects.toThrow();
  });

  it('retries a failed machine while others still run', async () => {
    let broken = true;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let tellFailed: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => {
      tellFailed = resolve;
    });
    const activities = fakeActivities({
      generateSeed: async (step: StepRequest) => {
        if (step.machineId === 'a') await held;
        if (step.machineId === 'b' && broken) {
          tellFailed();
          throw refused(FAILURE.missingPrerequisite);
        }
        return done('made');
      },
    });
    const report = await withWorker(environment, activities, async () => {
      const handle = await start(['a', 'b']);
      await failed;
      await expect(handle.executeUpdate(UPDATE.retry, { args: [['c']] })).rejects.toThrow();
      broken = false;
      await untilStatus(() => handle.query<FleetReport>(QUERY.status), 'b', 'failed');
      expect(await handle.executeUpdate(UPDATE.retry, { args: [['b']] })).toEqual(['b']);
      release();
      return (await handle.result()) as FleetReport;
    });
    expect(report.status).toBe('succeeded');
  });

  it.each(['update', 'request'] as const)(
    'counts a machine that was cancelled alone, by %s, and goes on with the others',
    async (how) => {
      const { activities, started } = endless('trainTvae', 'a');
      await withWorker(environment, activities, async () => {
        const handle = await start(['a', 'b'], { concurrency: 1 });
        await started;
        const machine = environment.client.workflow.getHandle(machineWorkflowId('a'));
        await (how === 'update' ? machine.executeUpdate(UPDATE.cancel) : machine.cancel());
        const report = (await handle.result()) as FleetReport;
        expect(report.machines.map((m) => m.status)).toEqual(['cancelled', 'succeeded']);
        expect(report.status).toBe('cancelled');
      });
    },
  );

  it('is cancelled while it plans', async () => {
    const { activities, started } = endless('planFleet');
    await withWorker(environment, activities, async () => {
      const handle = await start(['a']);
      await started;
      await handle.executeUpdate(UPDATE.cancel);
      await expect(handle.result()).rejects.toThrow();
      expect(await handle.query<FleetReport>(QUERY.status)).toMatchObject({ status: 'cancelled', machines: [] });
    });
  });

  it('is cancelled with its machines', async () => {
    const { activities, started } = endless('trainTvae');
    await withWorker(environment, activities, async () => {
      const handle = await start(['a', 'b', 'c'], { concurrency: 1 });
      await started;
      await handle.executeUpdate(UPDATE.cancel);
      await expect(handle.result()).rejects.toThrow();
      const report = await handle.query<FleetReport>(QUERY.status);
      expect(report.machines.map((machine) => machine.status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    });
  });
});

/** Activities of which one, for one machine or for all, runs until it is cancelled. */
function endless(
  activity: 'trainTvae' | 'planFleet',
  machineId?: string,
): { activities: FakeActivities; started: Promise<void> } {
  let tellStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    tellStarted = resolve;
  });
  const run = async (request: StepRequest) => {
    if (machineId !== undefined && request.machineId !== machineId) return done(activity);
    tellStarted();
    const context = Context.current();
    const timer = setInterval(() => {
      context.heartbeat({});
    }, 50);
    return await context.cancelled.finally(() => {
      clearInterval(timer);
    });
  };
  return { activities: fakeActivities({ [activity]: run }), started };
}

/** Queries until a machine is in a state: a workflow tells of its progress only when it is asked. */
async function untilStatus(query: () => Promise<FleetReport>, machineId: string, status: string): Promise<void> {
  for (;;) {
    const report = await query();
    if (report.machines.some((machine) => machine.machineId === machineId && machine.status === status)) return;
  }
}
