import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { HeartbeatDetails } from '../../contracts/events.js';
import { runStepScript } from '../../activities/step.js';
import { scriptProject } from '../support/python.js';

function environment(heartbeatDetails?: unknown): { env: MockActivityEnvironment; beats: HeartbeatDetails[] } {
  const env = new MockActivityEnvironment(heartbeatDetails === undefined ? {} : { heartbeatDetails }, {
    logger: new DefaultLogger('ERROR'),
  });
  const beats: HeartbeatDetails[] = [];
  env.on('heartbeat', (details: HeartbeatDetails) => beats.push(details));
  return { env, beats };
}

function step(env: MockActivityEnvironment, source: string) {
  const { script, ...settings } = scriptProject(source);
  return env.run(() =>
    runStepScript(
      'trainTvae',
      'pump_a',
      { script, args: [] },
      { ...settings, heartbeatEveryMs: 20, attempts: 3, policy: { retryInitialMs: 1_000, retryMaximumMs: 10_000 } },
    ),
  );
}

function epoch(current: number, stalled: HeartbeatDetails['stalled']): HeartbeatDetails {
  return {
    step: 'trainTvae',
    current,
    total: 10,
    unit: 'epochs',
    metrics: {},
    etaSeconds: null,
    checkpoint: null,
    device: null,
    log: [],
    stalled,
  };
}

describe('a step’s activity', () => {
  it('heartbeats the last progress and the tail of the log', async () => {
    const { env, beats } = environment();
    await step(env, 'say("warning", code="W", message="m")\nprogress(3, loss=0.25)\ntime.sleep(0.3)\nresult()');
    expect(beats.at(-1)).toMatchObject({
      step: 'trainTvae',
      current: 3,
      total: 10,
      unit: 'epochs',
      metrics: { loss: 0.25 },
      etaSeconds: 1.5,
      device: 'cpu',
      log: ['W: m'],
    });
  });

  it('starts with the progress of the previous attempt', async () => {
    const { env, beats } = environment({ ...epoch(7, { at: 0, failures: 0 }), checkpoint: 'c' });
    await step(env, 'result()');
    expect(beats[0]).toMatchObject({ current: 7, checkpoint: 'c' });
  });

  it('is cancelled only when its process is gone', async () => {
    const { env, beats } = environment();
    env.on('heartbeat', (details: HeartbeatDetails) => {
      if (details.current === 1) env.cancel();
    });
    await expect(step(env, 'progress(1)\ntime.sleep(600)')).rejects.toThrow();
    expect(beats.length).toBeGreaterThan(1);
  });
});

describe('a step that fails by itself', () => {
  it('is retried, and counted', async () => {
    const { env, beats } = environment(epoch(4, { at: 4, failures: 1 }));
    await expect(step(env, 'error("DISK_FULL", 5, True)')).rejects.toMatchObject({
      type: 'ResourceFailed',
      nonRetryable: false,
      details: [{ code: 'DISK_FULL' }],
      nextRetryDelay: 2_000,
    });
    expect(beats.at(-1)?.stalled).toEqual({ at: 4, failures: 2 });
  });

  it('is not counted when its script was told to stop by somebody else', async () => {
    const { env, beats } = environment(epoch(4, { at: 4, failures: 2 }));
    await expect(step(env, 'error("INTERRUPTED", 75, True)')).rejects.toMatchObject({
      type: 'Interrupted',
      nonRetryable: false,
    });
    expect(beats.at(-1)?.stalled).toEqual({ at: 4, failures: 2 });
  });

  it('is not counted, and comes again soon, when another process holds its machine', async () => {
    const { env, beats } = environment(epoch(4, { at: 4, failures: 2 }));
    await expect(step(env, 'error("MACHINE_LOCKED", 5, True)')).rejects.toMatchObject({
      type: 'ResourceFailed',
      nonRetryable: false,
      nextRetryDelay: 1_000,
    });
    expect(beats.at(-1)?.stalled).toEqual({ at: 4, failures: 2 });
  });

  it('fails for good after so many attempts without progress', async () => {
    const { env } = environment(epoch(4, { at: 4, failures: 2 }));
    await expect(step(env, 'error("DISK_FULL", 5, True)')).rejects.toMatchObject({
      type: 'NoProgress',
      nonRetryable: true,
    });
  });

  it('is counted from one again after progress', async () => {
    const { env, beats } = environment(epoch(4, { at: 4, failures: 2 }));
    await expect(step(env, 'progress(5)\nerror("DISK_FULL", 5, True)')).rejects.toMatchObject({
      type: 'ResourceFailed',
    });
    expect(beats.at(-1)?.stalled).toEqual({ at: 5, failures: 1 });
  });
});
