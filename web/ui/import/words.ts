import type { LISTS, AMOUNTS, SWITCHES, TEXTS } from './request.js';

type Name = (typeof TEXTS)[number] | (typeof AMOUNTS)[number] | (typeof LISTS)[number] | (typeof SWITCHES)[number];

/** What the page calls each option. */
export const LABELS: Record<Name, string> = {
  format: 'Format',
  delimiter: 'Between columns',
  decimal: 'Decimal mark',
  missing: 'Numbers that mean “missing”',
  columns: 'Names of the columns',
  timeUnit: 'Unit of time',
  dateOrder: 'Order of dates',
  timeZone: 'Time zone',
  settings: 'Set, not measured',
  intervalMinutes: 'A row every',
  resample: 'Interpolate onto',
  gapHours: 'A gap ends a run',
  censored: 'Runs that did not fail',
  failureMode: 'What ended the runs',
  noFailures: 'No run ends with a failure',
  splitAtFailures: 'Each row with a failure ends a run',
  machineType: 'Type',
  manufacturer: 'Maker',
  model: 'Model',
  description: 'Description',
  newProfile: 'Make the profile anew from these rows',
  replace: 'Replace rows that were imported before',
};

/** The script's flags that are no option of that name here. */
const OTHERS: Record<string, string> = {
  map: 'the table of columns',
  units: 'the units in the table of columns',
  drop: '“leave out” in the table of columns',
  run_column: '“run” in the table of columns',
};

/** A message of the script with its flags as this page calls them. */
export function inPageWords(text: string): string {
  return text
    .replaceAll(/--run_column '([^']*)'/g, 'choose “run” for $1 in the table of columns')
    .replaceAll(/--run_column <column>/g, 'choose “run” in the table of columns')
    .replaceAll(/--map timestamp=<column>/g, 'choose “time stamp” in the table of columns')
    .replaceAll(/--map rul=<column>/g, 'choose “remaining life (RUL)” in the table of columns')
    .replaceAll(/(?:argument )?--([a-z]+(?:_[a-z]+)*)(?: N\b)?/g, (flag, name: string) => {
      const label = LABELS[camel(name) as Name] as string | undefined;
      return label === undefined ? (OTHERS[name] ?? flag) : `“${label}”`;
    });
}

/** The option that a refusal blames; null: none of this page. */
export function optionOf(field: string | null): Name | null {
  const name = camel(field ?? '');
  return name in LABELS ? (name as Name) : null;
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
