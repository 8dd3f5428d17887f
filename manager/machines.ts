import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseConfiguration, readText } from '../activities/configuration.js';
import { readConfiguration as readConfigured, requireMachines } from '../activities/fleet-folder.js';
import { hasCode } from '../activities/python/failures.js';
import { artifactKey } from '../contracts/artifacts.js';
import { inOwnWords } from '../contracts/configuration.js';
import type { Configuration } from '../contracts/configuration.js';
import type { AssumedValue } from '../contracts/draft.js';
import { Profile } from '../contracts/profile.js';
import { artifactPath } from './artifacts.js';
import { checkDraft } from './drafts.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Control, Project } from './project.js';
import { isRetired } from './retired.js';

/** The text of a configuration file. @throws ManagerError, or ApplicationFailure InvalidInput if it is not one */
export async function readConfiguration(path: string): Promise<string> {
  const text = await readText(path, path);
  if (text === null) throw new ManagerError(REFUSAL.invalidInput, `config: no file ${path}`);
  return text;
}

/**
 * Adds a machine to the fleet, or replaces it. What its configuration lacks is proposed, and written with the rest.
 * @param text its configuration, JSON
 * @param name what messages call the text: a file's name
 * @returns also what was assumed
 * @throws ApplicationFailure InvalidInput naming every field that is wrong; ManagerError when the machine is there, or
 *   naming every field that nobody but the caller can know
 */
export async function createMachine(
  project: Project,
  text: string,
  { name, replace }: { name: string; replace: boolean },
  control: Control,
): Promise<{ profile: Profile; path: string; assumed: AssumedValue[] }> {
  parseConfiguration(text, name);
  const given = JSON.parse(text) as object;
  const { profile, assumed } = await completed(project, given, control);
  const written = assumed.length === 0 ? given : profile;
  const path = artifactPath(project, artifactKey('configuration', profile.machine_id));
  await requireNotRetired(project, profile.machine_id);
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, `${JSON.stringify(written, null, 2)}\n`);
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
  return { profile, path, assumed };
}

/** A machine that has left the fleet keeps its id: otherwise it could not come back. */
async function requireNotRetired(project: Project, machineId: string): Promise<void> {
  if (!(await isRetired(project, machineId))) return;
  const hint = `choose another id, or bring it back: npm run gan -- machine restore ${machineId}`;
  throw new ManagerError(REFUSAL.invalidInput, `machine_id: ${machineId} is retired`, hint, null, 'machine_id');
}

/** A configuration as a profile. One that lacks nothing needs no Python. */
async function completed(
  project: Project,
  given: object,
  control: Control,
): Promise<{ profile: Profile; assumed: AssumedValue[] }> {
  const whole = Profile.safeParse(inOwnWords(given));
  if (whole.success) return { profile: whole.data, assumed: [] };
  const { profile, problems, assumed } = await checkDraft(project, given, { preview: false }, control);
  if (profile !== null) return { profile, assumed };
  const lines = problems.map(({ field, message }) => `${field}: ${message}`);
  const hint = problems.find((problem) => problem.hint !== null)?.hint ?? null;
  throw new ManagerError(REFUSAL.invalidInput, lines.join('\n       '), hint, null, problems[0]?.field ?? null);
}

/** @throws ApplicationFailure InvalidInput naming the machines that are not in the fleet */
export async function requireKnownMachines(
  { settings, projectRoot }: Project,
  machineIds: readonly string[],
): Promise<void> {
  if (machineIds.length > 0) await requireMachines(machineIds, { dataRoot: settings.dataRoot, projectRoot });
}

/** A machine's profile, completed. @throws ApplicationFailure InvalidInput when it is unknown or wrong */
export async function readMachine(project: Project, machineId: string, control: Control): Promise<Profile> {
  return (await completed(project, await requireConfigured(project, machineId), control)).profile;
}

/** @throws ApplicationFailure InvalidInput when a machine is unknown or its configuration is wrong */
export async function requireConfigured({ settings, projectRoot }: Project, machineId: string): Promise<Configuration> {
  return await readConfigured(machineId, { dataRoot: settings.dataRoot, projectRoot });
}
