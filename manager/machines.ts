import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseProfile, readText } from '../activities/configuration.js';
import { readProfile, requireMachines } from '../activities/fleet-folder.js';
import { hasCode } from '../activities/python/failures.js';
import { artifactKey } from '../contracts/artifacts.js';
import type { Profile } from '../contracts/profile.js';
import { artifactPath } from './artifacts.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';

/** The text of a configuration file. @throws ManagerError, or ApplicationFailure InvalidInput if it is not one */
export async function readConfiguration(path: string): Promise<string> {
  const text = await readText(path, path);
  if (text === null) throw new ManagerError(REFUSAL.invalidInput, `config: no file ${path}`);
  return text;
}

/**
 * Adds a machine to the fleet, or replaces it.
 * @param text its configuration, JSON
 * @param name what messages call the text: a file's name
 * @throws ApplicationFailure InvalidInput naming every field that is wrong; ManagerError when the machine is there
 */
export async function createMachine(
  project: Project,
  text: string,
  { name, replace }: { name: string; replace: boolean },
): Promise<{ profile: Profile; path: string }> {
  const profile = parseProfile(text, name);
  const path = artifactPath(project, artifactKey('configuration', profile.machine_id));
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    await (replace ? rename(temporary, path) : link(temporary, path));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new ManagerError(
      REFUSAL.invalidInput,
      `machine_id: ${profile.machine_id} is already in the fleet`,
      'choose another id, or use --replace',
    );
  } finally {
    await rm(temporary, { force: true });
  }
  return { profile, path };
}

/** @throws ApplicationFailure InvalidInput naming the machines that are not in the fleet */
export async function requireKnownMachines(
  { settings, projectRoot }: Project,
  machineIds: readonly string[],
): Promise<void> {
  if (machineIds.length > 0) await requireMachines(machineIds, { dataRoot: settings.dataRoot, projectRoot });
}

/** A machine's profile. @throws ApplicationFailure InvalidInput when it is unknown or its configuration is wrong */
export async function readMachine({ settings, projectRoot }: Project, machineId: string): Promise<Profile> {
  return await readProfile(machineId, { dataRoot: settings.dataRoot, projectRoot });
}
