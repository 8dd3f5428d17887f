import type { MachineRow, MachineStatus } from './runs.js';

/** What a fleet run keeps of a machine. failure: number of its text in FailureTexts. */
export type Entry = Omit<MachineRow, 'failure'> & { failure: number | null };

/** A page is at most this long: it is one of the workflow's arguments. */
const PAGE_CHARACTERS = 120_000;
const SEPARATORS = /[,;]/;
const CODES: Record<MachineStatus, string> = {
  queued: 'q',
  running: 'r',
  succeeded: 's',
  upToDate: 'u',
  failed: 'f',
  cancelled: 'c',
};
const STATUSES = Object.fromEntries(Object.entries(CODES).map(([status, code]) => [code, status])) as Record<
  string,
  MachineStatus
>;
const NOTHING: Pick<Entry, 'machineId' | 'machineType' | 'rows'> = { machineId: '', machineType: '', rows: null };

/**
 * Machines as text of about 20 characters each: what a run carries over when it continues as new, and how it is started
 * with thousands of names. `startedAt` is left out where `finishedAt` and `seconds` imply it.
 *
 * A machine is the letter of its status, how many characters its id shares with the one before (base 36), the rest of
 * the id, then seconds in hundredths, quality in ten-thousandths, the end in ms from the run's start, rows and type
 * where they differ from the one before, and the number of the failure. Empty fields at the end are left out.
 */
export function pack(entries: readonly Entry[], runStartedAt: number): string[] {
  const pages: string[] = [];
  let page: string[] = [];
  let length = 0;
  let before = NOTHING;
  for (const entry of entries) {
    if (SEPARATORS.test(entry.machineId + entry.machineType))
      throw new RangeError(`not a machine id: ${entry.machineId}`);
    const text = packed(entry, before, runStartedAt);
    page.push(text);
    length += text.length + 1;
    before = entry;
    if (length < PAGE_CHARACTERS) continue;
    pages.push(page.join(';'));
    [page, length, before] = [[], 0, NOTHING];
  }
  return page.length > 0 ? [...pages, page.join(';')] : pages;
}

export function unpack(pages: readonly string[], runStartedAt: number): Entry[] {
  return pages.flatMap((page) => {
    let before: Pick<Entry, 'machineId' | 'machineType' | 'rows'> = NOTHING;
    return page.split(';').map((text) => {
      const entry = unpacked(text, before, runStartedAt);
      before = entry;
      return entry;
    });
  });
}

/** The same for machines that are only named. */
export function packNames(machineIds: readonly string[]): string[] {
  return pack(
    machineIds.map((machineId) => newEntry(machineId, '')),
    0,
  );
}

export function newEntry(machineId: string, machineType: string): Entry {
  return {
    machineId,
    machineType,
    status: 'queued',
    startedAt: null,
    finishedAt: null,
    seconds: null,
    rows: null,
    quality: null,
    failure: null,
  };
}

function packed(entry: Entry, before: typeof NOTHING, runStartedAt: number): string {
  const shared = sharedLength(entry.machineId, before.machineId);
  const fields = [
    `${CODES[entry.status]}${shared.toString(36)}${entry.machineId.slice(shared)}`,
    number(entry.seconds, 100),
    number(entry.quality, 10_000),
    number(entry.finishedAt === null ? null : entry.finishedAt - runStartedAt, 1),
    entry.rows === before.rows ? '' : entry.rows === null ? '-' : number(entry.rows, 1),
    entry.machineType === before.machineType ? '' : entry.machineType,
    number(entry.failure, 1),
  ];
  return fields.join(',').replace(/,+$/, '');
}

function unpacked(text: string, before: typeof NOTHING, runStartedAt: number): Entry {
  const [head = '', seconds, quality, end, rows, type, failure] = text.split(',');
  const entry = newEntry(
    before.machineId.slice(0, parseInt(head[1] ?? '0', 36)) + head.slice(2),
    type || before.machineType,
  );
  entry.status = STATUSES[head[0] ?? ''] ?? 'queued';
  entry.seconds = value(seconds, 100);
  entry.quality = value(quality, 10_000);
  const after = value(end, 1);
  entry.finishedAt = after === null ? null : runStartedAt + after;
  if (entry.finishedAt !== null && entry.seconds !== null) {
    entry.startedAt = entry.finishedAt - Math.round(entry.seconds * 1000);
  }
  entry.rows = rows === '-' ? null : rows ? value(rows, 1) : before.rows;
  entry.failure = value(failure, 1);
  return entry;
}

function sharedLength(id: string, before: string): number {
  let length = 0;
  while (length < 35 && length < id.length && id[length] === before[length]) length += 1;
  return length;
}

function number(given: number | null, scale: number): string {
  return given === null ? '' : Math.round(given * scale).toString(36);
}

function value(text: string | undefined, scale: number): number | null {
  return text ? parseInt(text, 36) / scale : null;
}
