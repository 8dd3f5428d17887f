import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../activities/python/failures.js';
import { ManagerError, REFUSAL } from './errors.js';
import { readLiveStep } from './live-step.js';
import type { LiveStep } from './live-step.js';
import type { Connected, Project } from './project.js';

/** What a machine's running step last said. @throws ManagerError when none runs */
export async function runningStep({ client }: Connected, machineId: string): Promise<LiveStep> {
  const live = await readLiveStep(client, machineId).catch(() => null);
  if (live !== null) return live;
  throw new ManagerError(
    REFUSAL.notFound,
    `${machineId} has no running step`,
    `npm run gan -- machine status ${machineId}`,
  );
}

/** The log of the worker that a command or the console runs; null if none has run here. */
export async function workerLog({ settings }: Project): Promise<string | null> {
  try {
    return await readFile(join(settings.stateDir, 'worker.log'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
