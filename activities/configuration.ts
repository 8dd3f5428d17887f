import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Configuration, inOwnWords } from '../contracts/configuration.js';
import { FAILURE } from '../contracts/failures.js';
import { printable } from '../contracts/printable.js';
import { lineOf, problemsOf } from '../contracts/problems.js';
import { failure, hasCode } from './python/failures.js';

/** Larger than any machine's configuration; GAN/gan/machine/configuration.py has the same bounds. */
const MOST_BYTES = 5_000_000;
const MOST_LEVELS = 32;

/** Transient: the same read may succeed in a moment. Anything else is for a person to correct. */
const TRANSIENT = ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN', 'ESTALE', 'ETIMEDOUT', 'EINTR'];

/**
 * Reads a text file that a person wrote: a regular file of a sane size, in UTF-8. Never waits for a pipe or a device.
 * @returns null if there is none
 * @throws ApplicationFailure InvalidInput; a transient error is thrown as it is
 */
export async function readText(path: string, name: string): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw invalid(`${name} is not a regular file`);
      if (stat.size > MOST_BYTES) throw invalid(`${name} has ${stat.size} bytes: ${MOST_BYTES} are allowed`);
      const bytes = Buffer.alloc(MOST_BYTES + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return decode(bytes.subarray(0, bytesRead), name);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw refusal(error, name);
  }
}

/** What an error of reading a file means: InvalidInput, unless it is transient or already typed. */
export function refusal(error: unknown, name: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
  return code === null || TRANSIENT.includes(code) ? error : invalid(`${name} cannot be read: ${code}`);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(`${name} is not UTF-8 text`);
  }
}

/**
 * @param defaults used for what the text leaves out
 * @throws ApplicationFailure InvalidInput naming every field that is wrong
 */
export function parseConfiguration(text: string, name: string, defaults: Record<string, unknown> = {}): Configuration {
  const given = inOwnWords({ ...defaults, ...parseObject(text, name) });
  const parsed = Configuration.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, given, Configuration, 'config');
  throw invalid(`profile of ${name}: ${problems.map(lineOf).join('; ')}`, problems[0]?.field);
}

/** A JSON object; a duplicate key is refused, since one of its values would be lost silently. */
function parseObject(text: string, name: string): object {
  const given = parseJson(text, name);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`${name}: a JSON object is expected`);
  const twin = scan(text, name);
  if (twin !== null) throw invalid(`${name}: ${twin}: stands twice in one object; keys must be unique`, twin);
  return given;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(name);
    throw invalid(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The first key that appears twice in its object, or null. Walks through the tokens of a text known to be JSON. */
function scan(text: string, name: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (const [token, text_, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null);
    if (token === '}' || token === ']') open.pop();
    if (open.length > MOST_LEVELS) throw tooDeep(name);
    if (text_ === undefined || colon === undefined) continue;
    const key = JSON.parse(text_) as string;
    const keys = open.at(-1);
    if (keys?.has(key) === true) return printable(key).slice(0, 64);
    keys?.add(key);
  }
  return null;
}

function tooDeep(name: string) {
  return invalid(`${name} is nested too deep: ${MOST_LEVELS} levels are allowed`);
}

function invalid(message: string, field = 'config') {
  return failure(FAILURE.invalidInput, message, { retryable: false, field });
}
