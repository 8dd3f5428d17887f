import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { FleetRunInput } from '../../contracts/parameters.js';
import type { MachinePipelineInput } from '../../contracts/parameters.js';
import type { FleetAccount, PipelineReport, PipelineResult } from '../../contracts/runs.js';
import { QUERY, UPDATE, WORKFLOW } from '../../contracts/runs.js';
import { fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import {
  POLICY,
  QUEUE,
  createDevEnvironment,
  done,
  fakeActivities,
  request,
  withWorker,
} from '../support/workflow-environment.js';

/** What the time-skipping server does differently from the real one. */
let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createDevEnvironment();
});
afterAll(async () => {
  await environment.teardown();
});

let machines = 0;
function newMachine(): string {
  machines += 1;
  return `pump_${machines}`;
}

const HOW = ['update', 'request'] as const;

/** Temporal does not retry a step that was told to stop: it times out. (The time-skipping server waits for ever.) */
describe('when its worker is lost as it stops', () => {
  it('a paused machine goes on when resumed', async () => {
    const training = new LostTraining();
    const id = newMachine();
    const result = await training.served(async () => {
      const handle = await environment.client.workflow.start(WORKFLOW.machinePipeline, {
        workflowId: machineWorkflowId(id),
        taskQueue: QUEUE,
        args: [request(id)],
      });
      await training.begun;
      await handle.executeUpdate(UPDATE.pause);
      await handle.executeUpdate(UPDATE.resume);
      return (await handle.result()) as PipelineResult;
    });
    expect(result.ran).toContain('trainTvae');
    expect(training.attempts).toBe(2);
  });

  it.each(HOW)('a machine that is cancelled, by %s, is cancelled and not failed', async (how) => {
    const training = new LostTraining();
    const id = newMachine();
    await training.served(async () => {
      const handle = await environment.client.workflow.start(WORKFLOW.machinePipeline, {
        workflowId: machineWorkflowId(id),
        taskQueue: QUEUE,
        args: [request(id)],
      });
      await training.begun;
      await (how === 'update' ? handle.executeUpdate(UPDATE.cancel) : handle.cancel());
      expect(await causeOf(handle.result())).toBeInstanceOf(CancelledFailure);
      const report = await handle.query<PipelineReport>(QUERY.status);
      expect(report).toMatchObject({ status: 'cancelled', failure: null });
      expect(report.steps.trainTvae.status).toBe('pending');
    });
    expect(training.attempts).toBe(1);
  });

  it.each(HOW)('a fleet run that is cancelled, by %s, is cancelled with its machines', async (how) => {
    const training = new LostTraining();
    const id = newMachine();
    await training.served(async () => {
      const handle = await startFleet(id);
      await training.begun;
      await (how === 'update' ? handle.executeUpdate(UPDATE.cancel) : handle.cancel());
      expect(await causeOf(handle.result())).toBeInstanceOf(CancelledFailure);
      const report = await handle.query<FleetAccount>(QUERY.status);
      expect(report.status).toBe('cancelled');
      expect(report).toMatchObject({ total: 1, counts: { cancelled: 1, failed: 0 }, failures: [] });
    });
  });
});

/** Signals that are under way together may arrive in any order. (The time-skipping server delivers them one by one.) */
it('a fleet run that is paused and resumed while its machine starts goes on', async () => {
  await withWorker(environment, fakeActivities(), async () => {
    for (let time = 0; time < 10; time += 1) {
      const handle = await startFleet(newMachine());
      await untilStarting(handle);
      await handle.executeUpdate(UPDATE.pause);
      await handle.executeUpdate(UPDATE.resume);
      expect(((await handle.result()) as FleetAccount).status).toBe('succeeded');
    }
  });
});

/** Queries until the fleet run has taken its machine: a workflow tells of its progress only when it is asked. */
async function untilStarting(handle: WorkflowHandle): Promise<void> {
  while ((await handle.query<FleetAccount>(QUERY.status).catch(() => null))?.counts.running !== 1);
}

function startFleet(machineId: string) {
  const input = FleetRunInput.parse({ name: machineId, machineIds: [machineId] });
  return environment.client.workflow.start(WORKFLOW.fleetRun, {
    workflowId: fleetWorkflowId(input.name),
    taskQueue: QUEUE,
    args: [input],
  });
}

it.each(HOW)('what was cancelled by %s, even twice, counts as cancelled and not as failed', async (how) => {
  const training = new LostTraining();
  const id = newMachine();
  await training.served(async () => {
    const fleet = await startFleet(id);
    const machine = environment.client.workflow.getHandle(machineWorkflowId(id));
    await training.begun;
    const cancel = () => (how === 'update' ? fleet.executeUpdate(UPDATE.cancel) : fleet.cancel());
    await Promise.all([cancel(), cancel()]);
    expect(await causeOf(fleet.result())).toBeInstanceOf(CancelledFailure);
    expect((await fleet.describe()).status.name).toBe('CANCELLED');
    expect((await machine.describe()).status.name).toBe('CANCELLED');
  });
});

async function causeOf(result: Promise<unknown>): Promise<unknown> {
  const error: unknown = await result.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof WorkflowFailedError ? error.cause : error;
}

/** A training whose worker falls silent when it is told to stop, as a dead one does. Retried, it ends at once. */
class LostTraining {
  attempts = 0;
  readonly begun: Promise<void>;
  private tellBegun: () => void = () => undefined;
  private readonly over = new AbortController();

  constructor() {
    this.begun = new Promise((resolve) => {
      this.tellBegun = resolve;
    });
  }

  /** Runs `use` beside a worker that counts as lost after half a second of silence. */
  async served<T>(use: () => Promise<T>): Promise<T> {
    const soonLost = { ...POLICY, heartbeatTimeoutMs: 500 };
    const admitMachine = (input: MachinePipelineInput) =>
      Promise.resolve({ input, machineType: 'pump', policy: soonLost, current: [] });
    const activities = fakeActivities({ admitMachine, trainTvae: this.run });
    return await withWorker(environment, activities, () =>
      use().finally(() => {
        this.over.abort();
      }),
    );
  }

  private run = async () => {
    this.attempts += 1;
    if (this.attempts > 1) return done('trained');
    this.tellBegun();
    const context = Context.current();
    const timer = setInterval(() => {
      context.heartbeat({});
    }, 50);
    await context.cancelled.catch(() => undefined);
    clearInterval(timer);
    await new Promise((resolve) => {
      this.over.signal.addEventListener('abort', resolve);
    });
    return done('nobody hears of this');
  };
}
