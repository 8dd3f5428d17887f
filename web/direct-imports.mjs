import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const INDEX = 'node_modules/@mantine/core/esm/index.mjs';

/**
 * Has the pages import each of Mantine's components from its own file. Through Mantine's index, the part that all pages
 * share would hold every component that any of them uses.
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
export function directImports(root) {
  return {
    name: 'direct-imports',
    setup(build) {
      const files = filesOf(root);
      build.onLoad({ filter: /[\\/]web[\\/]ui[\\/].*\.tsx?$/ }, ({ path }) => {
        const contents = directly(readFileSync(path, 'utf8'), files);
        return { contents, loader: path.endsWith('.tsx') ? 'tsx' : 'ts' };
      });
    },
  };
}

/**
 * What Mantine exports, each with the file that it is in.
 * @param {string} root
 * @returns {Map<string, string>}
 */
function filesOf(root) {
  const imports = readFileSync(join(root, INDEX), 'utf8').matchAll(/^import \{ (.+) \} from "(.+)";$/gm);
  const file = (/** @type {string} */ path) => join(root, INDEX, '..', path);
  return new Map(
    [...imports].flatMap(([, names = '', path = '']) => names.split(', ').map((name) => [name, file(path)])),
  );
}

/**
 * @param {string} text a source file
 * @param {Map<string, string>} files
 */
function directly(text, files) {
  return text.replace(/^import \{([^}]+)\} from '@mantine\/core';$/gm, (statement, /** @type {string} */ names) => {
    const parts = names
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const from = (/** @type {string} */ part) => files.get(part.split(' ')[0] ?? '');
    // A name that the index takes from elsewhere still comes through it.
    if (parts.some((part) => from(part) === undefined)) return statement;
    return parts.map((part) => `import { ${part} } from ${JSON.stringify(from(part))};`).join(' ');
  });
}
