import type { Control, Project } from '../manager/project.js';
import { loadSettings } from '../temporal.config.js';
import { onInterrupt } from './interrupt.js';

/** The project that a command works on: gan.mjs has made its root the current folder. */
export function currentProject(): Project {
  const projectRoot = process.cwd();
  return { projectRoot, settings: loadSettings(process.env, projectRoot) };
}

/** Progress goes to stderr: stdout is for the result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C stops what a command does here. */
export function control(): Control {
  return { signal: onInterrupt(), note };
}
