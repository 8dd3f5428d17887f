import { SCRIPT } from '../activities/python/scripts.js';
import { artifactPath } from './artifacts.js';
import type { Control, Project } from './project.js';
import { runScript } from './script.js';

/** The fleet's summary page as it was written. */
export interface FleetPage {
  path: string;
  summary: string;
  metrics: Record<string, number | null>;
}

/**
 * Writes the fleet's summary page on this host's data root.
 * @throws ApplicationFailure typed by the script's exit status
 */
export async function writeFleetReport(project: Project, control: Control): Promise<FleetPage> {
  const { summary, metrics, outputs } = await runScript(project, SCRIPT.fleetReport, [], control);
  return { path: artifactPath(project, outputs[0]?.path ?? ''), summary, metrics };
}
