import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../temporal.config.js';
import { answers } from './connect.js';
import { LOOK_MS, START_MS, findTemporal, tryPorts } from './guarded-server.js';
import type { EmbeddedServer } from './guarded-server.js';
import { candidates, withPorts } from './ports.js';
import { isAlive, withLock } from './process-lock.mjs';
import { explained, noPortFree } from './server-errors.js';
import { ServerFolder } from './server-folder.js';
import type { Processes } from './server-folder.js';

export type { EmbeddedServer } from './guarded-server.js';

/**
 * Attaches to the embedded server of this data root, or starts it: only one is started, however many ask.
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

/** Whether another installation's server has taken the address. */
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
 * After this, whatever ran on this folder is up or gone. A server whose guard and starter were killed is ended here:
 * nobody else would do it, and it holds the database.
 */
async function awaitEndOfOthers(folder: ServerFolder): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (let found = folder.processes(); found !== null; found = folder.processes()) {
    if (isAlive(found.guard) && found.state === 'running' && (await recordAnswers(folder))) return;
    if (!isAlive(found.guard) || Date.now() > deadline) end(found);
    await delay(LOOK_MS);
  }
}

/** Whether the recorded server came up: a starter killed before that takes its server along. */
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
  // The database of a server that never came up is empty, and may be half written.
  if (record?.served === false) folder.setDatabaseAside();
  for (const ports of candidates(settings, record)) {
    folder.write(ports, record?.served === true);
    const server = await tryPorts(folder, withPorts(settings, ports), binary);
    if (server === null) continue;
    folder.write(ports, true);
    return server;
  }
  throw noPortFree(settings);
}
