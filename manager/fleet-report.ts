import { join } from 'node:path';
import { loadSettings } from '../temporal.config.js';
import { runScript } from './scripts.js';
import { PROJECT_ROOT } from './embedded/session.js';

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
export async function writeFleetReport(): Promise<FleetPage> {
  const { summary, metrics, outputs } = await runScript('GAN/scripts/fleet_report.py', []);
  return { path: join(loadSettings(process.env, PROJECT_ROOT).dataRoot, outputs[0]?.path ?? ''), summary, metrics };
}
