// A lock in the file system that ends with its holder, and names for processes that stay unique when ids are reused.
// Plain JavaScript of Node's own modules: set-up runs before anything is installed.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 100;

/**
 * Does the work while holding the lock; a lock whose holder is dead is taken over.
 * @template T
 * @param {string} lock path of the lock
 * @param {(holder: string) => void} onWait called with the process id of each holder that is waited for
 * @param {() => Promise<T>} work
 * @param {number} everyMs how often to look whether it is free
 * @returns {Promise<T>}
 */
export async function withLock(lock, onWait, work, everyMs = LOOK_AGAIN_MS) {
  let told = '';
  for (let holder = tryLock(lock); holder !== null; holder = tryLock(lock)) {
    if (holder !== told) onWait(holder);
    told = holder;
    await delay(everyMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * The lock appears together with its holder's name: nobody can die in between.
 * @param {string} lock
 * @returns {string | null} process id of the holder; null: this process holds it now
 */
function tryLock(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, nameOf(process.pid));
  try {
    linkSync(mine, lock);
    return null;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    const holder = readText(lock) ?? '';
    if (holder !== '' && !isAlive(holder)) breakLock(lock, holder, `${mine}.dead`);
    return holder.split(' ')[0] ?? '';
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes a dead holder's lock. If another process was faster and the lock is now its own, it gets it back.
 * @param {string} lock
 * @param {string} dead
 * @param {string} aside
 */
function breakLock(lock, dead, aside) {
  try {
    renameSync(lock, aside);
    if (readText(aside) !== dead) linkSync(aside, lock);
  } catch {
    // Gone already.
  }
  rmSync(aside, { force: true });
}

/**
 * A process's id and, if the system tells, its start time: another process may have the id by now.
 * @param {number} pid
 */
export function nameOf(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  return `${pid} ${stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
}

/**
 * Whether the process of this name is still running. A dead one that has not been reaped is not.
 * @param {string} name
 */
export function isAlive(name) {
  const pid = Number(name.split(' ')[0]);
  try {
    process.kill(pid, 0);
    return nameOf(pid) === name && !isZombie(pid);
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isZombie(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
