import type { Command } from 'commander';
import { later } from '../later.js';

/** The options with a value, by the names of RowsImport's fields. */
const TEXT = [
  ['--map <pairs>', 'sensor=column,… also for timestamp, run_id, rul, failure_mode; or a JSON file'],
  ['--units <pairs>', 'units of the data, sensor=unit,…; refused if the profile has others'],
  ['--run-column <name>', 'column that says which run a row belongs to'],
  ['--gap-hours <n>', 'a gap in time longer than this ends a run'],
  ['--interval-minutes <n>', 'time from row to row, for data without time stamps'],
  ['--time-unit <unit>', 'ns, us, ms, s, min, h, d, excel or matlab: unit of time stamps that are plain numbers'],
  ['--resample <minutes>', 'interpolate irregular or missing rows onto this interval'],
  ['--censored <runs>', 'names of runs that did not fail; they are kept apart'],
  ['--failure-mode <name>', 'name of the failure, if no column gives it'],
  ['--delimiter <character>', 'separates columns (default: detected)'],
  ['--format <name>', 'cmapss: like NASA’s files, separated by blanks, no heading, unit and cycle first'],
  ['--columns <names>', 'names of the columns, a,b,…, of a file without a heading'],
  ['--drop <columns>', 'columns to leave out, a,b,…'],
  ['--decimal <mark>', '. or , (default: detected)'],
  [
    '--missing <numbers>',
    'numbers that mean a missing value, a,b,…, or none (default: -999, 9999 … far from all others)',
  ],
  ['--settings <columns>', 'columns that are set and not measured, a,b,…, or none (default: as they show)'],
  ['--date-order <order>', 'dmy, mdy or ymd: order of dates like 1/2/2025, if the data leave it open'],
  ['--time-zone <name>', 'time zone of local times, e.g. Europe/Berlin, for its clock changes'],
  ['--machine-type <type>', 'for a new profile'],
  ['--manufacturer <text>', 'for a new profile'],
  ['--model <text>', 'for a new profile'],
  ['--description <text>', 'for a new profile'],
] as const;
const SWITCHES = [
  ['--no-failures', 'no run ends with a failure: no RUL'],
  ['--split-at-failures', 'each row with a failure ends a run, also within one unit'],
  ['--new-profile', 'make the profile from these data even if there is one'],
  ['--replace', 'replace rows that were imported before'],
  ['--dry-run', 'say what is understood of the rows, and change nothing'],
] as const;

export function addImportCommand(machine: Command): void {
  const command = machine
    .command('import')
    .description('recorded run-to-failure rows become a machine’s seed')
    .argument('<machine>')
    .requiredOption('--csv <file>', 'the rows: CSV (may be gzipped) or parquet, or a folder of such files');
  for (const [flags, what] of [...TEXT, ...SWITCHES]) command.option(flags, what);
  command
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await import('../commands/import.js')).importSeed));
}
