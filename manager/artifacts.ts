import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';

/**
 * Reads an artifact's text.
 * @param path under the data root, as the scripts' outputs name it
 * @throws ManagerError when the path leads out of the data root
 */
export async function readArtifact(project: Project, path: string): Promise<string> {
  return await readFile(artifactPath(project, path), 'utf8');
}

/** Absolute path of an artifact. @throws ManagerError when the path leads out of the data root */
export function artifactPath({ settings }: Project, path: string): string {
  if (isAbsolute(path) || normalize(path).startsWith('..'))
    throw new ManagerError(REFUSAL.invalidInput, `path: ${path} is not under the data root`);
  return join(settings.dataRoot, path);
}
