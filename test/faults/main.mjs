// `npm run test:faults` and `npm run chaos`. Plain JavaScript: sets up what is missing, then hands over to TypeScript.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from '../../scripts/setup.mjs';

process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
await ensureSetup({ dev: true });
const { register } = await import('tsx/esm/api');
register();
const programs = { suites: './run-suites.ts', chaos: './run-chaos.ts', takeover: './run-takeover.ts' };
await import(programs[/** @type {keyof typeof programs} */ (process.argv[2])]);
