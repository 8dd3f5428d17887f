import { resolve } from 'node:path';
import type { Control, Project } from '../manager/project.js';
import { loadSettings } from '../temporal.config.js';
import { onInterrupt } from './interrupt.js';

/** The project that a command works on: gan.mjs has made its root the current folder. */
export function currentProject(): Project {
  const projectRoot = process.cwd();
  const settings = loadSettings(process.env, projectRoot);
  for (const warning of settings.warnings.filter((line) => !warned.has(line))) {
    warned.add(warning);
    note(`warning: ${warning}`);
  }
  return { projectRoot, settings };
}

const warned = new Set<string>();

/** A path that a person gave, resolved from the caller's folder, which gan.mjs records. */
export function callersPath(path: string): string {
  return resolve(process.env['GAN_CALLED_FROM'] ?? process.cwd(), path);
}

/** Progress goes to stderr: stdout is for the result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C stops what a command does here. */
export function control(): Control {
  return { signal: onInterrupt(), note };
}
