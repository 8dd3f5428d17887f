import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Line } from './outcome.js';
import { faultTable, isClean } from './table.js';

/** Every fault test, with a table of faults and outcomes. Arguments go to jest: `crash damage`, `-t cancelled`. */
const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const file = join(folder, 'table.jsonl');
const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  'node_modules/jest/bin/jest.js',
  // Not last: it would take the names of suites that follow for patterns of its own.
  '--testMatch=**/test/faults/*.{faults,test}.ts',
  '--testTimeout=300000',
  '--runInBand',
];
const child = spawn(process.execPath, [...jest, ...process.argv.slice(3)], {
  env: { ...process.env, GAN_FAULTS_TABLE: file, GAN_FAULTS_REFERENCE: folder },
  stdio: 'inherit',
});
const [status] = (await once(child, 'exit')) as [number | null];
const text = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
const lines = text.map((line) => JSON.parse(line) as Line);
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\n${faultTable(lines)}\n`);
process.exitCode = status === 0 && isClean(lines) ? 0 : 1;
