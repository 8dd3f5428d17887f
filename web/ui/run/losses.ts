import type { RunEntry } from '../../../contracts/run-record.js';

/** The losses of a training, by epoch: of an epoch that was repeated after a resume, the later one. */
export interface Losses {
  epochs: number[];
  /** When each was reported, ms. */
  at: number[];
  loss: (number | null)[];
  heldOut: (number | null)[];
  /** Positions at which a later attempt went on. */
  resumes: { index: number; attempt: number }[];
  /** Epochs that have been trained; those between two reports have no point. */
  trained: number;
}

type Progress = Extract<RunEntry, { kind: 'progress' }>;

export function lossesOf(entries: readonly RunEntry[]): Losses {
  const byEpoch = new Map<number, Progress>();
  const resumed: { epoch: number; attempt: number }[] = [];
  let attempts = 0;
  let waiting = false;
  for (const entry of entries) {
    if (entry.kind === 'attempt' && entry.step === 'trainTvae') {
      attempts += 1;
      waiting = attempts > 1;
    }
    if (entry.kind !== 'progress' || entry.step !== 'trainTvae') continue;
    byEpoch.set(entry.current, entry);
    if (waiting) resumed.push({ epoch: entry.current, attempt: attempts });
    waiting = false;
  }
  const points = [...byEpoch.values()].sort((a, b) => a.current - b.current);
  const epochs = points.map(({ current }) => current);
  return {
    epochs,
    at: points.map(({ at }) => at),
    loss: points.map(({ metrics }) => metrics['loss'] ?? null),
    heldOut: points.map(({ metrics }) => metrics['heldOutLoss'] ?? null),
    resumes: resumed.map(({ epoch, attempt }) => ({ index: epochs.indexOf(epoch), attempt })),
    trained: epochs.at(-1) ?? 0,
  };
}

/** The least value, and where it is; null: there is none. */
export function bestOf(values: readonly (number | null)[]): { value: number; index: number } | null {
  let best: { value: number; index: number } | null = null;
  for (const [index, value] of values.entries())
    if (value !== null && (best === null || value < best.value)) best = { value, index };
  return best;
}

/** Epochs a second over the last reports of the attempt under way; null: too few. */
export function rateOf(entries: readonly RunEntry[]): number | null {
  const recent: Progress[] = [];
  for (let at = entries.length - 1; at >= 0 && recent.length < RECENT; at -= 1) {
    const entry = entries[at];
    if (entry?.kind === 'attempt') break;
    if (entry?.kind === 'progress') recent.push(entry);
  }
  const [last, first] = [recent[0], recent.at(-1)];
  if (last === undefined || first === undefined || last.at <= first.at || last.step !== first.step) return null;
  return ((last.current - first.current) * 1000) / (last.at - first.at);
}

const RECENT = 40;
