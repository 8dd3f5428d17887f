import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import { execa } from 'execa';
import { failure } from '../../activities/python/failures.js';
import { FAILURE } from '../../contracts/failures.js';
import type { PipelineResult } from '../../contracts/runs.js';
import { WORKFLOW } from '../../contracts/runs.js';
import { workflowError } from '../../manager/workflow-error.js';
import { readLiveStep } from '../../manager/live-step.js';
import { reportError } from '../../scripts/errors.js';
import type { Settings } from '../../temporal.config.js';
import { workflowBundle } from '../../workers/bundle.js';
import { commonOptions } from '../../workers/worker.js';
import { DevServer } from '../support/dev-server.js';
import { PROJECT_ROOT } from '../support/python.js';
import { QUEUE, done, fakeActivities, request } from '../support/workflow-environment.js';
import type { FakeActivities } from '../support/workflow-environment.js';

const OTHER_SECRET = randomBytes(32).toString('base64');
let server: DevServer;
beforeAll(async () => {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  server = await DevServer.start();
});
afterAll(async () => {
  await server.stop();
});

async function createWorker(settings: Settings, activities: FakeActivities): Promise<Worker> {
  return await Worker.create({
    ...commonOptions(await server.nativeConnection(), settings),
    taskQueue: QUEUE,
    activities,
    workflowBundle: { codePath: await workflowBundle(settings.payloadKeys !== null) },
  });
}

function startPipeline(client: Client, machineId: string) {
  return client.workflow.start(WORKFLOW.machinePipeline, {
    workflowId: `machine/${machineId}`,
    taskQueue: QUEUE,
    args: [request(machineId)],
  });
}

/** A step that reports its start and ends when the test lets it. */
class Held {
  private readonly events = new EventTarget();
  private readonly opened = new AbortController();
  begun = this.once();

  open(): void {
    this.opened.abort();
  }

  run = async () => {
    Context.current().heartbeat({
      step: 'trainTvae',
      current: 3,
      total: 7,
      unit: 'epochs',
      metrics: {},
      etaSeconds: null,
      checkpoint: null,
      device: null,
      log: ['word_of_the_log'],
    });
    this.events.dispatchEvent(new Event('begun'));
    if (!this.opened.signal.aborted) await once(this.opened.signal, 'abort');
    return done('summary_of_the_step');
  };

  private async once(): Promise<void> {
    await once(this.events, 'begun');
  }
}

describe('a worker that cannot work', () => {
  /** Runs `npm run worker`, which would run until it is told to stop. */
  function worker(queue: string, changes: Record<string, string>) {
    const env = { ...server.env, GAN_TASK_QUEUE: queue, GAN_LOG_LEVEL: 'error', ...changes };
    return execa(process.execPath, ['scripts/gan.mjs', 'worker'], {
      cwd: PROJECT_ROOT,
      env,
      reject: false,
      stdin: 'ignore',
      timeout: 30_000,
    });
  }

  async function pollers(queue: string): Promise<number> {
    const { workflowService } = await server.client();
    const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;
    const found = await Promise.all(
      [TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW].map((taskQueueType) =>
        workflowService.describeTaskQueue({ namespace: 'default', taskQueue: { name: queue }, taskQueueType }),
      ),
    );
    return found.flatMap((answer) => answer.pollers).length;
  }

  async function refused(changes: Record<string, string>): Promise<string> {
    const queue = `unable-${randomUUID()}`;
    const { exitCode, stderr } = await worker(queue, changes);
    expect({ exitCode, stack: /\n\s+at /.test(stderr) }).toEqual({ exitCode: 3, stack: false });
    expect(await pollers(queue)).toBe(0);
    return stderr;
  }

  it('says that there is no Python, and how to get it', async () => {
    expect(await refused({ GAN_PYTHON: '/nowhere/python' })).toMatch(/Python is missing[^]*npm run setup/);
  });

  it('says which Python package is wrong', async () => {
    expect(await refused({ GAN_PYTHON: pythonWithout('pyarrow') })).toMatch(/pyarrow is missing[^]*npm run setup/);
  });

  it('says that the data root cannot be written to', async () => {
    const file = join(server.root, 'a-file');
    writeFileSync(file, '');
    expect(await refused({ GAN_ROOT: join(file, 'GAN') })).toMatch(/cannot be written to[^]*GAN_ROOT/);
  });

  it('says how much space it needs', async () => {
    expect(await refused({ GAN_MIN_FREE_MB: '1000000000' })).toMatch(/MB are free[^]*GAN_MIN_FREE_MB/);
  });

  it('says which search attributes are missing, and the command that registers them', async () => {
    const { workflowService } = await server.client();
    await workflowService.registerNamespace({
      namespace: 'bare',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const said = await refusedWhenKnown({ TEMPORAL_NAMESPACE: 'bare' });
    expect(said).toMatch(
      /MachineId, MachineType, Step, FleetRun[^]*search-attribute create --namespace bare --name MachineId --type/,
    );
  });

  it('says that there is no such namespace', async () => {
    expect(await refused({ TEMPORAL_NAMESPACE: 'nowhere' })).toMatch(/no namespace nowhere[^]*namespace create/);
  });

  it('says that Temporal is not there, and shows no API key', async () => {
    const said = await refused({
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      TEMPORAL_API_KEY: 'key_of_the_test',
      TEMPORAL_TLS: 'false',
      GAN_LOG_LEVEL: 'debug',
    });
    expect(said).toContain('not reachable at 127.0.0.1:1');
    expect(said).not.toContain('key_of_the_test');
  });

  it('says which settings are wrong without showing a key', async () => {
    const { exitCode, stderr } = await worker('wrong', { GAN_PAYLOAD_KEYS: 'k1:key_of_the_test', GAN_ATTEMPTS: '0' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('GAN_ATTEMPTS');
    expect(stderr).not.toContain('key_of_the_test');
  });

  /** A namespace that was registered a moment ago is not known everywhere in the server yet. */
  async function refusedWhenKnown(changes: Record<string, string>): Promise<string> {
    for (;;) {
      const said = await refused(changes);
      if (!said.includes('no namespace')) return said;
    }
  }

  /** A Python in which a package is not installed. */
  function pythonWithout(name: string): string {
    const path = join(server.root, `python-without-${name}`);
    const code = [
      'import importlib.metadata as m, runpy, sys',
      'real = m.version',
      'def version(name):',
      `    if name == "${name}": raise m.PackageNotFoundError(name)`,
      '    return real(name)',
      'm.version = version',
      'sys.argv = sys.argv[1:]',
      'sys.path.insert(0, "GAN")',
      'runpy.run_path(sys.argv[0], run_name="__main__")',
    ].join('\n');
    writeFileSync(`${path}.py`, code);
    writeFileSync(path, `#!/bin/sh\nexec '${join(PROJECT_ROOT, '.venv/bin/python')}' '${path}.py' "$@"\n`, {
      mode: 0o755,
    });
    return path;
  }
});

describe('the embedded server', () => {
  // The kernel's table of listening sockets; elsewhere than on Linux there is none to read.
  const onLinux = existsSync('/proc/net/tcp') ? it : it.skip;

  onLinux('listens on the loopback only', () => {
    const ports = [server.env['GAN_TEMPORAL_PORT'], server.env['GAN_TEMPORAL_UI_PORT']].map(Number);
    const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
      existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(1) : [],
    );
    const listening = lines
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A')
      .map((fields) => (fields[1] ?? '').split(':'));
    const found = ports.map((port) =>
      listening.filter(([, hex]) => Number.parseInt(hex ?? '', 16) === port).map(([address]) => address),
    );
    expect(found).toEqual([['0100007F'], ['0100007F']]);
  });
});

describe('encrypted payloads', () => {
  const keys = `k1:${randomBytes(32).toString('base64')}`;

  it('leave nothing readable on the server, and everything to who has the key', async () => {
    const settings = server.settings({ GAN_PAYLOAD_KEYS: keys });
    const client = await server.client(settings);
    const held = new Held();
    const activities = fakeActivities({
      trainTvae: held.run,
      publishDataset: () =>
        Promise.reject(
          failure(FAILURE.validationFailed, 'message_of_the_failure', {
            retryable: false,
            hint: 'hint_of_the_failure',
          }),
        ),
    });
    const worker = await createWorker(settings, activities);
    await worker.runUntil(async () => {
      const handle = await startPipeline(client, 'pump_hidden');
      const failed = handle.result().then(() => null, workflowError);
      try {
        await held.begun;
        const live = await untilBeating(() => readLiveStep(client, 'pump_hidden'));
        expect(live.heartbeat).toMatchObject({ current: 3, log: ['word_of_the_log'] });
        const { raw } = await (await server.client()).workflow.getHandle(handle.workflowId).describe();
        expectHidden(raw);
      } finally {
        held.open();
      }
      expect(await failed).toMatchObject({
        message: expect.stringContaining('message_of_the_failure') as string,
        hint: 'hint_of_the_failure',
      });
      expectHidden(await handle.fetchHistory());
    });
  });

  it.each([
    ['another key', `k2:${OTHER_SECRET}`, 'only k2'],
    ['another key of the same id', `k1:${OTHER_SECRET}`, 'the key of that id here is a different one'],
  ])('say which key is missing to who has %s', async (_, others, words) => {
    const client = await server.client(server.settings({ GAN_PAYLOAD_KEYS: others }));
    const error = await client.workflow
      .getHandle('machine/pump_hidden')
      .result()
      .then(() => null, workflowError);
    const written: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (chunk) => written.push(String(chunk)) > 0;
    const status = reportError(error);
    process.stderr.write = write;
    expect(status).toBe(3);
    expect(written.join('')).toContain('with the key k1');
    expect(written.join('')).toContain(words);
  });

  /** The server stores payloads as base64 in JSON. */
  function expectHidden(stored: unknown): void {
    const json = JSON.stringify(stored);
    const text = [
      json,
      ...[...json.matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g)].map((found) =>
        Buffer.from(found[1] ?? '', 'base64').toString('latin1'),
      ),
    ].join('\n');
    expect(text).toContain('binary/encrypted');
    for (const word of [
      'word_of_the_log',
      'summary_of_the_step',
      'message_of_the_failure',
      'hint_of_the_failure',
      'batchSize',
      'machine-pipeline.ts',
      'worker.test.ts',
    ])
      expect(text).not.toContain(word);
  }
});

describe('worker versioning', () => {
  it('keeps a machine’s pipeline on the build that started it', async () => {
    const client = await server.client();
    const held = new Held();
    const ran: string[] = [];
    const of = (build: string) =>
      fakeActivities({
        trainTvae: held.run,
        publishDataset: () => Promise.resolve(ran.push(build)).then(() => done('published')),
      });
    const [a, b] = await Promise.all(
      ['a', 'b'].map((build) =>
        createWorker(server.settings({ GAN_DEPLOYMENT_NAME: 'fleet-test', GAN_BUILD_ID: build }), of(build)),
      ),
    );
    if (a === undefined || b === undefined) throw new Error('no workers');
    await Promise.all([
      a.runUntil(async () => {
        await setCurrent(client, 'a');
        const old = await startPipeline(client, 'pump_old');
        await held.begun;
        await b.runUntil(async () => {
          await setCurrent(client, 'b');
          held.open();
          const results = [
            await old.result(),
            await (await startPipeline(client, 'pump_new')).result(),
          ] as PipelineResult[];
          expect(results.map((result) => result.machineId)).toEqual(['pump_old', 'pump_new']);
        });
      }),
    ]);
    expect(ran).toEqual(['a', 'b']);
  });

  /** The server knows of a build, and of each of its task queues, as soon as a worker of it has polled that. */
  async function setCurrent(client: Client, buildId: string): Promise<void> {
    for (;;) {
      try {
        await client.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: 'default',
          deploymentName: 'fleet-test',
          buildId,
        });
        return;
      } catch (error) {
        if (!/does your Worker Deployment have pollers|not found|missing active task queues/.test(String(error)))
          throw error;
      }
    }
  }

  it('is off for the embedded server, and needs both names', () => {
    expect(server.settings({ GAN_DEPLOYMENT_NAME: 'd', GAN_BUILD_ID: '1' }).deployment).toEqual({
      deploymentName: 'd',
      buildId: '1',
    });
    expect(
      server.settings({ GAN_DEPLOYMENT_NAME: 'd', GAN_BUILD_ID: '1', TEMPORAL_ADDRESS: '' }).deployment,
    ).toBeNull();
    expect(() => server.settings({ GAN_BUILD_ID: '1' })).toThrow(/GAN_DEPLOYMENT_NAME/);
  });
});

/** A heartbeat reaches the server a moment after it is given. */
async function untilBeating(read: () => ReturnType<typeof readLiveStep>) {
  for (;;) {
    const live = await read();
    if (live?.heartbeat?.total === 7) return live;
  }
}
