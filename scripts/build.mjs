// Compiles the command line into one program, again whenever a source has changed. Compiling takes a fifth of a second;
// translating each module on import takes longer, on every start. Uses only Node's own modules until it must build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the command line is built from, and what decides how. */
const SOURCES = ['scripts', 'manager', 'workers', 'workflows', 'activities', 'contracts', 'codec', 'web'];
const SINGLE_SOURCES = ['temporal.config.ts', 'tsconfig.json', 'package-lock.json'];
const SOURCE = /\.([cm]?[jt]s|json)$/;
const ENTRY = 'scripts/cli.ts';
/** How many builds stay: a command started before a change still loads modules of its own build. */
const KEPT = 8;

/**
 * The program, compiled if it is not yet.
 * @param {string} root the checkout
 * @returns {Promise<string>} path of the module to import
 */
export async function ensureBuilt(root = ROOT) {
  const builds = join(root, '.cache', 'build');
  for (;;) {
    const stamp = stampOf(root);
    const folder = join(builds, stamp);
    if (!existsSync(folder)) await build(root, folder);
    // A source that was saved meanwhile may be in it or not.
    if (stampOf(root) === stamp) return join(folder, 'cli.mjs');
  }
}

/**
 * A digest of each source's path, size and time of change. The root counts: paths of the sources are compiled in.
 * @param {string} root
 */
function stampOf(root) {
  const hash = createHash('sha256').update(root);
  const add = (/** @type {string} */ path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    hash.update(`\n${path} ${stat?.size} ${stat?.mtimeMs}`);
  };
  for (const path of SINGLE_SOURCES) add(path);
  for (const folder of SOURCES) {
    if (!existsSync(join(root, folder))) continue;
    const names = readdirSync(join(root, folder), { recursive: true }).map(String);
    for (const name of names.filter((name) => SOURCE.test(name)).sort()) add(join(folder, name));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds into a folder that appears whole: commands that start at once may all build, and one of them is the first.
 * @param {string} root
 * @param {string} folder
 */
async function build(root, folder) {
  const unfinished = `${folder}.${process.pid}.tmp`;
  const esbuild = await import('esbuild');
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outdir: unfinished,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [WHERE_SOURCES_ARE],
  });
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
 * A module that asks where it is (import.meta) is told where its source is, not where the build is.
 * @type {import('esbuild').Plugin}
 */
const WHERE_SOURCES_ARE = {
  name: 'where-sources-are',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => ({
      loader: path.endsWith('.ts') ? 'ts' : 'js',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    }));
  },
};

/** @param {string} builds */
function removeOld(builds) {
  const age = (/** @type {string} */ name) => statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = readdirSync(builds).sort((a, b) => age(b) - age(a));
  for (const name of old.slice(KEPT)) rmSync(join(builds, name), { recursive: true, force: true });
}
