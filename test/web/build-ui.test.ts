import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { bundle, loadedWith, outputOf } from '../../web/build-ui.mjs';
import { PROJECT_ROOT } from '../support/python.js';

const MOST_KB = 250;
const PAGES = [...readFileSync(join(PROJECT_ROOT, 'web/ui/app.tsx'), 'utf8').matchAll(/import\('\.\/(.+)\.js'\)/g)];
const STYLES = join(PROJECT_ROOT, 'node_modules/@mantine/core');

let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ui-'));
  metafile = await bundle(PROJECT_ROOT, folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function gzipped(path: string): number {
  return gzipSync(readFileSync(join(PROJECT_ROOT, path))).length / 1024;
}

describe('the console’s pages', () => {
  it.each(PAGES.map(([, page = '']) => page))(`load at most ${MOST_KB} KB of JavaScript, gzipped: %s`, (page) => {
    const files = ['main', page].flatMap((name) => [...loadedWith(metafile, outputOf(metafile, `web/ui/${name}.tsx`))]);
    const size = [...new Set(files)].reduce((sum, path) => sum + gzipped(path), 0);
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThan(MOST_KB);
  });

  it('have the styles of the components that they use, and no others, in Mantine’s own order', () => {
    const used = new Set(
      Object.values(metafile.outputs).flatMap(({ inputs }) =>
        Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
          const name = /@mantine\/core\/esm\/.*?(\w+)\.module\.mjs$/.exec(path)?.[1];
          return name === undefined || bytesInOutput === 0 ? [] : [`${name}.css`];
        }),
      ),
    );
    const everything = readFileSync(join(STYLES, 'styles.css'), 'utf8');
    const place = (name: string) => everything.indexOf(readFileSync(join(STYLES, 'styles', name), 'utf8').trim());
    const wanted = readdirSync(join(STYLES, 'styles'))
      .filter((name) => used.has(name) || ['baseline.css', 'default-css-variables.css', 'global.css'].includes(name))
      .sort((a, b) => place(a) - place(b));
    const imported = readFileSync(join(PROJECT_ROOT, 'web/ui/mantine.css'), 'utf8');
    expect([...imported.matchAll(/core\/styles\/(.+)'/g)].map(([, name]) => name)).toEqual(wanted);
  });
});
