import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync as readlink,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedServer } from '../../manager/embedded/server.js';
import type { EmbeddedServer } from '../../manager/embedded/server.js';
import { isAlive, nameOf, withLock } from '../../manager/embedded/process-lock.mjs';
import { ManagerError } from '../../manager/errors.js';
import { loadSettings } from '../../temporal.config.js';
import { markNamespace } from '../../workers/namespace-mark.js';
import { connectTo } from '../../manager/embedded/connect.js';
import { freePort } from '../support/ports.js';
import { leftAfter } from '../support/processes.js';
import { PROJECT_ROOT } from '../support/python.js';

const root = mkdtempSync(join(tmpdir(), 'embedded-'));
let places = 0;
const running: EmbeddedServer[] = [];

/** Somebody's data root and folder for the server. */
function place(): Record<string, string> {
  const folder = join(root, String(places++));
  mkdirSync(join(folder, 'GAN'), { recursive: true });
  return { GAN_ROOT: join(folder, 'GAN'), GAN_STATE_DIR: join(folder, 'state') };
}

async function ports(): Promise<Record<string, string>> {
  return { GAN_TEMPORAL_PORT: String(await freePort()), GAN_TEMPORAL_UI_PORT: String(await freePort()) };
}

async function start(env: Record<string, string>): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer(loadSettings(env, PROJECT_ROOT));
  running.push(server);
  return server;
}

async function refusal(env: Record<string, string>): Promise<ManagerError> {
  const error = await start(env).catch((reason: unknown) => reason);
  if (!(error instanceof ManagerError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

function stateFile(env: Record<string, string>, name: string): string {
  return join(env['GAN_STATE_DIR'] ?? '', name);
}

/** Process ids of the guard and of the server. */
function pids(env: Record<string, string>): { guard: number; server: number } {
  const { guard, server } = JSON.parse(readFileSync(stateFile(env, 'server.pid'), 'utf8')) as Record<string, string>;
  return { guard: Number.parseInt(guard ?? ''), server: Number.parseInt(server ?? '') };
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a server belongs to one data root', () => {
  it('another command of the same data root attaches to it', async () => {
    const env = place();
    const first = await start({ ...env, ...(await ports()) });
    const second = await start(env);
    expect([first.started, second.started]).toEqual([true, false]);
    expect(second.settings.connect.address).toBe(first.settings.connect.address);
  });

  it('another installation that finds its ports taken takes others, and remembers them', async () => {
    const mine = await start({ ...place(), ...(await ports()) });
    const env = place();
    mkdirSync(env['GAN_STATE_DIR'] ?? '');
    // The ports of its last start are those that the first one has now.
    const first = await start({ ...env, ...(await ports()) });
    await first.stop();
    const record = JSON.parse(readFileSync(stateFile(env, 'server.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(stateFile(env, 'server.json'), JSON.stringify({ ...record, ...mine.settings.embedded }));
    const other = await start(env);
    expect(other.started).toBe(true);
    expect(other.settings.embedded.port).not.toBe(mine.settings.embedded.port);
    expect(loadSettings(env, PROJECT_ROOT).connect.address).toBe(other.settings.connect.address);
  });

  it('one that insists on a port that is taken is refused, both data roots named', async () => {
    const env = place();
    const mine = await start({ ...env, ...(await ports()) });
    const connection = await connectTo(mine.settings.connect.address, 5_000);
    await markNamespace(connection, 'default', mine.settings.dataRoot, true);
    await connection.close();
    const other: Record<string, string> = { ...place(), GAN_TEMPORAL_PORT: String(mine.settings.embedded.port) };
    const { message, hint } = await refusal(other);
    expect(message).toContain(env['GAN_ROOT']);
    expect(message).toContain(other['GAN_ROOT']);
    expect(hint).toContain('unset GAN_TEMPORAL_PORT');
  });

  it('its folder is refused to another data root, both named, whether it runs or not', async () => {
    const env = place();
    const given = { ...env, ...(await ports()) };
    const other = { ...given, GAN_ROOT: place()['GAN_ROOT'] ?? '' };
    const mine = await start(given);
    const whileItRuns = await refusal(other);
    await mine.stop();
    for (const { message, hint } of [whileItRuns, await refusal(other)]) {
      expect(message).toContain(env['GAN_ROOT']);
      expect(message).toContain(other.GAN_ROOT);
      expect(hint).toContain('GAN_STATE_DIR');
    }
  });

  it('a copy of a checkout, made while the server runs, has a server of its own', async () => {
    const env = place();
    const mine = await start({ ...env, ...(await ports()) });
    const copy = join(root, 'copy');
    cpSync(join(env['GAN_ROOT'] ?? '', '..'), copy, { recursive: true });
    const theirs = { GAN_ROOT: join(copy, 'GAN'), GAN_STATE_DIR: join(copy, 'state') };
    const other = await start(theirs);
    expect(other.started).toBe(true);
    expect(other.settings.embedded.port).not.toBe(mine.settings.embedded.port);
  });

  it('has a folder of its own where its data root is not the checkout’s', () => {
    const folders = ['GAN', '/srv/a', '/srv/b'].map((GAN_ROOT) => loadSettings({ GAN_ROOT }, '/checkout').stateDir);
    expect(new Set(folders).size).toBe(3);
    expect(folders[0]).toBe('/checkout/.temporal');
  });
});

describe('the start of a server', () => {
  it('several at once are one', async () => {
    const env = { ...place(), ...(await ports()) };
    const servers = await Promise.all([start(env), start(env), start(env)]);
    expect(servers.filter((server) => server.started)).toHaveLength(1);
  });

  it('a database that was never used, because its server was killed, is set aside', async () => {
    const env = { ...place(), ...(await ports()) };
    const server = await start(env);
    await server.stop();
    const record = readFileSync(stateFile(env, 'server.json'), 'utf8');
    for (const left of ['', 'half']) {
      writeFileSync(stateFile(env, 'server.json'), record.replace('"served": true', '"served": false'));
      for (const name of ['-wal', '-shm']) rmSync(stateFile(env, `temporal.db${name}`), { force: true });
      writeFileSync(stateFile(env, 'temporal.db'), left);
      const again = await start(env);
      expect(again.started).toBe(true);
      await again.stop();
    }
    expect(readdirSync(env['GAN_STATE_DIR'] ?? '').filter((name) => name.includes('.unused-'))).not.toEqual([]);
  });

  it('of one whose starter was killed at any moment of the first start can be done again', async () => {
    for (const ms of [5, 20, 60, 150]) {
      const env = { ...place(), ...(await ports()) };
      const starting = start(env).catch(() => null);
      await guardOf(env);
      await new Promise((resolve) => setTimeout(resolve, ms));
      killAll(env);
      await starting;
      expect((await start(env)).settings.embedded.port).toBe(Number(env['GAN_TEMPORAL_PORT']));
    }
  });

  it('a damaged database that was used is named, and what to do', async () => {
    const env = { ...place(), ...(await ports()) };
    await (await start(env)).stop();
    writeFileSync(stateFile(env, 'server.log'), 'listen: address already in use, long ago\n');
    for (const name of ['-wal', '-shm']) rmSync(stateFile(env, `temporal.db${name}`), { force: true });
    writeFileSync(stateFile(env, 'temporal.db'), 'no database');
    const { message, hint } = await refusal(env);
    expect(message).toContain(`database is damaged: ${stateFile(env, 'temporal.db')}`);
    expect(`${message}${hint ?? ''}`).not.toMatch(/port|long ago/);
    expect(hint).toContain(`mv '${stateFile(env, 'temporal.db')}'`);
  });

  it('ends a server whose guard and starter were killed, and takes its place', async () => {
    const env = { ...place(), ...(await ports()) };
    await start(env);
    const before = pids(env);
    const guard = nameOf(before.guard);
    process.kill(before.guard, 'SIGKILL');
    while (isAlive(guard)) continue; // The kernel may need a moment.
    const after = await start(env);
    expect(after.started).toBe(true);
    expect(await leftAfter([before.server], 5_000)).toEqual([]);
  });

  async function guardOf(env: Record<string, string>): Promise<void> {
    while (!existsSync(stateFile(env, 'server.pid'))) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  function killAll(env: Record<string, string>): void {
    try {
      const { guard } = pids(env);
      process.kill(-guard, 'SIGKILL');
    } catch {
      // The file was just being replaced.
    }
  }
});

describe('a lock', () => {
  it('is had by one at a time, and taken from who is dead', async () => {
    const lock = join(root, 'lock');
    writeFileSync(lock, '999999 1');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(lock, () => undefined, work, 1)));
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  it('tells a process from another that has its id now', () => {
    expect(isAlive(nameOf(process.pid))).toBe(true);
    if (existsSync('/proc/self/stat')) expect(isAlive(`${process.pid} 1`)).toBe(false);
  });
});

describe('what reaches a server', () => {
  const onLinux = existsSync('/proc/net/tcp') ? it : it.skip;

  onLinux('is no payload key and no proxy', async () => {
    const secrets = { GAN_PAYLOAD_KEYS: 'k1:secret_of_the_test', http_proxy: 'http://proxy.invalid' };
    Object.assign(process.env, secrets);
    const env = { ...place(), ...(await ports()) };
    try {
      await start(env);
    } finally {
      for (const name of Object.keys(secrets)) Reflect.deleteProperty(process.env, name);
    }
    for (const pid of Object.values(pids(env))) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      expect(environment).toContain('PATH=');
      expect(environment).not.toMatch(/secret_of_the_test|proxy/);
    }
  });

  it('is the Web UI by the loopback’s names and from its own pages, and no other', async () => {
    const env = { ...place(), ...(await ports()) };
    await start(env);
    const port = Number(env['GAN_TEMPORAL_UI_PORT']);
    const path = '/api/v1/namespaces/default/workflows/x';
    const own = `http://127.0.0.1:${port}`;
    const asked = (headers: Record<string, string>, method = 'GET', where = '/api/v1/namespaces') =>
      status({ host: '127.0.0.1', port, path: where, method, headers });
    // The Web UI comes up a moment after the server.
    while ((await asked({ host: `127.0.0.1:${port}` })) === 503) await delay(20);
    expect(await asked({ host: `127.0.0.1:${port}` })).toBe(200);
    expect(await asked({ host: `localhost:${port}` }, 'GET', '/')).toBe(200);
    expect(await asked({ host: `evil.example:${port}` })).toBe(403);
    expect(await asked({ host: '127.0.0.1' })).toBe(403);
    expect(await asked({ host: `127.0.0.1:${port}`, origin: 'http://evil.example' }, 'POST', path)).toBe(403);
    expect(await asked({ host: `127.0.0.1:${port}`, origin: 'null' }, 'POST', path)).toBe(403);
    // Refused by the UI itself, for the token that its own pages send along.
    expect(await asked({ host: `127.0.0.1:${port}`, origin: own }, 'POST', path)).toBe(400);
  });

  onLinux('is nothing that a web page can send, whatever other port it finds', async () => {
    const env = { ...place(), ...(await ports()) };
    await start(env);
    const found = listeningOf(pids(env).server);
    expect(found.length).toBeGreaterThan(3);
    expect(found.every(({ host }) => host.startsWith('127.'))).toBe(true);
    const onUsualAddress = found.filter(({ host }) => host === '127.0.0.1');
    expect(onUsualAddress).toHaveLength(found.length - 1);
    for (const { host, port } of onUsualAddress) {
      for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, 'evil.example']) {
        const sent = { host, port, path: '/api/v1/namespaces', method: 'GET', headers: { host: name } };
        expect([400, 403, 404, null]).toContain(await status(sent));
      }
    }
  });
});

/** Status of an answer; null when there is none that is HTTP. */
function status(options: {
  host: string;
  port: number;
  path: string;
  method: string;
  headers: Record<string, string>;
}) {
  return new Promise<number | null>((resolve) => {
    const sent = request({ ...options, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    sent.once('error', () => {
      resolve(null);
    });
    sent.once('timeout', () => sent.destroy());
    sent.end();
  });
}

/** Where a process listens, from the kernel's tables. */
function listeningOf(pid: number): { host: string; port: number }[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlink(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  const inodes = sockets.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.includes(fields[9] ?? ''))
    .map((fields) => {
      const [address = '', port = ''] = (fields[1] ?? '').split(':');
      const bytes = address.match(/../g) ?? [];
      return {
        host: bytes
          .reverse()
          .map((byte) => Number.parseInt(byte, 16))
          .join('.'),
        port: Number.parseInt(port, 16),
      };
    });
}
