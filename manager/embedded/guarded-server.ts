import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import type { Settings } from '../../temporal.config.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { answers } from './connect.js';
import { portTaken, startFailure } from './server-errors.js';
import type { ServerFolder } from './server-folder.js';

/**
 * The embedded Temporal server: the `temporal` command's dev server, on the loopback, with a SQLite file. It runs under
 * a guard that stops it when its starter is gone, however that ended; started again, it continues from the file.
 */
export interface EmbeddedServer {
  /** False if it was already running and this process only attached to it. */
  started: boolean;
  /** With the ports that the server has. */
  settings: Settings;
  /**
   * Stops the server if this process started it.
   * @param atOnce kills it, which loses nothing: everything it acknowledged is in its file
   */
  stop: (atOnce?: boolean) => Promise<void>;
}

/** How long the server may take to come up, or to end. */
export const START_MS = 30_000;
export const LOOK_MS = 20;
const GUARD = join(import.meta.dirname, 'guard.mjs');
/** The guard's exit statuses. */
const PORT_TAKEN = 98;
const UI_PORT_TAKEN = 99;
/** The environment of guard and server: no payload key, no proxy, nothing they do not need. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT'];

/** Starts the server on the ports of the settings. @returns null when a port is taken and another may be tried */
export async function tryPorts(
  folder: ServerFolder,
  settings: Settings,
  binary: string,
): Promise<EmbeddedServer | null> {
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
    // Until the guard has found the ports free and started it, whatever answers belongs to somebody else.
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
    // SQLite's defaults wait for the disk on every write, and allow a seventh of the activities a second.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.values(SEARCH_ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    // The HTTP API cannot be switched off and serves any site; under a host name that nobody knows, no request comes.
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
export async function findTemporal(settings: Settings): Promise<string> {
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
