import { statfs } from 'node:fs/promises';
import { hasCode } from '../../activities/python/failures.js';
import type { Settings } from '../../temporal.config.js';
import { markedDataRoot } from '../../workers/namespace-mark.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { connectTo } from './connect.js';
import type { ServerFolder } from './server-folder.js';

// Why the embedded server cannot be had: what happened, and what the person can do.

const DAMAGED = /malformed|not a database|no such table|SQL logic error|disk I\/O error/;
/** With less free space SQLite cannot complete one of our transactions. */
const FULL_BYTES = 256 * 1024;

/** No port was free. */
export function noPortFree({ embedded }: Settings): ManagerError {
  return new ManagerError(
    REFUSAL.missingPrerequisite,
    `no port is free from ${embedded.port} on`,
    'GAN_TEMPORAL_PORT and GAN_TEMPORAL_UI_PORT choose others; where they are unset, free ones are found',
  );
}

/** A port that was set is taken; says by whom, if they tell. */
export async function portTaken(port: number, name: string, { dataRoot, connect }: Settings): Promise<ManagerError> {
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

/** The server did not come up. @param said what it wrote to its log */
export function startFailure(folder: ServerFolder, { connect }: Settings, said: string): ManagerError {
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

/** Error codes of a folder that is not one, or that belongs to somebody else. */
const UNUSABLE = ['EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOENT'];

/** The error, or one that names the server's folder as its cause: it cannot be used, or its disk is full. */
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
