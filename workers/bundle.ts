import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { FAILURE_CONVERTER } from '../codec/payload-codec.js';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['workflows', 'contracts', 'codec'];

/**
 * The workflows' bundle, from `.cache/` when the sources have not changed: bundling takes seconds, reading does not.
 * @param encrypted whether failures' messages go into payloads, for the codec to encrypt
 * @returns path of the bundle
 */
export async function workflowBundle(encrypted = false): Promise<string> {
  const path = join(PROJECT, '.cache', `workflows-${await sourceDigest()}${encrypted ? '-encrypted' : ''}.js`);
  if (!(await exists(path))) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(PROJECT, 'workflows', 'index.ts'),
      ...(encrypted ? { failureConverterPath: FAILURE_CONVERTER } : {}),
      logger: new DefaultLogger('WARN'),
    });
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}.tmp`;
    await writeFile(temporary, code);
    await rename(temporary, path);
  }
  return path;
}

async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256').update(sdkVersion());
  for (const folder of SOURCES) {
    const names = (await readdir(join(PROJECT, folder))).filter((name) => name.endsWith('.ts'));
    for (const name of names.sort()) {
      hash.update(name).update(await readFile(join(PROJECT, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function sdkVersion(): string {
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  return version;
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch {
    return false;
  }
}
