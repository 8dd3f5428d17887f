import { runPython } from '../activities/python/script.js';
import type { ResultEvent } from '../contracts/events.js';
import { loadSettings } from '../temporal.config.js';
import { onInterrupt } from '../scripts/interrupt.js';
import { PROJECT_ROOT } from './embedded/session.js';

/**
 * Runs a script here, on this host's data root and without Temporal: one that reads, or that only switches a link.
 * @throws ApplicationFailure typed by the script's exit status
 */
export async function runScript(script: string, args: string[]): Promise<ResultEvent> {
  const settings = loadSettings(process.env, PROJECT_ROOT);
  return await runPython({ script, args }, { ...settings, projectRoot: PROJECT_ROOT }, onInterrupt(), {
    onProgress: () => undefined,
    onLog: (line) => process.stderr.write(`${line}\n`),
  });
}
