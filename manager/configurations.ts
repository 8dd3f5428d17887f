import { z } from 'zod';
import { listMachines, readMachineText } from '../activities/fleet-folder.js';
import type { FleetFolders } from '../activities/fleet-folder.js';
import type { Configuration, IdCheck, Template } from '../contracts/api/drafts.js';
import { inOwnWords } from '../contracts/configuration.js';
import type { MachineTypeName } from '../contracts/machine-types.js';
import { MachineId, MachineType } from '../contracts/parameters.js';
import { describeProblems } from '../contracts/problems.js';
import type { Project } from './project.js';
import { isRetired } from './retired.js';

/** Templates that are offered of a type, and machines that are looked at for them: a fleet may have thousands. */
const MOST_TEMPLATES = 24;
const MOST_READ = 2_000;
const AT_ONCE = 50;

/** Whether a new machine may have this id. */
export async function checkId(project: Project, id: string): Promise<IdCheck> {
  const { error } = MachineId.safeParse(id);
  if (error !== undefined)
    return { id, problem: describeProblems(error, id, MachineId)[0]?.replace(/^input: /, '') ?? null, taken: false };
  const taken = (await listMachines(foldersOf(project))).includes(id);
  if (!taken && (await isRetired(project, id)))
    return { id, problem: `${id} is retired: restore it on the admin page, or choose another id`, taken };
  return { id, problem: taken ? `${id} is already in the fleet` : null, taken };
}

/**
 * A machine's configuration as it was written, with its id, in the contract's own words.
 * @throws ApplicationFailure when the machine is unknown
 */
export async function configurationOf(project: Project, machineId: string): Promise<Configuration> {
  const text = await readMachineText(machineId, foldersOf(project));
  return inOwnWords({ machine_id: machineId, ...(JSON.parse(text) as Configuration) });
}

/** Machines of a type whose configurations a new one can start from. */
export async function listTemplates(project: Project, machineType: MachineTypeName): Promise<Template[]> {
  const ids = (await listMachines(foldersOf(project))).slice(0, MOST_READ);
  const found: Template[] = [];
  for (let at = 0; at < ids.length && found.length < MOST_TEMPLATES; at += AT_ONCE) {
    const read = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => readTemplate(project, id)));
    found.push(...read.filter((template) => template?.machineType === machineType).filter((each) => each !== null));
  }
  return found.slice(0, MOST_TEMPLATES);
}

const named = z.object({ name: z.string() });
const Outline = z.object({
  machine_type: MachineType,
  manufacturer: z.string().default(''),
  model: z.string().default(''),
  sensors: z.array(named),
  failure_modes: z.array(named).default([]),
});

/** Null for a configuration that nobody could start from. */
async function readTemplate(project: Project, machineId: string): Promise<Template | null> {
  const { data } = Outline.safeParse(await configurationOf(project, machineId).catch(() => null));
  if (data === undefined) return null;
  return {
    machineId,
    machineType: data.machine_type,
    manufacturer: data.manufacturer,
    model: data.model,
    sensors: data.sensors.map(({ name }) => name),
    failureModes: data.failure_modes.map(({ name }) => name),
  };
}

function foldersOf({ settings, projectRoot }: Project): FleetFolders {
  return { dataRoot: settings.dataRoot, projectRoot };
}
