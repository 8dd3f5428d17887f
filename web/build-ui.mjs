// Builds the console's pages, again whenever a source has changed: under a second, so there is nothing to commit and
// nothing to run by hand.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The built pages: `page` is the HTML document, with `{{nonce}}` where a nonce belongs; `files` lie in `folder`.
 * @typedef {{ folder: string, files: string[], page: string }} Ui
 */

const SOURCES = ['web/ui', 'contracts', 'web/build-ui.mjs', 'package-lock.json'];
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
  const esbuild = await import('esbuild');
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => join('web/ui', name)),
    outdir: unfinished,
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
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  writeFileSync(join(unfinished, 'index.html'), pageOf(root, metafile));
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
 * @param {string} root
 * @param {import('esbuild').Metafile} metafile
 */
function pageOf(root, { outputs }) {
  const built = new Map(
    Object.entries(outputs).flatMap(([path, { entryPoint, cssBundle }]) =>
      entryPoint === undefined ? [] : [[basename(entryPoint), { script: basename(path), style: cssBundle }]],
    ),
  );
  /** @param {string} entry */
  const scriptOf = (entry) => `/assets/${built.get(entry)?.script}`;
  return readFileSync(join(root, 'web/ui/index.html'), 'utf8')
    .replace('{{early}}', scriptOf('early.ts'))
    .replace('{{main}}', scriptOf('main.tsx'))
    .replace('{{worker}}', scriptOf('events-worker.ts'))
    .replace('{{style}}', `/assets/${basename(built.get('main.tsx')?.style ?? '')}`);
}

/** @param {string} builds */
function removeOld(builds) {
  const age = (/** @type {string} */ name) => statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = readdirSync(builds).sort((a, b) => age(b) - age(a));
  for (const name of old.slice(KEPT)) rmSync(join(builds, name), { recursive: true, force: true });
}
