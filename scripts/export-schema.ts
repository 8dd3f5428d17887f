import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ARTIFACTS } from '../contracts/artifacts.js';
import { ALIASES, Configuration } from '../contracts/configuration.js';
import { DraftCheck } from '../contracts/draft.js';
import { ScriptEvent } from '../contracts/events.js';
import { FAILURES } from '../contracts/failures.js';
import { DEGRADATIONS, MACHINE_TYPES } from '../contracts/machine-types.js';
import { MAX_RUN_ROWS, Profile } from '../contracts/profile.js';
import { StepParameters } from '../contracts/parameters.js';
import { CONTROL } from '../contracts/printable.js';
import { exportSchema } from '../contracts/problems.js';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';

/**
 * Everything generated from the contracts: JSON that Python reads, and the documents' lists. `npm run schema` writes
 * it; a test checks that it is up to date.
 */
const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = ['docs/commands.md', 'docs/operations.md'];

/** Every generated file by its path from the project's root, with its content. */
export function generatedFiles(): Map<string, string> {
  const values: Record<string, unknown> = {
    'events.schema': z.toJSONSchema(ScriptEvent),
    'profile.schema': exportSchema(Profile),
    'configuration.schema': exportSchema(Configuration),
    'draft.schema': z.toJSONSchema(DraftCheck),
    aliases: ALIASES,
    'parameters.schema': exportSchema(StepParameters),
    'machine-types': { degradations: DEGRADATIONS, types: MACHINE_TYPES },
    artifacts: ARTIFACTS,
    failures: FAILURES,
    limits: { maxRunRows: MAX_RUN_ROWS, control: CONTROL },
  };
  const json = Object.entries(values).map(
    ([name, value]) => [`contracts/generated/${name}.json`, `${JSON.stringify(value, null, 2)}\n`] as const,
  );
  const documents = DOCUMENTS.map((path) => [path, withLists(readFileSync(join(ROOT, path), 'utf8'))] as const);
  return new Map([...json, ...documents]);
}

/** A document with its generated parts brought up to date: those between `<!-- generated: NAME … -->` and its end. */
export function withLists(document: string): string {
  return document.replaceAll(
    /(<!-- generated: (\w+)[^>]*-->\n)[^]*?(\n<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const list = LISTS[name];
      return list === undefined ? whole : `${begin}${list()}${end}`;
    },
  );
}

/** Text wrapped to the documents' width. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,130})(?: |$)/g, '$1\n').trimEnd();
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const LISTS: Record<string, () => string> = {
  exitStatuses: () => {
    const rows = Object.values(FAILURES).flatMap(({ exitStatus, meaning }) =>
      meaning === null ? [] : [`${exitStatus} ${meaning}`],
    );
    return wrapped(`Exit status: ${['0 success', ...rows].join(' · ')}.`);
  },
  searchAttributes: () =>
    wrapped(
      `The namespace needs these search attributes of type Keyword: ${Object.values(SEARCH_ATTRIBUTES)
        .map((name) => `\`${name}\``)
        .join(', ')}.`,
    ),
  stepParameters: () => {
    const rows = Object.entries(StepParameters.shape).map(([name, schema]) => {
      const { minimum, maximum, enum: choices, allowed } = z.toJSONSchema(schema);
      const range =
        minimum === undefined
          ? typeof allowed === 'string'
            ? allowed
            : (choices ?? []).join(', ')
          : `${minimum} to ${maximum ?? ''}`;
      return `| \`--${kebab(name)}\` | ${String(schema.def.defaultValue)} | ${range} | ${schema.description ?? ''} |`;
    });
    return ['| flag | default | allowed | what |', '| --- | --- | --- | --- |', ...rows].join('\n');
  },
};

if (process.argv[1]?.endsWith('export-schema.ts') === true) {
  for (const [path, content] of generatedFiles()) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
  }
}
