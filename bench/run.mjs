// `npm run bench` and `npm run bench:cmapss`: set up what they need, then measure. Options: `-- --help`.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from '../scripts/setup.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const [name, ...args] = process.argv.slice(2);
const cmapss = name === 'cmapss';
// Only the first compares with the stock synthesizer.
await ensureSetup({ bench: !cmapss });
const env = {
  ...process.env,
  PYTHONPATH: cmapss ? 'GAN:bench' : 'GAN',
  PYTHONUNBUFFERED: '1',
  ...(cmapss && { OMP_NUM_THREADS: '1' }),
};
const python = cmapss ? '.venv/bin/python' : '.venv-bench/bin/python';
const program = cmapss ? ['-m', 'cmapss'] : [join('bench', 'bench.py')];
const child = spawn(python, [...program, ...args], { env, stdio: 'inherit' });
child.once('close', (status) => {
  process.exitCode = status ?? 1;
});
