// `npm run bench`: sets up what it needs, the stock synthesizer included, then measures. Options: `-- --help`.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from '../scripts/setup.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
await ensureSetup({ bench: true });
const env = { ...process.env, PYTHONPATH: 'GAN', PYTHONUNBUFFERED: '1' };
const child = spawn('.venv-bench/bin/python', [join('bench', 'bench.py'), ...process.argv.slice(2)], {
  env,
  stdio: 'inherit',
});
child.once('close', (status) => {
  process.exitCode = status ?? 1;
});
