import { runPython } from '../activities/python/script.js';
import type { ResultEvent } from '../contracts/events.js';
import type { Control, Project } from './project.js';

/**
 * Runs a script here, on this host's data root and without Temporal: one that reads, or that only switches a link.
 * @throws ApplicationFailure typed by the script's exit status
 */
export async function runScript(
  { settings, projectRoot }: Project,
  script: string,
  args: readonly string[],
  { signal, note }: Control,
): Promise<ResultEvent> {
  return await runPython({ script, args }, { ...settings, projectRoot }, signal, {
    onProgress: () => undefined,
    onLog: note,
  });
}
