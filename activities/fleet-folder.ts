import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ARTIFACTS } from '../contracts/artifacts.js';
import type { Configuration } from '../contracts/configuration.js';
import { FAILURE } from '../contracts/failures.js';
import { MachineId } from '../contracts/parameters.js';
import { parseConfiguration, readText, refusal } from './configuration.js';
import { failure, hasCode } from './python/failures.js';

/** How many machines a message names. */
const SHOWN = 50;

export interface FleetFolders {
  projectRoot: string;
  dataRoot: string;
}

/** Where a machine's configuration may be, the data root's own folder first. */
export function configurationFolders({ projectRoot, dataRoot }: FleetFolders): string[] {
  const folder = dirname(ARTIFACTS.configuration);
  return [...new Set([join(dataRoot, folder), join(projectRoot, 'GAN', folder)])];
}

/** Ids of the machines that have a configuration, in alphabetical order. */
export async function listMachines(where: FleetFolders): Promise<string[]> {
  const names = await Promise.all(configurationFolders(where).map(readNames));
  const ids = names.flat().flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  return [...new Set(ids)].filter((id) => MachineId.safeParse(id).success).sort();
}

/** @throws ApplicationFailure InvalidInput naming the machines that are not in the fleet */
export async function requireMachines(ids: readonly string[], where: FleetFolders): Promise<void> {
  const known = await listMachines(where);
  const inFleet = new Set(known);
  const unknown = ids.filter((id) => !inFleet.has(id));
  if (unknown.length === 0) return;
  throw failure(FAILURE.invalidInput, `machines: not in the fleet: ${some(unknown)}`, {
    retryable: false,
    field: 'machines',
    hint: `known are: ${some(known)}`,
  });
}

/** A failure should not hold thousands of names. */
function some(ids: readonly string[]): string {
  return ids.length > SHOWN ? `${ids.slice(0, SHOWN).join(', ')} and ${ids.length - SHOWN} more` : ids.join(', ');
}

/**
 * Reads and checks a machine's configuration.
 * @param machineId must have been checked: it is a file name
 * @throws ApplicationFailure InvalidInput naming every field that is wrong, or that the machine is unknown
 */
export async function readConfiguration(machineId: string, where: FleetFolders): Promise<Configuration> {
  return parseConfiguration(await readMachineText(machineId, where), machineId, { machine_id: machineId });
}

/**
 * The text of a machine's configuration, as it was written.
 * @param machineId must have been checked: it is a file name
 * @throws ApplicationFailure InvalidInput when the machine is unknown
 */
export async function readMachineText(machineId: string, where: FleetFolders): Promise<string> {
  const text = await firstText(configurationFolders(where), machineId);
  if (text === null) {
    throw failure(FAILURE.invalidInput, `machine_id: no machine ${machineId} in the fleet`, {
      retryable: false,
      field: 'machine_id',
      hint: 'npm run gan -- machine create --config <file>; npm run gan -- health lists the machines',
    });
  }
  return text;
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw refusal(error, folder);
  }
}

async function firstText(folders: string[], machineId: string): Promise<string | null> {
  for (const folder of folders) {
    const text = await readText(join(folder, `${machineId}.json`), `${machineId}.json`);
    if (text !== null) return text;
  }
  return null;
}
