import { SCRIPT } from '../activities/python/scripts.js';
import { DraftCheck } from '../contracts/draft.js';
import type { Control, Project } from './project.js';
import { runScript } from './script.js';

/**
 * Checks and completes a draft of a machine's configuration; nothing is written.
 * @param draft as a person or a form has it so far: fields may be missing or null
 * @param preview whether to simulate some runs too
 */
export async function checkDraft(
  project: Project,
  draft: unknown,
  { preview }: { preview: boolean },
  control: Control,
): Promise<DraftCheck> {
  const args = [`--config=${JSON.stringify(draft)}`, ...(preview ? ['--preview'] : [])];
  const { data } = await runScript(project, SCRIPT.checkProfile, args, control);
  return DraftCheck.parse(data);
}
