import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from '../../scripts/build.mjs';
import { PROJECT_ROOT } from '../support/python.js';

describe('the compiled command line', () => {
  let root: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'build-')));
    write(
      'scripts/cli.ts',
      "export { word } from '../manager/word.js';\nexport const here: string = import.meta.dirname;\n",
    );
    write('manager/word.ts', "export const word: string = 'one';\n");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  async function run(program: string): Promise<{ word: string; here: string }> {
    return (await import(pathToFileURL(program).href)) as { word: string; here: string };
  }

  it('is compiled once', async () => {
    const program = await ensureBuilt(root);
    expect((await run(program)).word).toBe('one');
    expect(await ensureBuilt(root)).toBe(program);
  });

  it('is compiled again when a source has changed, beside the one that still runs', async () => {
    const before = await ensureBuilt(root);
    write('manager/word.ts', "export const word: string = 'another';\n");
    const after = await ensureBuilt(root);
    expect((await run(after)).word).toBe('another');
    expect((await run(before)).word).toBe('one');
  });

  it('is compiled by commands that start at once, and is whole for each of them', async () => {
    const programs = await Promise.all([ensureBuilt(root), ensureBuilt(root), ensureBuilt(root)]);
    expect(new Set(programs).size).toBe(1);
    expect(readdirSync(join(root, '.cache/build'))).toEqual([basename(dirname(programs[0]))]);
  });

  it('finds files beside its sources', async () => {
    expect((await run(await ensureBuilt(root))).here).toBe(join(root, 'scripts'));
  });

  it('is not made when a source is wrong, and the message names it', async () => {
    write('manager/word.ts', 'export const word = ;\n');
    await expect(ensureBuilt(root)).rejects.toThrow(/manager\/word\.ts:1/);
  });
});

describe('what a command loads', () => {
  it('is commander alone for --help', async () => {
    expect(packagesOf(await ensureBuilt(PROJECT_ROOT))).toEqual(['commander']);
  });

  it('is nothing that talks to Temporal for health', async () => {
    const folder = dirname(await ensureBuilt(PROJECT_ROOT));
    const health = readdirSync(folder).find((name) => name.startsWith('health-')) ?? '';
    const packages = packagesOf(join(folder, health));
    expect(packages).toContain('zod');
    for (const slow of ['@temporalio/client', '@temporalio/worker', '@temporalio/proto', '@temporalio/activity'])
      expect(packages).not.toContain(slow);
  });
});

/** The packages that a compiled module imports before it runs, itself or by others. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  seen.add(file);
  const imported = [...readFileSync(file, 'utf8').matchAll(/^(?:import|\} from)\b[^;(]*"([^"]+)";$/gm)].map(
    ([, name = '']) => name,
  );
  const own = imported.filter((name) => name.startsWith('.')).map((name) => join(dirname(file), name));
  const further = own.filter((path) => !seen.has(path)).flatMap((path) => packagesOf(path, seen));
  const packages = imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  return [...new Set([...packages, ...further])].sort();
}
