import { useEffect, useRef, useState } from 'react';
import type { RecordPage, RunAccount } from '../../../contracts/api/runs.js';
import type { RunEntry } from '../../../contracts/run-record.js';
import { get } from '../api.js';

const AGAIN_MS = 2_000;
const NONE: readonly RunEntry[] = [];

/**
 * A run's record as far as it is known, growing with the size that the run's account has. What is missing is fetched,
 * whether live updates were lost or only just came.
 */
export function useRecord(run: RunAccount | null): { entries: readonly RunEntry[]; complete: boolean } {
  const key = run === null ? null : `/api/runs/${run.machineId}/${run.runId}/record`;
  const size = run?.recordBytes ?? 0;
  const [known, setKnown] = useState<{ key: string | null; entries: readonly RunEntry[] }>({ key, entries: NONE });
  const reader = useRef({ key, next: 0, size: 0, reading: false });

  useEffect(() => {
    if (reader.current.key !== key) reader.current = { key, next: 0, size: 0, reading: false };
    const state = reader.current;
    state.size = size;
    if (key === null || state.reading) return;
    state.reading = true;
    void read(key, state, (entries) => {
      if (reader.current !== state) return;
      setKnown((before) => ({ key, entries: before.key === key ? [...before.entries, ...entries] : entries }));
    }).finally(() => {
      state.reading = false;
    });
  }, [key, size]);

  const entries = known.key === key ? known.entries : NONE;
  return { entries, complete: size === 0 || entries.length > 0 };
}

/** Reads until as much is known as there is. */
async function read(
  key: string,
  state: { next: number; size: number },
  add: (entries: readonly RunEntry[]) => void,
): Promise<void> {
  for (let more = true; more;) {
    if (state.next >= state.size) return;
    try {
      const page = await get<RecordPage>(`${key}?from=${state.next}`);
      // A line that is being written comes with the next size.
      more = page.more || (page.next > state.next && page.next < state.size);
      state.next = page.next;
      if (page.entries.length > 0) add(page.entries);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
