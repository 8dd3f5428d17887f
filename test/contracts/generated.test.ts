import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles, withLists } from '../../scripts/export-schema.js';

const ROOT = join(import.meta.dirname, '../..');

it.each([...generatedFiles()])(
  '%s is what follows from the contracts: else `npm run schema` writes it',
  (path, content) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(content);
  },
);

it('nothing else lies among the generated files', () => {
  const known = [...generatedFiles().keys()].filter((path) => path.startsWith('contracts/generated/'));
  const found = readdirSync(join(ROOT, 'contracts/generated')).map((name) => `contracts/generated/${name}`);
  expect(found.sort()).toEqual(known.sort());
});

it('a document’s list is written anew between its marks, and nothing else', () => {
  const stale = 'before\n<!-- generated: exitStatuses (npm run schema) -->\nold\n<!-- end -->\nafter';
  expect(withLists(stale)).toMatch(/^before\n<!-- .* -->\nExit status: 0 success · 1 [^]*\n<!-- end -->\nafter$/);
});
