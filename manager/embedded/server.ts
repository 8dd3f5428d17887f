import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { access, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import type { Settings } from '../../temporal.config.js';
import { ManagerError, REFUSAL } from '../errors.js';

/**
 * The embedded Temporal server: the dev server of the `temporal` command, on the loopback, over a SQLite file. It runs
 * under a guard that stops it when its starter has gone, in whatever way; started again, it goes on from the file.
 */
export interface EmbeddedServer {
  /** False when it ran already and is only attached to. */
  started: boolean;
  /** Stops the server if this process started it. */
  stop: () => Promise<void>;
}

const START_MS = 30_000;
const GUARD = join(import.meta.dirname, 'guard.mjs');

/**
 * Attaches to the embedded server, or starts it.
 * @throws ManagerError when there is no `temporal` binary or the server does not come up
 */
export async function startEmbeddedServer(settings: Settings): Promise<EmbeddedServer> {
  const { address } = settings.connect;
  if (await isServing(address)) return { started: false, stop: () => Promise.resolve() };
  await mkdir(settings.stateDir, { recursive: true });
  const child = await spawnServer(settings);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      killGroup(child);
      resolve();
    }),
  );
  await untilServing(child, address, settings);
  return {
    started: true,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

async function spawnServer(settings: Settings): Promise<ChildProcess> {
  const binary = await findTemporal(settings);
  const { port, uiPort } = settings.embedded;
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', join(settings.stateDir, 'temporal.db'), '--namespace', settings.connect.namespace],
    // SQLite's default settings wait for the disk on every write: seven times fewer activities a second.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.values(SEARCH_ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...['--log-level', 'error'],
  ];
  const log = await open(join(settings.stateDir, 'server.log'), 'a');
  // A process group of its own: the terminal's Ctrl-C must reach the worker first.
  const child = spawn(process.execPath, [GUARD, binary, ...args], { detached: true, stdio: ['pipe', log.fd, log.fd] });
  await log.close();
  return child;
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

async function untilServing(child: ChildProcess, address: string, settings: Settings): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isServing(address))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const log = await readFile(join(settings.stateDir, 'server.log'), 'utf8').catch(() => '');
      throw new ManagerError(
        REFUSAL.crashed,
        `the Temporal server did not come up on ${address}:\n${log.split('\n').slice(-6).join('\n')}`,
        'is the port taken? GAN_TEMPORAL_PORT and GAN_TEMPORAL_UI_PORT choose others',
      );
    }
    await delay(50);
  }
}

/** Whether a Temporal answers there. */
export async function isServing(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
