// Runs every suite, one after another, and ends with one line that adds them up: `N passed, N failed`.
// Sets up what is missing first. A suite that fails does not keep the others from running.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
await ensureSetup({ dev: true });

const reports = mkdtempSync(join(tmpdir(), 'fleet-test-'));
const PYTHON = '.venv/bin/python';
const PYTHON_SOURCES = ['GAN', 'test/python', 'bench'];

/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [title, command, args, env] of /** @type {[string, string, string[], Record<string, string>][]} */ ([
  ['type check', 'node_modules/.bin/tsc', ['--noEmit'], {}],
  ['lint', 'node_modules/.bin/eslint', ['.'], {}],
  ['Python lint', PYTHON, ['-m', 'ruff', 'check', ...PYTHON_SOURCES], {}],
  ['Python format', PYTHON, ['-m', 'ruff', 'format', '--check', ...PYTHON_SOURCES], {}],
  ['Python types', PYTHON, ['-m', 'mypy', ...PYTHON_SOURCES], {}],
])) {
  const good = (await run(title, command, args, env)) === 0;
  add(title, good ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
}
add('jest', await jest());
add('pytest', await pytest());
rmSync(reports, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function jest() {
  const report = join(reports, 'jest.json');
  const args = [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--runInBand',
    '--json',
    `--outputFile=${report}`,
  ];
  const status = await run('jest', process.execPath, args, {}, 'stderr');
  return counted(status, () => {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests };
  });
}

async function pytest() {
  const report = join(reports, 'pytest.xml');
  const status = await run('pytest', PYTHON, ['-m', 'pytest', '-q', `--junitxml=${report}`], {});
  return counted(status, () => {
    const suite = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
    const count = (/** @type {string} */ name) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    return { passed: count('tests') - failed - count('skipped'), failed, skipped: count('skipped') };
  });
}

/**
 * A suite's counts. One that ran nothing, or failed without a failed test, counts as a failure.
 * @param {number} status
 * @param {() => Counts} read
 * @returns {Counts}
 */
function counted(status, read) {
  try {
    const counts = read();
    const silent = (status !== 0 && counts.failed === 0) || counts.passed + counts.failed === 0;
    return silent ? { ...counts, failed: counts.failed + 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * @param {string} title
 * @param {Counts} counts
 */
function add(title, counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  process.stdout.write(`── ${title}: ${counts.failed === 0 ? 'passed' : 'FAILED'}\n`);
}

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {'stdout' | 'stderr'} shown jest tells its story on stderr and prints JSON on stdout
 * @returns {Promise<number>} exit status
 */
function run(title, command, args, env, shown = 'stdout') {
  process.stdout.write(`\n── ${title}\n`);
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', shown === 'stdout' ? 'inherit' : 'ignore', 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (status) => {
      resolve(status ?? 1);
    });
  });
}
