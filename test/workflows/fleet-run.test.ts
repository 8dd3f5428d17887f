import { Context } from '@temporalio/activity';
import type { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { FAILURE } from '../../contracts/failures.js';
import type { FleetRunInput } from '../../contracts/parameters.js';
import type { FleetAccount, MachinePage, ReviewRequest, StepRequest } from '../../contracts/runs.js';
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
): Promise<FleetAccount> {
  return withWorker(
    environment,
    activities,
    async () => (await start(machineIds, changes)).result() as Promise<FleetAccount>,
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
    expect(report).toMatchObject({ total: 3, counts: { succeeded: 2, failed: 1 }, running: [] });
    expect(report.failures).toMatchObject([{ machineId: 'b' }]);
    expect(report.failures[0]?.failure).toEqual({
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

  it('lets a waiting machine be the next when somebody asks for it, and refuses one that does not wait', async () => {
    const began: string[] = [];
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    let first: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (first = resolve));
    const noting = {
      createProfile: async ({ machineId }: StepRequest) => {
        began.push(machineId);
        first();
        await held;
        return done('made');
      },
    };
    await withWorker(environment, fakeActivities(noting), async () => {
      const handle = await start(['a', 'b', 'c', 'd'], { concurrency: 1 });
      await started;
      await handle.executeUpdate(UPDATE.next, { args: ['d'] });
      await expect(handle.executeUpdate(UPDATE.next, { args: ['a'] })).rejects.toMatchObject({
        cause: { message: 'a does not wait' },
      });
      go();
      await handle.result();
    });
    expect(began).toEqual(['a', 'd', 'b', 'c']);
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
      await until(async () => (await handle.query<FleetAccount>(QUERY.status)).counts.failed === 1);
      expect(await handle.executeUpdate(UPDATE.retry, { args: [['b']] })).toEqual({ count: 1, machineIds: ['b'] });
      release();
      return (await handle.result()) as FleetAccount;
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
        const report = (await handle.result()) as FleetAccount;
        expect(report.counts).toMatchObject({ cancelled: 1, succeeded: 1 });
        expect(report.status).toBe('cancelled');
      });
    },
  );

  it('gives its machines in pages, filtered and sorted', async () => {
    await withWorker(environment, fakeActivities(), async () => {
      const handle = await start(['a', 'b', 'c'], { concurrency: 1 });
      await handle.result();
      const page = (filter: object) => handle.query<MachinePage, [object]>(QUERY.machines, filter);
      const first = await page({ sort: 'name', limit: 2 });
      expect(first).toMatchObject({ total: 3, next: 2, machines: [{ machineId: 'a' }, { machineId: 'b' }] });
      expect(await page({ sort: 'name', offset: 2 })).toMatchObject({ next: null, machines: [{ machineId: 'c' }] });
      expect((await page({ status: ['failed'] })).machines).toEqual([]);
      expect((await page({ type: 'motor' })).total).toBe(0);
    });
  });

  it('runs no pipeline of a machine that is up to date, and looks just before its turn', async () => {
    const looked: string[][] = [];
    const ran: string[] = [];
    const activities = fakeActivities({
      reviewMachines: ({ machineIds }: ReviewRequest) => {
        looked.push(machineIds);
        return Promise.resolve([{ machineId: 'a', rows: 7, quality: 0.8 }]);
      },
      createProfile: (step: StepRequest) => {
        ran.push(step.machineId);
        return Promise.resolve(done('made'));
      },
    });
    const report = await run(activities, ['a', 'b']);
    expect(looked).toEqual([['a', 'b']]);
    expect(ran).toEqual(['b']);
    expect(report).toMatchObject({ status: 'succeeded', counts: { upToDate: 1, succeeded: 1 } });
    expect(report.totals.rows).toBe(17);
  });

  it('looks at no machine when it is forced', async () => {
    const reviewMachines = () => Promise.reject(refused(FAILURE.invalidInput));
    expect(await run(fakeActivities({ reviewMachines }), ['a'], { force: true })).toMatchObject({
      counts: { succeeded: 1 },
    });
  });

  it('lets each machine say itself what is wrong when they could not be looked at', async () => {
    const reviewMachines = () => Promise.reject(refused(FAILURE.missingPrerequisite));
    expect((await run(fakeActivities({ reviewMachines }), ['a', 'b'])).counts.succeeded).toBe(2);
  });

  it('plans page by page, and runs a machine that is named twice once', async () => {
    const pages: Record<string, { ids: string[]; next: string | null }> = {
      none: { ids: ['a', 'b'], next: 'b' },
      b: { ids: ['b', 'c'], next: null },
    };
    const planFleet = (input: FleetRunInput, after: string | null) => {
      const page = pages[after ?? 'none'];
      const machines = (page?.ids ?? []).map((machineId) => ({ machineId, machineType: 'pump' }));
      return Promise.resolve({ parameters: input.parameters, concurrency: 5, machines, next: page?.next ?? null });
    };
    expect(await run(fakeActivities({ planFleet }), [])).toMatchObject({ total: 3, concurrency: 3 });
  });

  it('takes more names than one payload should hold as pages', async () => {
    const ids = Array.from({ length: 1_500 }, (_, at) => `pump_${at}`);
    const asked: number[] = [];
    const planFleet = (input: FleetRunInput) => {
      asked.push(input.machineIds?.length ?? 0);
      return Promise.resolve({ parameters: input.parameters, concurrency: 1, machines: [], next: null });
    };
    await run(fakeActivities({ planFleet }), ids);
    expect(asked).toEqual([1_000, 500]);
  });

  it.each([[{}], [{ name: 5 }], [null], ['run'], [{ name: '' }]])('started with %j fails at once', async (input) => {
    await withWorker(environment, fakeActivities(), async () => {
      for (const workflow of [WORKFLOW.fleetRun, WORKFLOW.machinePipeline, WORKFLOW.trainMissing]) {
        runs += 1;
        const handle = await environment.client.workflow.start(workflow, {
          ...{ workflowId: `odd/${runs}`, taskQueue: QUEUE, args: [input] },
        });
        const failure = await handle.result().then(
          () => null,
          (error: unknown) => (error as WorkflowFailedError).cause,
        );
        expect(failure).toMatchObject({ type: 'InvalidInput' });
      }
    });
  });

  it('is cancelled while it plans', async () => {
    const { activities, started } = endless('planFleet');
    await withWorker(environment, activities, async () => {
      const handle = await start(['a']);
      await started;
      await handle.executeUpdate(UPDATE.cancel);
      await expect(handle.result()).rejects.toThrow();
      expect(await handle.query<FleetAccount>(QUERY.status)).toMatchObject({ status: 'cancelled', total: 0 });
    });
  });

  it('is cancelled with its machines', async () => {
    const { activities, started } = endless('trainTvae');
    await withWorker(environment, activities, async () => {
      const handle = await start(['a', 'b', 'c'], { concurrency: 1 });
      await started;
      await handle.executeUpdate(UPDATE.cancel);
      await expect(handle.result()).rejects.toThrow();
      const report = await handle.query<FleetAccount>(QUERY.status);
      expect(report.counts).toMatchObject({ cancelled: 3 });
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

/** Asks repeatedly: a workflow reports its progress only when it is asked. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
