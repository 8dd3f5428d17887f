import type { Command } from 'commander';
import { later } from '../later.js';

/** The options with a value, by the names of RowsImport's fields. */
const TEXT = [
  ['--map <pairs>', 'sensor=column,… also for timestamp, run_id, rul, failure_mode; or a file of a JSON object'],
  ['--units <pairs>', 'sensor=unit,… of the data; refused where the profile has another'],
  ['--run-column <name>', 'column that tells which run a row is of'],
  ['--gap-hours <n>', 'a gap in time longer than this ends a run'],
  ['--interval-minutes <n>', 'time from row to row, for data without time stamps'],
  ['--time-unit <unit>', 'ns, us, ms, s, min, h, d, excel or matlab: unit of time stamps that are plain numbers'],
  ['--resample <minutes>', 'interpolate irregular or missing rows onto this interval'],
  ['--censored <runs>', 'runs that did not fail, by their name: kept apart'],
  ['--failure-mode <name>', 'name of the failure where no column tells'],
  ['--delimiter <character>', 'between columns (default: as the file shows)'],
  ['--format <name>', 'cmapss: blanks, no heading, unit and cycle first, as NASA’s files'],
  ['--columns <names>', 'names of the columns, a,b,…, of a file without a heading'],
  ['--drop <columns>', 'columns that are left out, a,b,…'],
  ['--decimal <mark>', '. or , (default: as the file shows)'],
  [
    '--missing <numbers>',
    'numbers that stand for no value, a,b,…, or none (default: -999, 9999 … far from all others)',
  ],
  ['--date-order <order>', 'dmy, mdy or ymd: of dates like 1/2/2025, where no value tells'],
  ['--time-zone <name>', 'of local times, e.g. Europe/Berlin: clocks change there'],
  ['--machine-type <type>', 'for a new profile'],
  ['--manufacturer <text>', 'for a new profile'],
  ['--model <text>', 'for a new profile'],
  ['--description <text>', 'for a new profile'],
] as const;
const SWITCHES = [
  ['--no-failures', 'no run ends with a failure: no RUL'],
  ['--split-at-failures', 'each row that tells of a failure ends a run, also within a unit'],
  ['--new-profile', 'make the profile from these data though there is one'],
  ['--replace', 'replace rows that were imported before'],
] as const;

export function addImportCommand(machine: Command): void {
  const command = machine
    .command('import')
    .description('recorded run-to-failure rows become a machine’s seed')
    .argument('<machine>')
    .requiredOption('--csv <file>', 'the rows: CSV, also packed with gzip, or parquet; 2 GiB at most');
  for (const [flags, what] of [...TEXT, ...SWITCHES]) command.option(flags, what);
  command
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await import('../commands/import.js')).importSeed));
}
