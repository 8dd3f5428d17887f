import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURE } from '../contracts/failures.js';
import { describeProblems } from '../contracts/parameters.js';
import { Profile } from '../contracts/profile.js';
import { failure, hasCode } from './python/failures.js';

export interface FleetFolders {
  projectRoot: string;
  dataRoot: string;
}

/** Where a machine's configuration may lie, the data root's own first. */
function folders({ projectRoot, dataRoot }: FleetFolders): string[] {
  return [...new Set([join(dataRoot, 'fleet'), join(projectRoot, 'GAN/fleet')])];
}

/** Ids of the machines that have a configuration, in alphabetical order. */
export async function listMachines(where: FleetFolders): Promise<string[]> {
  const names = await Promise.all(folders(where).map(readNames));
  const ids = names.flat().flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  return [...new Set(ids)].sort();
}

/**
 * Reads and checks a machine's configuration.
 * @param machineId must have been checked: it is a file name
 * @throws ApplicationFailure InvalidInput naming every field that is wrong, or that the machine is unknown
 */
export async function readProfile(machineId: string, where: FleetFolders): Promise<Profile> {
  const text = await firstText(folders(where).map((folder) => join(folder, `${machineId}.json`)));
  if (text === null) {
    throw failure(FAILURE.invalidInput, `machine_id: no machine ${machineId} in the fleet`, {
      retryable: false,
      field: 'machine_id',
      hint: 'npm run gan -- machine create --config <file>; npm run gan -- health lists the machines',
    });
  }
  return parseProfile(text, machineId);
}

/** @throws ApplicationFailure InvalidInput naming every field that is wrong */
export function parseProfile(text: string, name: string): Profile {
  const given = parseJson(text, name);
  const parsed = Profile.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = describeProblems(parsed.error, given);
  throw failure(FAILURE.invalidInput, `profile of ${name}: ${problems.join('; ')}`, {
    retryable: false,
    field: problems[0]?.split(':')[0] ?? null,
  });
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(FAILURE.invalidInput, `profile of ${name} is not JSON: ${reason}`, { retryable: false });
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function firstText(paths: string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return null;
}
