import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { WORKFLOW } from '../../contracts/runs.js';
import { markNamespace } from '../../workers/namespace-mark.js';
import { DevServer } from '../support/dev-server.js';
import { freePort } from '../support/ports.js';
import { findProcesses, leftAfter } from '../support/processes.js';
import { machineConfig } from '../support/profiles.js';
import { PROJECT_ROOT } from '../support/python.js';

/** The command line as a process: signals, pipes, the environment, and somebody else's Temporal. */
const root = mkdtempSync(join(tmpdir(), 'gan-process-'));
const STACK = /\n\s+at /;
let places = 0;

async function place(): Promise<Record<string, string>> {
  const folder = join(root, String(places++));
  mkdirSync(join(folder, 'GAN/fleet'), { recursive: true });
  writeFileSync(join(folder, 'GAN/fleet/pump_a.json'), JSON.stringify(machineConfig('pump_a')));
  return {
    GAN_ROOT: join(folder, 'GAN'),
    GAN_STATE_DIR: join(folder, 'state'),
    GAN_TEMPORAL_PORT: String(await freePort()),
    GAN_TEMPORAL_UI_PORT: String(await freePort()),
    TEMPORAL_ADDRESS: '',
  };
}

function gan(env: Record<string, string>, ...args: string[]) {
  return execa(process.execPath, [join(PROJECT_ROOT, 'scripts/gan.mjs'), ...args], {
    cwd: root,
    env,
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: 90_000,
  });
}

function left(env: Record<string, string>): number[] {
  return findProcesses((command) => command.includes(join(env['GAN_STATE_DIR'] ?? '', 'temporal.db')));
}

/** Settles when a command has started its server, before it has a worker. */
async function serverStarted({ all }: ReturnType<typeof gan>): Promise<void> {
  let heard = '';
  await new Promise<void>((resolve) => {
    all.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes('Temporal server started')) resolve();
    });
    all.once('end', resolve);
  });
}

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a command', () => {
  it('reaches the server on the loopback past a proxy that the environment names', async () => {
    const proxy = 'http://127.0.0.1:9';
    const proxies = { http_proxy: proxy, HTTP_PROXY: proxy, https_proxy: proxy, grpc_proxy: proxy };
    const { exitCode, stderr } = await gan({ ...(await place()), ...proxies }, 'fleet', 'status');
    expect(stderr).toContain('no fleet run was found');
    expect(exitCode).toBe(3);
  });

  it('ends on SIGTERM while it starts, and leaves no process', async () => {
    const env = await place();
    const starting = gan(env, 'start');
    await serverStarted(starting);
    starting.kill('SIGTERM');
    const { exitCode, all } = await starting;
    expect({ exitCode, stack: STACK.test(all) }).toEqual({ exitCode: 75, stack: false });
    expect(await leftAfter(left(env), 5_000)).toEqual([]);
  });

  it('ends a server that nobody ends any more, and starts its own', async () => {
    const env = await place();
    const starting = gan(env, 'start');
    await serverStarted(starting);
    const orphans = left(env);
    const guards = findProcesses(
      (command) => command.includes('guard.mjs') && command.includes(env['GAN_STATE_DIR'] ?? ''),
    );
    for (const pid of [starting.pid ?? 0, ...guards]) process.kill(pid, 'SIGKILL');
    expect((await gan(env, 'fleet', 'status')).exitCode).toBe(3);
    expect(orphans.length).toBeGreaterThan(1);
    expect(left(env)).toEqual([]);
  });

  it('stops in order when who reads its output has gone', async () => {
    const env = await place();
    const starting = gan(env, 'start');
    await serverStarted(starting);
    starting.stdout.destroy();
    const { exitCode, stderr } = await starting;
    expect({ exitCode, stack: STACK.test(stderr) }).toEqual({ exitCode: 0, stack: false });
    expect(left(env)).toEqual([]);
  });

  it('refuses an unknown machine before anything is started', async () => {
    const env = await place();
    const { exitCode, stderr } = await gan(env, 'fleet', 'run', '--machines', 'pump_a,pump_nowhere');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('not in the fleet: pump_nowhere');
    expect(existsSync(env['GAN_STATE_DIR'] ?? '')).toBe(false);
  });

  it('says that the folder of its server cannot be used', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const { exitCode, stderr } = await gan({ ...(await place()), GAN_STATE_DIR: file }, 'fleet', 'status');
    expect({ exitCode, stack: STACK.test(stderr) }).toEqual({ exitCode: 3, stack: false });
    expect(stderr).toContain(`${file} cannot be used: EEXIST`);
  });

  it('takes files from the folder where the person is', async () => {
    const env = await place();
    writeFileSync(join(root, 'own.json'), JSON.stringify(machineConfig('pump_own')));
    const created = await gan(env, 'machine', 'create', '--config', 'own.json');
    expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('pump_own added') as string });
    const imported = await gan(env, 'machine', 'import', 'pump_b', '--csv', 'rows.csv');
    expect(imported.stderr).toContain(join(root, 'rows.csv'));
  });
});

describe('a Temporal that several may reach', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await DevServer.start();
  });
  afterAll(async () => {
    await server.stop();
  });

  function configured(): Record<string, string> {
    return { TEMPORAL_ADDRESS: server.env['TEMPORAL_ADDRESS'] ?? '' };
  }

  it('gives no work to a worker of another data root, and refuses its commands, both named', async () => {
    const theirs = join(root, 'theirs');
    mkdirSync(theirs);
    const client = await server.client();
    await markNamespace(client.connection, 'default', theirs, false);
    const env: Record<string, string> = { ...(await place()), ...configured() };
    const work = await gan(env, 'worker');
    const run = await gan(env, 'fleet', 'run', '--machines', 'pump_a');
    for (const { exitCode, stderr } of [work, run]) {
      expect(exitCode).toBe(3);
      expect(stderr).toContain(theirs);
      expect(stderr).toContain(env['GAN_ROOT']);
      expect(stderr).toContain('TEMPORAL_NAMESPACE');
      expect(stderr).not.toMatch(STACK);
    }
  });

  it('says that a run under way is encrypted to a command or worker that has no key', async () => {
    const settings = server.settings({ GAN_PAYLOAD_KEYS: `k1:${randomBytes(32).toString('base64')}` });
    const client = await server.client(settings);
    const started = { workflowId: 'fleet/secret', taskQueue: 'nobody', args: [{ name: 'secret' }] };
    const handle = await client.workflow.start(WORKFLOW.fleetRun, started);
    // The server lists a run a moment after it has begun.
    while ((await client.workflow.count("ExecutionStatus = 'Running'")).count === 0) continue;
    const env = { ...(await place()), ...configured() };
    for (const args of [['fleet', 'status'], ['fleet', 'run'], ['worker']]) {
      const { exitCode, stderr } = await gan(env, ...args);
      expect(exitCode).toBe(3);
      expect(stderr).toContain('encrypted with the key k1');
      expect(stderr).toContain('the workers and every command need the same keys');
      expect(stderr).not.toMatch(STACK);
    }
    await handle.terminate();
  });
});
