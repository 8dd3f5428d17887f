import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** A folder as hosts know it: by its path on one of them, and by the id inside it, which is the same on all. */
export const Place = z.object({ path: z.string(), host: z.string(), id: z.string().nullable() });
export type Place = z.infer<typeof Place>;

const ID_FILE = '.folder-id';
const ID = /^[0-9a-f-]{36}$/;

/** The folder, and its id if it has one. */
export function placeOf(path: string): Place {
  return { path, host: hostname(), id: readId(path) };
}

/** The folder with its id, which is created if missing. A read-only folder has none. */
export function identify(path: string): Place {
  if (readId(path) === null) {
    const mine = join(path, `${ID_FILE}.${randomUUID()}.tmp`);
    try {
      writeFileSync(mine, `${randomUUID()}\n`);
      linkSync(mine, join(path, ID_FILE));
    } catch {
      // Read-only, or another process was faster.
    }
    rmSync(mine, { force: true });
  }
  return placeOf(path);
}

/**
 * Whether a folder that was recorded, perhaps by another host, is this one. If its path exists here, what is there
 * decides: the same folder under another name is the same, a copy is not. Otherwise its id decides: it was moved, or
 * another host has it under another path.
 */
export function isSamePlace(noted: Place, own: Place): boolean {
  const there = noted.host === own.host ? identityOf(noted.path) : null;
  if (there !== null) return there === identityOf(own.path);
  if (noted.host === own.host && noted.path === own.path) return true;
  return noted.id !== null && noted.id === own.id;
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function readId(path: string): string | null {
  try {
    const id = readFileSync(join(path, ID_FILE), 'utf8').trim();
    return ID.test(id) ? id : null;
  } catch {
    return null;
  }
}
