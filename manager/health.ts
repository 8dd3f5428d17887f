import { SCRIPT } from '../activities/python/scripts.js';
import { HealthData } from '../contracts/health.js';
import type { MachineHealth } from '../contracts/runs.js';
import type { Control, Project } from './project.js';
import { runScript } from './script.js';

/** Which of each machine's artifacts exist and are valid on this host. */
export async function readHealth(project: Project, control: Control): Promise<MachineHealth[]> {
  const { data } = await runScript(project, SCRIPT.health, [], control);
  return HealthData.parse(data).machines;
}

/** What a machine needs before it can be used. */
export type HealthState = 'ready' | 'modelMissing' | 'dataMissing';

export function healthState({ metadata, model, data }: MachineHealth): HealthState {
  if (metadata && model && data) return 'ready';
  return model ? 'dataMissing' : 'modelMissing';
}
