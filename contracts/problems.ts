import { z } from 'zod';
import { printable } from './printable.js';

/**
 * What is wrong with an input, in words: `field: must be … (got …)`, or `field: missing`. What a field must be is read
 * from the schema alone, so that Python, which reads the exported schema, says the same.
 */
export interface Problem {
  /** Where, as sensors.0.normal. */
  field: string;
  text: string;
}

/** Nobody reads more than these, and Temporal would not accept them. */
const MOST = 10;

/** A JSON Schema's node, as far as this module reads one. */
export interface Node {
  [key: string]: unknown;
  type?: string | string[];
  allowed?: string;
  enum?: unknown[];
  const?: string | number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Node>;
  items?: Node;
  prefixItems?: Node[];
  additionalProperties?: Node | boolean;
  anyOf?: Node[];
}

/** A zod schema as JSON Schema; each node says in `allowed` what its value must be. */
export function exportSchema(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Node;
      // It describes a record's keys; messages are about its values.
      delete node['propertyNames'];
      const words = node.allowed ?? allowedBy(node);
      if (words !== null) node.allowed = words;
    },
  }) as Node;
}

/** One entry a problem, the first few of them; an input that is not an object, or is nested absurdly deep, has one. */
export function problemsOf(error: z.ZodError, input: unknown, schema: z.ZodType, root = 'input'): Problem[] {
  const node = exportSchema(schema);
  const found = new Map<string, Problem>();
  for (const issue of error.issues) {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) {
      if (found.size > MOST) break;
      const field = fieldOf(path) || root;
      if (!found.has(field)) found.set(field, { field, text: textOf(issue, path, input, node) });
    }
  }
  const problems = [...found.values()];
  return problems.length <= MOST ? problems : [...problems.slice(0, MOST), { field: '', text: 'and more' }];
}

/** A problem as a line. */
export function lineOf({ field, text }: Problem): string {
  return field === '' ? text : `${field}: ${text}`;
}

export function describeProblems(error: z.ZodError, input: unknown, schema: z.ZodType): string[] {
  return problemsOf(error, input, schema).map(lineOf);
}

function textOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[], input: unknown, schema: Node): string {
  const value = valueAt(input, path);
  if (issue.code === 'unrecognized_keys') return `there is no such field (got ${shown(value)})`;
  if (value === undefined) return 'missing';
  // The message of a rule between fields is complete.
  const words = issue.code === 'custom' ? issue.message : `must be ${nodeAt(schema, path)?.allowed ?? issue.message}`;
  return `${words} (got ${shown(value)})`;
}

/** A path as people write it; a hostile key is shortened. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((part) => cut(printable(String(part)), 64)).join('.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? at[key as keyof typeof at] : undefined,
    input,
  );
}

function nodeAt(schema: Node, path: readonly PropertyKey[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => {
    if (typeof key === 'number') return node?.prefixItems?.[key] ?? node?.items;
    const rest = node?.additionalProperties;
    return node?.properties?.[String(key)] ?? (typeof rest === 'object' ? rest : undefined);
  }, schema);
}

/** Any value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const few = value.length > 0 && value.length <= 8 && value.every((item) => typeof item === 'number');
    return few ? `[${value.join(', ')}]` : `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return String(value);
  return printable(cut(value === undefined ? 'nothing' : JSON.stringify(value), 80));
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** What a value must be, from the rules of its node; null where the node is a list of alternatives without words. */
function allowedBy(node: Node): string | null {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  if (node.const !== undefined) return String(node.const);
  if (node.anyOf !== undefined) {
    const words = node.anyOf.map(({ allowed }) => allowed).filter((word) => word !== undefined && word !== 'null');
    return words.length === 0 ? null : words.join(', or ');
  }
  const type = [node.type].flat().filter((name) => name !== 'null')[0];
  if (type === 'number' || type === 'integer') return numberWords(type, node);
  if (type === 'array') return `a list${range(node.minItems, node.maxItems)}`;
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'true or false';
  return type === 'object' ? 'an object' : (type ?? null);
}

function numberWords(type: 'number' | 'integer', node: Node): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number';
  const above = node.exclusiveMinimum;
  if (above === undefined) return noun + range(node.minimum, node.maximum);
  const below = node.exclusiveMaximum ?? node.maximum;
  const upper = node.exclusiveMaximum === undefined ? 'at most' : 'below';
  return `${noun} above ${above}${below === undefined ? '' : `, ${upper} ${below}`}`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return ` of at least ${least}`;
  return least === undefined ? ` of at most ${most}` : ` of ${least} to ${most}`;
}
