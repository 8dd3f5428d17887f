// Runs the suites, one after another, and ends with one line that adds them up: `N passed, N failed`.
//
//   node scripts/test.mjs                 every suite (`npm test`)
//   node scripts/test.mjs check           types, lint, direction of imports and format of both languages
//   node scripts/test.mjs unit            TypeScript tests that start no server
//   node scripts/test.mjs e2e             TypeScript tests against real and time-skipping servers
//   node scripts/test.mjs py              Python tests
//   … --coverage                          prints the coverage of what ran, too
//
// Sets up what is missing first. A suite that fails does not keep the others from running.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ title: string, command: string, args: string[] }} Check */

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const PYTHON = '.venv/bin/python';
const PYTHON_SOURCES = ['GAN', 'test/python', 'bench'];
const NPX = 'node_modules/.bin';
/** Folders of the tests that start a server. */
const SERVER_TESTS = 'test/(workflows|workers|e2e|faults|browser)/';
/** Where checks keep their results for unchanged files. */
const CACHE = '.cache';

/** @type {Check[]} */
const CHECKS = [
  { title: 'types', command: `${NPX}/tsc`, args: ['--noEmit', '--incremental', '--tsBuildInfoFile', `${CACHE}/tsc`] },
  {
    title: 'types of the pages',
    command: `${NPX}/tsc`,
    args: ['--noEmit', '-p', 'web/ui', '--incremental', '--tsBuildInfoFile', `${CACHE}/tsc-ui`],
  },
  { title: 'lint', command: `${NPX}/eslint`, args: ['.', '--cache', '--cache-location', `${CACHE}/eslint`] },
  { title: 'imports', command: `${NPX}/depcruise`, args: ['.', '--output-type', 'err-long'] },
  { title: 'format', command: `${NPX}/prettier`, args: ['--check', '--log-level', 'warn', '.'] },
  { title: 'Python types', command: PYTHON, args: ['-m', 'mypy', ...PYTHON_SOURCES] },
  {
    title: 'Python imports',
    command: 'env',
    args: ['PYTHONPATH=GAN', '.venv/bin/lint-imports', '--no-logo', '--cache-dir', `${CACHE}/imports`],
  },
  { title: 'Python lint', command: PYTHON, args: ['-m', 'ruff', 'check', '--quiet', ...PYTHON_SOURCES] },
  { title: 'Python format', command: PYTHON, args: ['-m', 'ruff', 'format', '--quiet', '--check', ...PYTHON_SOURCES] },
];

const coverage = process.argv.includes('--coverage');
/** Where the suites leave their reports. */
const reports = mkdtempSync(join(tmpdir(), 'fleet-test-'));

/** @type {Record<string, () => Promise<Counts>>} */
const SUITES = {
  check: () => checks(),
  unit: () => jest(['--testPathIgnorePatterns', SERVER_TESTS]),
  e2e: () => jest(['--testPathPatterns', SERVER_TESTS]),
  jest: () => jest([]),
  py: () => pytest(),
};

const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = named.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`no suite ${unknown.join(', ')}; there are: ${Object.keys(SUITES).join(', ')}\n`);
  process.exit(2);
}
await ensureSetup({ dev: true });
mkdirSync(CACHE, { recursive: true });

/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of named.length > 0 ? named : ['check', 'jest', 'py']) {
  const counts = (await SUITES[name]?.()) ?? { passed: 0, failed: 1, skipped: 0 };
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  process.stdout.write(`── ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'}\n`);
}
rmSync(reports, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** The checks, two at a time: the slow ones of both languages come first and run side by side. */
async function checks() {
  const waiting = [...CHECKS];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { status, output } = await run(next.command, next.args, 'collect');
      counts[status === 0 ? 'passed' : 'failed'] += 1;
      process.stdout.write(`── ${next.title}: ${status === 0 ? 'passed' : `FAILED\n${output}`}\n`);
    }
  };
  await Promise.all([lane(), lane()]);
  return counts;
}

/** @param {string[]} chosen */
async function jest(chosen) {
  const report = join(reports, 'jest.json');
  const { status } = await run(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--runInBand'],
      ...['--json', `--outputFile=${report}`, ...chosen],
      ...(coverage ? ['--coverage', '--coverageReporters=text'] : []),
    ],
    // jest reports on stderr, and prints the JSON report on stdout as well as into the file.
    coverage ? 'both' : 'stderr',
  );
  return counted(status, () => {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests };
  });
}

async function pytest() {
  const report = join(reports, 'pytest.xml');
  const measured = coverage ? ['-m', 'coverage', 'run'] : [];
  const { status } = await run(PYTHON, [...measured, '-m', 'pytest', '-q', `--junitxml=${report}`], 'both');
  if (coverage) {
    await run(PYTHON, ['-m', 'coverage', 'combine', '--quiet'], 'both');
    await run(PYTHON, ['-m', 'coverage', 'report'], 'both');
  }
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
 * @param {string} command
 * @param {string[]} args
 * @param {'both' | 'stderr' | 'collect'} shown which of its streams are printed; collect: neither, both are returned
 * @returns {Promise<{ status: number, output: string }>}
 */
function run(command, args, shown) {
  const stream = shown === 'collect' ? 'pipe' : 'inherit';
  const child = spawn(command, args, { stdio: ['ignore', shown === 'stderr' ? 'ignore' : stream, stream] });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: 1, output: error.message }));
    child.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
