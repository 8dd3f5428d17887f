import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MachineId } from '../../contracts/parameters.js';
import { check } from '../options.js';
import { runScript } from '../../manager/scripts.js';

/** The flags that go to import_seed.py as they are: each name here, with underscores there. */
const TEXT = [
  ['--map <pairs>', 'sensor=column,… also for timestamp, run_id, rul, failure_mode; or a file of a JSON object'],
  ['--units <pairs>', 'sensor=unit,… of the data; refused where the profile has another'],
  ['--run-column <name>', 'column that tells which run a row is of'],
  ['--gap-hours <n>', 'a gap in time longer than this ends a run'],
  ['--interval-minutes <n>', 'time from row to row, for data without time stamps'],
  ['--time-unit <unit>', 'ms, s, min or h: unit of time stamps that are plain numbers'],
  ['--resample <minutes>', 'interpolate irregular or missing rows onto this interval'],
  ['--censored <runs>', 'runs that did not fail, by their name: kept apart'],
  ['--failure-mode <name>', 'name of the failure where no column tells'],
  ['--delimiter <character>', 'between columns'],
  ['--machine-type <type>', 'for a new profile'],
  ['--manufacturer <text>', 'for a new profile'],
  ['--model <text>', 'for a new profile'],
  ['--description <text>', 'for a new profile'],
] as const;
const SWITCHES = [
  ['--no-failures', 'no run ends with a failure: no RUL'],
  ['--new-profile', 'make the profile from these data though there is one'],
  ['--replace', 'replace rows that were imported before'],
] as const;

export function addImportCommand(machine: Command): void {
  const command = machine
    .command('import')
    .description('recorded run-to-failure rows become a machine’s seed')
    .argument('<machine>')
    .requiredOption('--csv <file>', 'the rows: CSV, or parquet');
  for (const [flags, what] of [...TEXT, ...SWITCHES]) command.option(flags, what);
  command.option('--json', 'print the result as JSON').action(importSeed);
}

type ImportOptions = Record<string, string | boolean | undefined> & { csv: string; json?: boolean };

async function importSeed(machineId: string, options: ImportOptions): Promise<void> {
  const id = check(MachineId, machineId);
  const result = await runScript('GAN/scripts/import_seed.py', importArgs(id, options));
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(result, null, 2)}\n`
      : `${id}: ${result.summary}\nnext: npm run gan -- machine run ${id}\n`,
  );
}

/** The script's flags. A file of pairs is named from where the person is, not from where the script runs. */
export function importArgs(machineId: string, options: ImportOptions): string[] {
  const args = ['--machine_id', machineId, '--csv', resolve(options.csv)];
  for (const [flags] of TEXT) {
    const name = flags.slice(2).split(' ')[0] ?? '';
    const value = options[camel(name)];
    if (typeof value === 'string')
      args.push(`--${name.replaceAll('-', '_')}=${value.endsWith('.json') ? resolve(value) : value}`);
  }
  // Commander gives `--no-failures` as failures: false.
  if (options['failures'] === false) args.push('--no_failures');
  if (options['newProfile'] === true) args.push('--new_profile');
  if (options['replace'] === true) args.push('--replace');
  return args;
}

function camel(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
