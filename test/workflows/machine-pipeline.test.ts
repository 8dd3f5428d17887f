import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { FAILURE } from '../../contracts/failures.js';
import type { MachinePipelineInput } from '../../contracts/parameters.js';
import type { PipelineReport, PipelineResult, StepRequest } from '../../contracts/runs.js';
import { QUERY, UPDATE, WORKFLOW } from '../../contracts/runs.js';
import { STEPS } from '../../contracts/steps.js';
import type { Step } from '../../contracts/steps.js';
import { reportFailure } from '../../workflows/failure-report.js';
import {
  POLICY,
  QUEUE,
  createEnvironment,
  done,
  fakeActivities,
  refused,
  request,
  withWorker,
} from '../support/workflow-environment.js';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createEnvironment();
});
afterAll(async () => {
  await environment.teardown();
});

function start(machineId: string, workflowId = `machine/${machineId}`, changes: Partial<MachinePipelineInput> = {}) {
  return environment.client.workflow.start(WORKFLOW.machinePipeline, {
    workflowId,
    taskQueue: QUEUE,
    args: [{ ...request(machineId), ...changes }],
  });
}

async function failureOf(result: Promise<unknown>) {
  const error: unknown = await result.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowFailedError)) throw new Error(`expected a failed workflow, not ${String(error)}`);
  return reportFailure(error.cause, null);
}

describe('machinePipeline', () => {
  it('takes a machine through its seven steps, in order', async () => {
    const ran: Step[] = [];
    const steps = Object.fromEntries(
      STEPS.map((step) => [
        step,
        () => {
          ran.push(step);
          return Promise.resolve(done(step));
        },
      ]),
    );
    const result = await withWorker(
      environment,
      fakeActivities(steps),
      async () => (await (await start('a')).result()) as PipelineResult,
    );
    expect(ran).toEqual(STEPS);
    expect(result).toMatchObject({ machineId: 'a', machineType: 'pump', ran: STEPS, rows: 10, quality: 0.9 });
  });

  it('does not count skipped steps as run', async () => {
    const skipped = {
      generateSeed: () => Promise.resolve({ ...done('up to date'), skipped: true, reason: 'unchanged' }),
    };
    const result = await withWorker(
      environment,
      fakeActivities(skipped),
      async () => (await start('a')).result() as Promise<PipelineResult>,
    );
    expect(result.ran).not.toContain('generateSeed');
  });

  it('runs no step that is up to date, and says why', async () => {
    const ran: Step[] = [];
    const current = STEPS.slice(0, 3).map((step) => ({
      step,
      result: { ...done('up to date'), skipped: true, reason: 'nothing changed' },
    }));
    const activities = fakeActivities({
      admitMachine: (input: MachinePipelineInput) =>
        Promise.resolve({ input, machineType: 'pump', policy: POLICY, current }),
      createProfile: () => Promise.reject(refused(FAILURE.invalidInput)),
      trainTvae: () => {
        ran.push('trainTvae');
        return Promise.resolve(done('trained'));
      },
    });
    await withWorker(environment, activities, async () => {
      const handle = await start('a');
      expect(((await handle.result()) as PipelineResult).ran).toEqual(STEPS.slice(3));
      const report = await handle.query<PipelineReport>(QUERY.status);
      expect(report.steps.validateSeed).toMatchObject({ status: 'skipped', summary: 'up to date: nothing changed' });
    });
    expect(ran).toEqual(['trainTvae']);
  });

  it('forces the step that it begins with and those after it, and leaves publishing to the gate', async () => {
    const forced: Record<string, boolean> = {};
    const steps = Object.fromEntries(
      STEPS.map((step) => [
        step,
        ({ force }: StepRequest) => {
          forced[step] = force;
          return Promise.resolve(done(step));
        },
      ]),
    );
    await withWorker(environment, fakeActivities(steps), async () => {
      await (await start('a', undefined, { from: 'generateDataset' })).result();
    });
    expect(Object.keys(forced).filter((step) => forced[step])).toEqual(['generateDataset', 'validateDataset']);
    expect(Object.keys(forced)).toEqual(STEPS);
  });

  it('fails when it meets what no other try would get over', async () => {
    const admitMachine = () => Promise.resolve({ input: null });
    await withWorker(environment, fakeActivities({ admitMachine }), async () => {
      expect((await failureOf((await start('a')).result())).message).toContain('null');
    });
  });

  it('retries a crashed step', async () => {
    let attempts = 0;
    const crashing = {
      trainTvae: () => {
        attempts += 1;
        return attempts < 3 ? Promise.reject(new Error('crashed')) : Promise.resolve(done('trained'));
      },
    };
    await withWorker(environment, fakeActivities(crashing), async () => {
      await (await start('a')).result();
    });
    expect(attempts).toBe(3);
  });

  it('does not retry what a person must correct, and says what, where and what to do next', async () => {
    let attempts = 0;
    const failing = {
      validateSeed: () => {
        attempts += 1;
        return Promise.reject(refused(FAILURE.validationFailed));
      },
      trainTvae: () => Promise.reject(new Error('must not run')),
    };
    await withWorker(environment, fakeActivities(failing), async () => {
      const handle = await start('a');
      expect(await failureOf(handle.result())).toEqual({
        type: 'ValidationFailed',
        step: 'validateSeed',
        message: 'not good',
        hint: 'do this',
        code: 'CLEARLY_WORSE',
        field: 'sensors.0',
      });
      const report = await handle.query<PipelineReport>(QUERY.status);
      expect(report.status).toBe('failed');
      expect(report.steps.validateSeed.status).toBe('failed');
      expect(report.steps.trainTvae.status).toBe('pending');
    });
    expect(attempts).toBe(1);
  });

  it('refuses an id that is not its machine’s', async () => {
    await withWorker(environment, fakeActivities(), async () => {
      const failure = await failureOf((await start('a', 'machine/b')).result());
      expect(failure.type).toBe('InvalidInput');
      expect(failure.message).toContain('machine/a');
    });
  });

  it('stops the running step when paused, and runs it again when resumed', async () => {
    const training = new Training();
    const result = await withWorker(environment, fakeActivities({ trainTvae: training.run }), async () => {
      const handle = await start('a');
      await training.started(1);
      await handle.executeUpdate(UPDATE.pause);
      await training.stopped;
      expect((await handle.query<PipelineReport>(QUERY.status)).status).toBe('paused');
      await expect(handle.executeUpdate(UPDATE.pause)).rejects.toThrow();
      training.finish = true;
      await handle.executeUpdate(UPDATE.resume);
      return (await handle.result()) as PipelineResult;
    });
    expect(training.attempts).toBe(2);
    expect(result.ran).toContain('trainTvae');
  });

  it('cancels the running step before it reports itself cancelled', async () => {
    const training = new Training();
    await withWorker(environment, fakeActivities({ trainTvae: training.run }), async () => {
      const handle = await start('a');
      await training.started(1);
      await handle.executeUpdate(UPDATE.cancel);
      expect((await failureOf(handle.result())).type).toBe('Cancelled');
      expect(training.isStopped).toBe(true);
    });
  });

  it('is paused, not failed, when the step fails as it stops; resumed, it tries the step again', async () => {
    const training = new Training();
    training.stop = () => Promise.reject(refused(FAILURE.validationFailed));
    await withWorker(environment, fakeActivities({ trainTvae: training.run }), async () => {
      const handle = await start('a');
      await training.started(1);
      await handle.executeUpdate(UPDATE.pause);
      await training.stopped;
      training.finish = true;
      await handle.executeUpdate(UPDATE.resume);
      await handle.result();
    });
    expect(training.attempts).toBe(2);
  });
});

/** A step that runs until it is cancelled, or at once to its end. */
class Training {
  attempts = 0;
  finish = false;
  isStopped = false;
  readonly stopped: Promise<void>;
  private tellStopped: () => void = () => undefined;
  private waiting: (() => void) | null = null;

  constructor() {
    this.stopped = new Promise((resolve) => {
      this.tellStopped = resolve;
    });
  }

  started(attempt: number): Promise<void> {
    if (this.attempts >= attempt) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  run = async () => {
    this.attempts += 1;
    this.waiting?.();
    if (this.finish) return done('trained');
    const context = Context.current();
    const timer = setInterval(() => {
      context.heartbeat({});
    }, 50);
    try {
      return await context.cancelled;
    } catch (error) {
      clearInterval(timer);
      this.isStopped = true;
      this.tellStopped();
      return await this.stop(error);
    }
  };

  /** How the step ends once it was told to stop. */
  stop: (cancellation: unknown) => Promise<never> = (cancellation) => {
    throw cancellation;
  };
}
