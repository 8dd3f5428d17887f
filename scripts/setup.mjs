// Installs what this project needs: npm packages, a Python virtual environment with pinned packages.
// Uses Node's own modules only, because it runs before anything is installed. Done once, it costs a few milliseconds.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../manager/embedded/process-lock.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_STAMP = join(ROOT, 'node_modules', '.setup-stamp');
const TORCH = 'requirements/torch.txt';
const RUNTIME = 'requirements/runtime.txt';
const DEV = 'requirements/dev.txt';
const BENCH = 'requirements/bench.txt';
const MIN_NODE = [20, 19];

/** A Python environment: its folder and the locked requirements that are installed into it after PyTorch. */
/** @typedef {{ folder: string, requirements: string[] }} Environment */
const FOR_RUNNING = { folder: '.venv', requirements: [RUNTIME] };
const FOR_TESTS = { folder: '.venv', requirements: [RUNTIME, DEV] };
/** The stock synthesizer that `npm run bench` compares with; its licence and pins must not affect the others. */
const FOR_BENCH = { folder: '.venv-bench', requirements: [RUNTIME, BENCH] };

class SetupError extends Error {}

/**
 * Sets up what is missing or out of date.
 * @param {{ quiet?: boolean, dev?: boolean, bench?: boolean }} options
 *   `dev`: also what the tests need; `bench`: also the stock synthesizer
 */
export async function ensureSetup({ quiet = false, dev = false, bench = false } = {}) {
  const say = quiet ? () => undefined : (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  const wanted = [dev ? FOR_TESTS : FOR_RUNNING, ...(bench ? [FOR_BENCH] : [])];
  const isDone = () => nodeDone() && wanted.every(environmentDone);
  try {
    checkNode();
    checkPath();
    if (isDone()) return;
    const waiting = (/** @type {string} */ holder) => say(`waiting for another set-up (process ${holder})`);
    await withLock(join(ROOT, '.setup-lock'), waiting, async () => {
      if (isDone()) return;
      if (!nodeDone()) await installNode(say);
      for (const environment of wanted) {
        if (!environmentDone(environment)) await installPython(say, environment);
      }
      say('set-up done');
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(3);
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = MIN_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  throw new SetupError(`Node ${process.versions.node} is too old: this project needs ${MIN_NODE.join('.')} or newer`);
}

/** webpack, with which Temporal bundles workflows, and tsx give these characters in a path another meaning. */
function checkPath() {
  if (!/[!?]/.test(ROOT)) return;
  throw new SetupError(`the folder ${ROOT} has ! or ? in its path, which webpack cannot read: move or rename it`);
}

function nodeDone() {
  return readStamp(NODE_STAMP) === digest(['package-lock.json']);
}

/** @param {Environment} environment */
function environmentDone(environment) {
  const stamp = readStamp(stampOf(environment));
  const good = environment === FOR_RUNNING ? [FOR_RUNNING, FOR_TESTS] : [environment];
  return existsSync(pythonOf(environment)) && good.some((one) => stamp === digestOf(one));
}

/** @param {Environment} environment */
function pythonOf({ folder }) {
  return join(ROOT, folder, 'bin', 'python');
}

/** @param {Environment} environment */
function stampOf({ folder }) {
  return join(ROOT, folder, '.setup-stamp');
}

/** @param {Environment} environment */
function digestOf({ requirements }) {
  return digest([TORCH, ...requirements]) + (process.env['GAN_TORCH'] === 'gpu' ? '-gpu' : '');
}

/** @param {string[]} files */
function digest(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** @param {string} path */
function readStamp(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** @param {(line: string) => void} say */
async function installNode(say) {
  say('[1/3] npm packages: npm ci');
  // Even under NODE_ENV=production: the tests need it, and one stamp must mean one installation.
  await run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit'], 'npm ci failed; is the npm registry reachable?');
  writeFileSync(NODE_STAMP, digest(['package-lock.json']));
}

/**
 * @param {(line: string) => void} say
 * @param {Environment} environment
 */
async function installPython(say, environment) {
  const own = pythonOf(environment);
  if (!existsSync(own) || !runs(own, ['-m', 'pip', '--version'])) {
    const python = findPython();
    say(`[2/3] Python environment in ${environment.folder} (${python})`);
    rmSync(join(ROOT, environment.folder), { recursive: true, force: true });
    await run(
      python,
      ['-m', 'venv', join(ROOT, environment.folder)],
      'Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv',
    );
  }
  rmSync(stampOf(environment), { force: true });
  say('[3/3] Python packages: PyTorch first, the largest (some minutes)');
  await installTorch(say, own);
  say(`[3/3] Python packages: ${environment.requirements.join(', ')}`);
  await pip(own, ['--require-hashes', ...environment.requirements.flatMap((file) => ['-r', file])]);
  writeFileSync(stampOf(environment), digestOf(environment));
}

/**
 * The CPU build of PyTorch where pip finds one, else the default build, which on Linux brings CUDA along.
 * GAN_TORCH_INDEX adds an index to look in; GAN_TORCH=gpu asks for the default build.
 * @param {(line: string) => void} say
 * @param {string} python
 */
async function installTorch(say, python) {
  const pinned = readFileSync(join(ROOT, TORCH), 'utf8')
    .split('\n')
    .find((line) => line.startsWith('torch=='))
    ?.trim();
  if (pinned === undefined) throw new SetupError(`${TORCH} pins no torch`);
  const index = process.env['GAN_TORCH_INDEX'];
  const extra = index === undefined || index === '' ? [] : ['--extra-index-url', index];
  if (process.platform === 'linux' && process.env['GAN_TORCH'] !== 'gpu') {
    const cpu = spawnSync(
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...extra, `${pinned}+cpu`],
      { cwd: ROOT, stdio: 'ignore' },
    );
    if (cpu.status === 0) return;
    say('      no CPU build of PyTorch in pip’s indexes: taking the default build, with CUDA (several GB).');
    say('      GAN_TORCH_INDEX=<address of PyTorch’s CPU wheels, see pytorch.org> avoids that.');
  }
  await pip(python, [...extra, '-r', TORCH]);
}

/**
 * @param {string} python
 * @param {string[]} args
 */
async function pip(python, args) {
  await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args],
    'pip install failed; is the Python package index reachable?',
  );
}

function findPython() {
  const named = process.env['PYTHON'];
  const names =
    named !== undefined && named !== ''
      ? [named]
      : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const found = names.find((name) => runs(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']));
  if (found !== undefined) return found;
  throw new SetupError(
    `no Python 3.10 or newer (looked for ${names.join(', ')}); ` +
      'install one, or name it: PYTHON=/path/to/python npm run setup',
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} whenItFails
 */
async function run(command, args, whenItFails) {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      said.push(error.message);
      resolve(1);
    });
    child.once('close', resolve);
  });
  if (status !== 0) throw new SetupError(`${whenItFails}\n${said.join('').trim().split('\n').slice(-15).join('\n')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureSetup({ dev: process.argv.includes('--dev'), bench: process.argv.includes('--bench') });
  const { ensureBuilt } = await import('./build.mjs');
  await ensureBuilt();
  process.stderr.write('everything is set up\n');
}
