import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../activities/python/failures.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { embeddedUi } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';
import { markedDataRoot } from '../../workers/namespace-mark.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { connectTo } from './connect.js';
import { isListening } from './listening.js';
import { isAlive, withLock } from './process-lock.mjs';
import { ServerFolder } from './server-folder.js';
import type { Processes } from './server-folder.js';

/**
 * The embedded Temporal server: the dev server of the `temporal` command, on the loopback, over a SQLite file. It runs
 * under a guard that stops it when its starter has gone, in whatever way; started again, it goes on from the file.
 */
export interface EmbeddedServer {
  /** False when it ran already and is only attached to. */
  started: boolean;
  /** With the ports that the server has. */
  settings: Settings;
  /**
   * Stops the server if this process started it.
   * @param atOnce kills it, which loses nothing: what it has answered is in its file
   */
  stop: (atOnce?: boolean) => Promise<void>;
}

type Ports = Settings['embedded'];

const START_MS = 30_000;
const LOOK_MS = 20;
/** Pairs of ports that are tried where none is chosen. */
const PAIRS = 50;
const GUARD = join(import.meta.dirname, 'guard.mjs');
/** The guard's exit statuses. */
const PORT_TAKEN = 98;
const UI_PORT_TAKEN = 99;
/** The environment of guard and server: no payload key, no proxy, nothing that is not for them. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT'];

/**
 * Attaches to the embedded server of this data root, or starts it: one at a time, however many ask.
 * @throws ManagerError when there is no `temporal` binary, a port is taken, or the server does not come up
 */
export async function startEmbeddedServer(settings: Settings): Promise<EmbeddedServer> {
  const folder = new ServerFolder(settings);
  const running = await attach(folder, settings);
  if (running !== null) return running;
  try {
    await mkdir(settings.stateDir, { recursive: true });
    return await withLock(
      folder.lock,
      () => undefined,
      async () => {
        await awaitEndOfOthers(folder);
        return (await attach(folder, settings)) ?? (await start(folder, settings));
      },
    );
  } catch (error) {
    throw await explained(error, settings);
  }
}

/** Whether the server of this folder, and no other, answers, under a guard that will end it. */
export async function isServing(settings: Settings): Promise<boolean> {
  const processes = new ServerFolder(settings).processes();
  const guarded = processes?.state === 'running' && isAlive(processes.guard);
  return guarded && (await answers(settings.connect.address));
}

/** Whether another installation's server has the address by now. */
export async function isTakenOver(settings: Settings): Promise<boolean> {
  return new ServerFolder(settings).processes() === null && (await answers(settings.connect.address));
}

async function attach(folder: ServerFolder, settings: Settings): Promise<EmbeddedServer | null> {
  const record = folder.read();
  if (record?.served !== true) return null;
  const found = withPorts(settings, record);
  return (await isServing(found)) ? { started: false, settings: found, stop: () => Promise.resolve() } : null;
}

/**
 * What ran on this folder is up or gone after this. A server whose guard and starter were killed is ended: nobody
 * would, and it holds the database.
 */
async function awaitEndOfOthers(folder: ServerFolder): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (let found = folder.processes(); found !== null; found = folder.processes()) {
    if (isAlive(found.guard) && found.state === 'running' && (await recordAnswers(folder))) return;
    if (!isAlive(found.guard) || Date.now() > deadline) end(found);
    await delay(LOOK_MS);
  }
}

/** One that was killed before it could say that its server came up takes the server along. */
async function recordAnswers(folder: ServerFolder): Promise<boolean> {
  const record = folder.read();
  return record?.served === true && (await answers(`127.0.0.1:${record.port}`));
}

function end({ guard, server }: Processes): void {
  for (const name of [guard, server]) {
    if (name !== '' && isAlive(name)) process.kill(Number(name.split(' ')[0]), 'SIGKILL');
  }
}

async function start(folder: ServerFolder, settings: Settings): Promise<EmbeddedServer> {
  const binary = await findTemporal(settings);
  const record = folder.read();
  folder.forgetProcesses();
  // What never came up holds nothing, and may be half written.
  if (record?.served === false) folder.setDatabaseAside();
  for (const ports of candidates(settings, record)) {
    folder.write(ports, record?.served === true);
    const server = await tryPorts(folder, withPorts(settings, ports), binary);
    if (server === null) continue;
    folder.write(ports, true);
    return server;
  }
  throw new ManagerError(REFUSAL.missingPrerequisite, `no port is free from ${settings.embedded.port} on`, PORTS_HINT);
}

const PORTS_HINT =
  'GAN_TEMPORAL_PORT and GAN_TEMPORAL_UI_PORT choose others; where they are unset, free ones are found';

/** The ports that are set, those of the last time, and then pairs further on. */
function candidates({ embedded, portsGiven }: Settings, record: Ports | null): Ports[] {
  const pair = (shift: number): Ports => ({
    port: portsGiven.port ? embedded.port : 7233 + shift,
    uiPort: portsGiven.uiPort ? embedded.uiPort : 8233 + shift,
  });
  if (portsGiven.port && portsGiven.uiPort) return [embedded];
  const further = Array.from({ length: PAIRS }, (_, shift) => pair(shift));
  return record === null ? further : [{ ...pair(0), ...unlessGiven(record, portsGiven) }, ...further];
}

function unlessGiven({ port, uiPort }: Ports, given: Settings['portsGiven']): Partial<Ports> {
  return { ...(given.port ? {} : { port }), ...(given.uiPort ? {} : { uiPort }) };
}

function withPorts(settings: Settings, { port, uiPort }: Ports): Settings {
  const connect = { ...settings.connect, address: `127.0.0.1:${port}` };
  return { ...settings, connect, embedded: { port, uiPort }, webUi: embeddedUi(uiPort) };
}

/** Null when one of the ports is taken and another may be had. */
async function tryPorts(folder: ServerFolder, settings: Settings, binary: string): Promise<EmbeddedServer | null> {
  const { child, said } = await spawnServer(folder, settings, binary);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      killGroup(child);
      resolve();
    }),
  );
  const stop = async (atOnce = false) => {
    child.stdin?.end(atOnce ? 'now' : undefined);
    await ended;
  };
  const deadline = Date.now() + START_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    // Before the guard has found the ports free, and started it, what answers is another's.
    const begun = (folder.processes()?.server ?? '') !== '';
    if (begun && (await answers(settings.connect.address))) return { started: true, settings, stop };
    await delay(LOOK_MS);
  }
  await stop();
  const { portsGiven, embedded } = settings;
  if (child.exitCode === PORT_TAKEN && !portsGiven.port) return null;
  if (child.exitCode === UI_PORT_TAKEN && !portsGiven.uiPort) return null;
  if (child.exitCode === PORT_TAKEN) throw await portTaken(embedded.port, 'GAN_TEMPORAL_PORT', settings);
  if (child.exitCode === UI_PORT_TAKEN) throw await portTaken(embedded.uiPort, 'GAN_TEMPORAL_UI_PORT', settings);
  throw startFailure(folder, settings, await said());
}

async function spawnServer(folder: ServerFolder, settings: Settings, binary: string) {
  const { port, uiPort } = settings.embedded;
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--db-filename', folder.database],
    ...['--namespace', settings.connect.namespace],
    // SQLite's default settings wait for the disk on every write: seven times fewer activities a second.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.values(SEARCH_ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    // Its HTTP API cannot be switched off. It takes requests of any site; by a host name that nobody knows, none comes.
    ...['--dynamic-config-value', `frontend.httpAllowedHosts=["${randomUUID()}.invalid"]`],
    ...['--ui-disable-news-fetch', '--log-level', 'error'],
  ];
  const log = await open(folder.log, 'a');
  const { size } = await log.stat();
  const guard = [GUARD, folder.processesFile, String(port), String(uiPort), binary, ...args];
  // A process group of its own: the terminal's Ctrl-C must reach the worker first.
  const options = { detached: true, stdio: ['pipe', log.fd, log.fd] as ['pipe', number, number], env: environment() };
  const child = spawn(process.execPath, guard, options);
  await log.close();
  return { child, said: async () => (await readFile(folder.log)).subarray(size).toString().trim() };
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
}

/** A guard that was killed leaves the server behind, in its process group. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

/** The binary that set-up installed, or one on the PATH. */
async function findTemporal(settings: Settings): Promise<string> {
  for (const folder of settings.commandFolders) {
    const path = join(folder, 'temporal');
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new ManagerError(
    REFUSAL.missingPrerequisite,
    'no temporal binary in .venv/bin or on the PATH',
    'npm run setup',
  );
}

/** Who has the port that was asked for, as far as it tells. */
async function portTaken(port: number, name: string, { dataRoot, connect }: Settings): Promise<ManagerError> {
  const other = name === 'GAN_TEMPORAL_PORT' ? await occupant(`127.0.0.1:${port}`, connect.namespace) : null;
  const who = other === null ? 'another program' : `the Temporal server of the data root ${other}`;
  return new ManagerError(
    REFUSAL.missingPrerequisite,
    `${name}=${port} is taken by ${who}; the server of ${dataRoot} cannot have it`,
    `choose another, or unset ${name}: then a free port is found`,
  );
}

async function occupant(address: string, namespace: string): Promise<string | null> {
  try {
    const connection = await connectTo(address, 1_000);
    const marked = await markedDataRoot(connection, namespace).catch(() => null);
    await connection.close();
    return marked?.path ?? null;
  } catch {
    return null;
  }
}

const DAMAGED = /malformed|not a database|no such table|SQL logic error|disk I\/O error/;

function startFailure(folder: ServerFolder, { connect }: Settings, said: string): ManagerError {
  if (DAMAGED.test(said)) {
    return new ManagerError(
      REFUSAL.crashed,
      `the Temporal server's database is damaged: ${folder.database} (${lastLine(said)})`,
      `move it away and start again: mv '${folder.database}' '${folder.database}.damaged'. ` +
        'What it holds are runs and their histories; data sets and checkpoints are not in it',
    );
  }
  return new ManagerError(
    REFUSAL.crashed,
    `the Temporal server did not come up on ${connect.address}: ${said === '' ? 'it said nothing' : lastLine(said)}`,
    `its log: ${folder.log}`,
  );
}

function lastLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').slice(-300);
}

/** What the system says of a folder that is none, or somebody else's. */
const UNUSABLE = ['EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOENT'];

/** Names the server's folder as the cause where it is: it cannot be used, or its disk is full. */
export async function explained(error: unknown, { stateDir }: Settings): Promise<unknown> {
  const code = UNUSABLE.find((one) => hasCode(error, one));
  if (code !== undefined && isAbout(error, stateDir)) {
    return new ManagerError(
      REFUSAL.missingPrerequisite,
      `the Temporal server's folder ${stateDir} cannot be used: ${code}`,
      'give it to this user, or name another: GAN_STATE_DIR=…',
    );
  }
  if (!hasCode(error, 'ENOSPC') && !(await isFull(stateDir))) return error;
  return new ManagerError(
    REFUSAL.resource,
    `no space is left on the disk of the Temporal server's folder ${stateDir}`,
    'free some, or name a folder elsewhere: GAN_STATE_DIR=…',
  );
}

function isAbout(error: unknown, folder: string): boolean {
  return typeof error === 'object' && error !== null && 'path' in error && String(error.path).startsWith(folder);
}

async function isFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < FULL_BYTES;
  } catch {
    return false;
  }
}

/** SQLite cannot take a transaction of ours with less. */
const FULL_BYTES = 256 * 1024;

/** Whether a Temporal answers there. */
async function answers(address: string): Promise<boolean> {
  if (!(await isListening(address))) return false;
  try {
    const connection = await connectTo(address, 1_000);
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
