// Builds the console's pages, again whenever a source has changed: under a second, so there is nothing to commit and
// nothing to run by hand.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { directImports } from './direct-imports.mjs';

/**
 * The built pages: `page` is the HTML document, with `{{nonce}}` where a nonce belongs; `files` lie in `folder`.
 * @typedef {{ folder: string, files: string[], page: string }} Ui
 */

const SOURCES = ['web/ui', 'contracts', 'web/build-ui.mjs', 'web/direct-imports.mjs', 'package-lock.json'];
const ENTRIES = ['main.tsx', 'early.ts', 'events-worker.ts'];
/** How many builds stay: a page that was opened before a change still loads its own parts. */
const KEPT = 4;

/**
 * @param {string} root the checkout
 * @returns {Promise<Ui>}
 */
export async function ensureUi(root) {
  const folder = join(root, '.cache', 'ui', stampOf(root));
  if (!existsSync(folder)) await build(root, folder);
  return { folder, files: readdirSync(folder), page: readFileSync(join(folder, 'index.html'), 'utf8') };
}

/** @param {string} root */
function stampOf(root) {
  const hash = createHash('sha256').update(root);
  for (const source of SOURCES) {
    const path = join(root, source);
    const names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map(String).sort() : [''];
    for (const name of names) {
      const { size, mtimeMs } = statSync(join(path, name));
      hash.update(`\n${source}/${name} ${size} ${mtimeMs}`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds into a folder that appears whole.
 * @param {string} root
 * @param {string} folder
 */
async function build(root, folder) {
  const unfinished = `${folder}.${process.pid}.tmp`;
  writeFileSync(join(unfinished, 'index.html'), pageOf(root, await bundle(root, unfinished)));
  try {
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  removeOld(dirname(folder));
}

/**
 * Writes the scripts and styles.
 * @param {string} root
 * @param {string} outdir
 * @returns {Promise<import('esbuild').Metafile>}
 */
export async function bundle(root, outdir) {
  const esbuild = await import('esbuild');
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => join('web/ui', name)),
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    plugins: [directImports(root)],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return metafile;
}

/**
 * A built script and all that it loads before it runs.
 * @param {import('esbuild').Metafile} metafile
 * @param {string} path among its outputs
 * @param {Set<string>} [found]
 */
export function loadedWith(metafile, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: other, kind } of metafile.outputs[path]?.imports ?? [])
    if (kind === 'import-statement') loadedWith(metafile, other, found);
  return found;
}

/**
 * @param {string} root
 * @param {import('esbuild').Metafile} metafile
 */
function pageOf(root, metafile) {
  const url = (/** @type {string} */ path) => `/assets/${basename(path)}`;
  const built = (/** @type {string} */ entry) => outputOf(metafile, `web/ui/${entry}`);
  // Else the browser would learn of each only from another one.
  const [main = '', ...parts] = loadedWith(metafile, built('main.tsx'));
  return readFileSync(join(root, 'web/ui/index.html'), 'utf8')
    .replace('{{early}}', url(built('early.ts')))
    .replace('{{main}}', url(main))
    .replace('{{parts}}', parts.map((part) => `<link rel="modulepreload" href="${url(part)}" />`).join(''))
    .replace('{{worker}}', url(built('events-worker.ts')))
    .replace('{{style}}', url(metafile.outputs[main]?.cssBundle ?? ''));
}

/**
 * The script that a source has become: an entry, or what is imported on demand.
 * @param {import('esbuild').Metafile} metafile
 * @param {string} source
 */
export function outputOf({ outputs }, source) {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source);
  if (found === undefined) throw new Error(`${source} is no entry of the console's pages`);
  return found[0];
}

/** @param {string} builds */
function removeOld(builds) {
  const age = (/** @type {string} */ name) => statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = readdirSync(builds).sort((a, b) => age(b) - age(a));
  for (const name of old.slice(KEPT)) rmSync(join(builds, name), { recursive: true, force: true });
}
