import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '../activities/python/failures.js';
import type { Upload } from '../contracts/api/imports.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { Project } from './project.js';

/** As much as import_seed.py reads (GAN/gan/recording/source.py). */
export const MOST_BYTES = 2 * 1024 ** 3;
/** An upload that nobody imported is removed after this time. */
const KEPT_MS = 24 * 3600 * 1000;
const MOST_NAME = 100;

/**
 * Receives a file that is to be imported, into a folder of its own outside the data root.
 * @param name what its sender calls it; no path is made of it as it is
 * @throws ManagerError when it is too large; then, and when the sender gives up, nothing stays
 */
export async function receiveUpload(
  project: Project,
  name: string,
  content: Readable,
  { signal, most = MOST_BYTES }: { signal: AbortSignal; most?: number },
): Promise<Upload> {
  await removeOldUploads(project);
  const id = randomUUID();
  const folder = join(uploadsOf(project), id);
  await mkdir(folder, { recursive: true });
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      done(bytes > most ? tooLarge(most) : null, chunk);
    },
  });
  try {
    await pipeline(content, counted, createWriteStream(join(folder, safeName(name))), { signal });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw hasCode(error, 'ENOSPC') ? diskFull() : error;
  }
  return { id, name, bytes };
}

/** Where an upload lies. @throws ManagerError when there is none */
export async function uploadPath(project: Project, id: string): Promise<string> {
  const folder = join(uploadsOf(project), id);
  const [file] = await readdir(folder).catch(() => []);
  if (file === undefined)
    throw new ManagerError(REFUSAL.notFound, 'the uploaded file is no longer there', 'choose it again', null, 'upload');
  return join(folder, file);
}

export async function removeUpload(project: Project, id: string): Promise<void> {
  await rm(join(uploadsOf(project), id), { recursive: true, force: true });
}

async function removeOldUploads(project: Project): Promise<void> {
  const uploads = uploadsOf(project);
  for (const id of await readdir(uploads).catch(() => [])) {
    const { mtimeMs } = (await stat(join(uploads, id)).catch(() => null)) ?? { mtimeMs: Infinity };
    if (Date.now() - mtimeMs > KEPT_MS) await removeUpload(project, id);
  }
}

function uploadsOf({ settings }: Project): string {
  return join(settings.stateDir, 'uploads');
}

/** A file's name that leads nowhere and that messages can show. */
function safeName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N} ._()+-]+/gu, '_').replace(/^[. ]+/, '');
  return plain.slice(-MOST_NAME) || 'rows';
}

function tooLarge(most: number): ManagerError {
  const size = most >= 1024 ** 2 ? `${most / 1024 ** 2} MiB` : `${most} bytes`;
  return new ManagerError(
    REFUSAL.invalidInput,
    `the file is larger than ${size}, which is the most that is read`,
    'import fewer runs or columns, or every n-th row',
    null,
    'csv',
  );
}

function diskFull(): ManagerError {
  return new ManagerError(REFUSAL.resource, 'the disk is full', 'free some space; nothing stays of the file');
}
