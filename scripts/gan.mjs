#!/usr/bin/env node
// The command line. Plain JavaScript, because it must run before anything is installed: it sets up what is missing,
// then hands over to the TypeScript program in this same process.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup } from './setup.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
await ensureSetup({ quiet: false });
const { register } = await import('tsx/esm/api');
register();
await import('./cli.ts');
