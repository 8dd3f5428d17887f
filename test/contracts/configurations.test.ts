import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { parseConfiguration } from '../../activities/configuration.js';
import type { FailureDetail } from '../../contracts/failures.js';
import { printable } from '../../contracts/printable.js';

/**
 * One list of configurations, good and bad: Python and TypeScript accept and refuse the same, and name the same field.
 * test/python/machine/test_configurations.py reads it too.
 */
interface Case {
  name: string;
  /** The field that is refused; null: the configuration is good, but for what `asks` names, which only Python tells. */
  field: string | null;
  text?: string;
  remove?: string[];
  set?: Record<string, unknown>;
  /** Text in place of a value, as it stands in the file. */
  raw?: Record<string, string>;
  long?: Record<string, number>;
  nested?: Record<string, number>;
  nestedObjects?: Record<string, number>;
  keys?: number;
  sensors?: number;
}
type Json = Record<string, unknown>;

const LIST = JSON.parse(readFileSync(join(import.meta.dirname, 'configurations.json'), 'utf8')) as {
  base: Json & { sensors: Json[] };
  cases: Case[];
};

function refusal(text: string): { message: string; field: string | null } | null {
  try {
    parseConfiguration(text, 'case');
    return null;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    expect(error).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    return { message: error.message, field: (error.details?.[0] as FailureDetail).field };
  }
}

it('has at least 60 of them', () => {
  expect(LIST.cases.length).toBeGreaterThanOrEqual(60);
});

it.each(LIST.cases)('$name', (one) => {
  const refused = refusal(configurationText(one));
  expect(refused?.field ?? null).toBe(one.field);
  expect((refused?.message ?? '').length).toBeLessThan(6000);
  expect(printable(refused?.message ?? '')).toBe(refused?.message ?? '');
});

it('what is missing is called missing and what is wrong is shown', () => {
  const text = JSON.stringify({
    ...LIST.base,
    sensors: undefined,
    sampling_interval_minutes: -1,
    machine_type: 'spaceship',
  });
  const types = 'motor, pump, cnc, fan, compressor, conveyor, hydraulic, cooling_tower, robot, transformer, turbofan';
  expect(refusal(text)?.message.split('; ')).toEqual([
    `profile of case: machine_type: must be one of ${types}, chiller, other (got "spaceship")`,
    'sampling_interval_minutes: must be a number of 1e-7 to 1000000 (got -1)',
    'sensors: missing',
  ]);
});

/** A case's text: the base with its changes. */
function configurationText(one: Case): string {
  if (one.text !== undefined) return one.text;
  const config = structuredClone(LIST.base);
  for (const path of one.remove ?? []) Reflect.deleteProperty(...place(config, path));
  for (const [path, value] of Object.entries(one.set ?? {})) put(config, path, value);
  for (const [path, length] of Object.entries(one.long ?? {})) put(config, path, 'x'.repeat(length));
  for (let at = 0; at < (one.keys ?? 0); at += 1) config[`k${at}`] = at;
  for (let at = 0; at < (one.sensors ?? 0); at += 1) config.sensors[at] = { ...config.sensors[0], name: `s${at}` };
  const raw = {
    ...one.raw,
    ...mapped(one.nested, (depth) => '['.repeat(depth) + ']'.repeat(depth)),
    ...mapped(one.nestedObjects, (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  };
  for (const path of Object.keys(raw)) if (path !== '') put(config, path, `@${path}@`);
  let text = JSON.stringify(config);
  for (const [path, words] of Object.entries(raw)) {
    text = path === '' ? words.replace('{BASE', () => text.slice(0, -1)) : text.replace(`"@${path}@"`, () => words);
  }
  return text;
}

function mapped(depths: Record<string, number> = {}, make: (depth: number) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(depths).map(([path, depth]) => [path, make(depth)]));
}

function place(config: object, path: string): [object, string] {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  return [parts.reduce((at, part) => Reflect.get(at, part) as object, config), last];
}

function put(config: object, path: string, value: unknown): void {
  const [at, key] = place(config, path);
  Reflect.set(at, key, value);
}
