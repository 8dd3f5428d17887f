import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';

/**
 * Reads an artifact's text.
 * @param key what the artifact is called: as the scripts' outputs name it, or artifactKey()
 * @throws ManagerError when the key leads out of the data root
 */
export async function readArtifact(project: Project, key: string): Promise<string> {
  return await readFile(artifactPath(project, key), 'utf8');
}

/** Absolute path of an artifact. @throws ManagerError when the key leads out of the data root */
export function artifactPath({ settings }: Project, key: string): string {
  if (isAbsolute(key) || normalize(key).startsWith('..'))
    throw new ManagerError(REFUSAL.invalidInput, `path: ${key} is not under the data root`);
  return join(settings.dataRoot, key);
}
