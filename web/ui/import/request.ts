import type { ImportOptions, Upload } from '../../../contracts/api/imports.js';
import type { COLUMN_ROLES } from '../../../contracts/rows-account.js';

export type Role = (typeof COLUMN_ROLES)[number];

/** What a person says of a column; what is not said is found out. */
export interface ColumnChoice {
  /** A role, a sensor, or left out; null: as it is found. */
  as: Role | 'sensor' | 'none' | null;
  /** The sensor's name and unit; empty: as they are found. */
  name: string;
  unit: string;
  /** The sensor's name as it was found when the person chose. */
  found: string | null;
}

/** The options that are one text field each, as typed. */
export const TEXTS = [
  'format',
  'delimiter',
  'decimal',
  'missing',
  'timeUnit',
  'dateOrder',
  'timeZone',
  'settings',
  'failureMode',
  'machineType',
  'manufacturer',
  'model',
  'description',
] as const;
export const AMOUNTS = ['gapHours', 'intervalMinutes', 'resample'] as const;
export const LISTS = ['columns', 'censored'] as const;
export const SWITCHES = ['noFailures', 'splitAtFailures', 'newProfile', 'replace'] as const;

type Field = (typeof TEXTS)[number] | (typeof AMOUNTS)[number] | (typeof LISTS)[number];

/** What the page holds, and keeps over a reload. */
export interface ImportDraft {
  machineId: string;
  upload: Upload | null;
  fields: Partial<Record<Field, string>>;
  switches: Partial<Record<(typeof SWITCHES)[number], boolean>>;
  columns: Record<string, ColumnChoice>;
}

export const NOTHING: ImportDraft = { machineId: '', upload: null, fields: {}, switches: {}, columns: {} };

/** The draft as the API takes it. */
export function optionsOf(draft: ImportDraft): ImportOptions {
  const { fields, switches } = draft;
  const given = (name: Field) => fields[name]?.trim() ?? '';
  const filled = <T>(names: readonly Field[], read: (text: string) => T) =>
    Object.fromEntries(names.filter((name) => given(name) !== '').map((name) => [name, read(given(name))]));
  return {
    ...columnOptions(draft),
    ...filled(TEXTS, (text) => text),
    ...filled(AMOUNTS, Number),
    ...filled(LISTS, wordsOf),
    ...Object.fromEntries(SWITCHES.filter((name) => switches[name] === true).map((name) => [name, true])),
  };
}

/** What is wrong with the fields that must be numbers. */
export function amountProblem(text: string | undefined): string | null {
  const number = Number(text?.trim() ?? '');
  return text === undefined || text.trim() === '' || (Number.isFinite(number) && number > 0)
    ? null
    : 'must be a number above 0';
}

function columnOptions({ columns }: ImportDraft) {
  const map: Record<string, string> = {};
  const units: Record<string, string> = {};
  const drop: string[] = [];
  for (const [column, { as, name, unit, found }] of Object.entries(columns)) {
    const sensor = name.trim() || (found ?? slugOf(column));
    if (as === 'none') drop.push(column);
    else if (as !== null && as !== 'sensor') map[as] = column;
    else if (as === 'sensor' || name.trim() !== '') map[sensor] = column;
    const measures = as === 'sensor' || (as === null && found !== null);
    if (measures && unit.trim() !== '') units[sensor] = unit.trim();
  }
  return { map, units, drop };
}

/** A column's name as a sensor's. */
function slugOf(column: string): string {
  const words = column.replace(/[[(].*$/, '').toLowerCase();
  const slug = words.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return /^[a-z]/.test(slug) ? slug : `s_${slug}`;
}

function wordsOf(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}
