import type { Command } from 'commander';
import { later } from '../later.js';
import { number } from '../options.js';

const commands = () => import('../commands/health.js');

export function addHealthCommands(program: Command): void {
  program
    .command('health')
    .description('which machines have a valid profile, model and data set')
    .option('--json', 'print it as JSON')
    .action(later(async () => (await commands()).showHealth));
  program
    .command('validate')
    .description('measure a machine’s data set')
    .argument('<machine>')
    .option('--full', 'all rows and more draws: slower, figures that vary less')
    .option('--rul-cap <rows>', 'rows of RUL at which it is capped for RUL models (default 0.6 of a mean run)', number)
    .option('--json', 'print the report as JSON')
    .action(later(async () => (await commands()).validate));
  program
    .command('report')
    .description('write the fleet’s summary page, worst machines first')
    .option('--json', 'print its path as JSON')
    .action(later(async () => (await commands()).writeReport));
  program
    .command('logs')
    .description('what a machine’s latest run printed, also once it is over; without a machine, the worker’s log')
    .argument('[machine]')
    .option('--json', 'print it as JSON')
    .action(later(async () => (await commands()).showLogs));
}
