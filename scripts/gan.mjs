#!/usr/bin/env node
// The command line. Plain JavaScript, because it must run before anything is installed: it sets up what is missing,
// compiles the TypeScript program where its sources have changed, and hands over to it in this same process.
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureSetup } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// The caller's folder: `npm run` has changed to the project's root by now, and says where it came from.
process.env['GAN_CALLED_FROM'] = (process.cwd() === root && process.env['INIT_CWD']) || process.cwd();
process.chdir(root);
await ensureSetup({ quiet: false });
await import(pathToFileURL(await ensureBuilt()).href);
