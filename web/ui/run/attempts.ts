import type { RunEntry } from '../../../contracts/run-record.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import type { Step } from '../../../contracts/steps.js';

/** A further attempt at a step: why there was one, and where it went on. */
export interface Attempt {
  step: Step;
  /** Of all attempts at this step in the run: 2 or more. */
  number: number;
  /** Its place in the record. */
  index: number;
  text: string;
}

/** The attempts that followed another one, each with its reason. */
export function laterAttempts(entries: readonly RunEntry[]): Attempt[] {
  const counts = new Map<Step, number>();
  const attempts: Attempt[] = [];
  let ended: RunEntry | null = null;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'failure' || entry.kind === 'stopped' || entry.kind === 'result') ended = entry;
    if (entry.kind !== 'attempt') continue;
    const number = (counts.get(entry.step) ?? 0) + 1;
    counts.set(entry.step, number);
    if (number > 1) {
      const text = `${STEP_TITLES[entry.step]}, attempt ${number} after ${reason(ended)}${resumedAt(entries, index)}`;
      attempts.push({ step: entry.step, number, index, text });
    }
    ended = null;
  }
  return attempts;
}

/** How the attempt before ended; one that said nothing lost its worker. */
function reason(ended: RunEntry | null): string {
  if (ended?.kind === 'stopped') return ended.reason === 'request' ? 'a pause' : 'the worker shut down';
  return ended?.kind === 'failure' ? ended.code : 'a lost worker';
}

function resumedAt(entries: readonly RunEntry[], attempt: number): string {
  for (const entry of entries.slice(attempt + 1)) {
    if (entry.kind === 'attempt') return '';
    if (entry.kind === 'progress' && entry.unit === 'epochs') return `, resumed at epoch ${entry.current}`;
  }
  return '';
}
