import { readdir, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { RetiredMachine } from '../contracts/api/retirement.js';
import { ARTIFACTS, artifactKey } from '../contracts/artifacts.js';
import { MachineId } from '../contracts/parameters.js';
import { artifactPath, readArtifact } from './artifacts.js';
import type { Project } from './project.js';

/** Whether a machine of that id has left the fleet. */
export async function isRetired(project: Project, machineId: string): Promise<boolean> {
  return await stat(artifactPath(project, keyOf(machineId, artifactKey('configuration', machineId)))).then(
    () => true,
    () => false,
  );
}

/** The machines that have left the fleet, the latest first. */
export async function listRetired(project: Project): Promise<RetiredMachine[]> {
  const folder = artifactPath(project, ARTIFACTS.retired.split('/')[0] ?? '');
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => MachineId.safeParse(name).success);
  const read = await Promise.all(ids.map((machineId) => readRetired(project, machineId)));
  return read.flatMap((machine) => machine ?? []).sort((a, b) => (a.retiredAt < b.retiredAt ? 1 : -1));
}

const text = z.string().catch('');
const Identity = z.object({ machine_type: text, manufacturer: text, model: text });
const Written = z.object({ retiredAt: z.string() });

/** Null: its retirement has only begun, or this is no machine. */
async function readRetired(project: Project, machineId: string): Promise<RetiredMachine | null> {
  const read = async (name: string) => JSON.parse(await readArtifact(project, keyOf(machineId, name))) as unknown;
  try {
    const { retiredAt } = Written.parse(await read('retired.json'));
    const { machine_type: machineType, ...identity } = Identity.parse(
      await read(artifactKey('configuration', machineId)),
    );
    return { machineId, machineType, ...identity, retiredAt, where: artifactPath(project, keyOf(machineId, '')) };
  } catch {
    return null;
  }
}

/** The key that an artifact of a machine has once that has left the fleet. */
function keyOf(machineId: string, key: string): string {
  return `${artifactKey('retired', machineId)}${key}`;
}
