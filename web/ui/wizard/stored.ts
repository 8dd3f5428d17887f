import type { Draft } from './draft.js';

/** A draft as this browser keeps it until its machine is made. */
interface Stored {
  draft: Draft;
  /** When it was last changed, in ms. */
  at: number;
}

/** Where a draft is kept: that of a new machine, of a clone, of an edited machine or of a named one, each apart. */
export function keyOf(of: { from: string | null; editing: string | null; id: string | null }): string {
  if (of.editing !== null) return `draft:edit:${of.editing}`;
  if (of.from !== null) return `draft:from:${of.from}`;
  return of.id === null ? 'draft:new' : `draft:id:${of.id}`;
}

/** Null: there is none, or it is another version's. */
export function readDraft(key: string): Stored | null {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<Stored> | null;
    const whole = typeof stored?.at === 'number' && Array.isArray(stored.draft?.sensors);
    return whole ? (stored as Stored) : null;
  } catch {
    return null;
  }
}

/** @returns whether the browser has kept it */
export function keepDraft(key: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key, JSON.stringify({ draft, at: Date.now() } satisfies Stored));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(key: string): void {
  localStorage.removeItem(key);
}
