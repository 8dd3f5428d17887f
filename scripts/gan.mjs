#!/usr/bin/env node
// The command line. Plain JavaScript, because it must run before anything is installed: it sets up what is missing,
// then hands over to the TypeScript program in this same process.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Where the person is: `npm run` has gone to the project's root by now, and says where it came from.
process.env['GAN_CALLED_FROM'] = (process.cwd() === root && process.env['INIT_CWD']) || process.cwd();
process.chdir(root);
await ensureSetup({ quiet: false });
const { register } = await import('tsx/esm/api');
register();
await import('./cli.ts');
