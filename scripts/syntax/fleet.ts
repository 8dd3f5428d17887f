import type { Command } from 'commander';
import { STEERING } from '../../contracts/runs.js';
import type { RunOptions } from '../commands/fleet.js';
import { later } from '../later.js';
import { addParameterOptions, list, number } from '../options.js';

const commands = () => import('../commands/fleet.js');

export function addFleetCommands(program: Command): void {
  const fleet = program.command('fleet').description('runs of many machines');
  addParameterOptions(
    fleet.command('run').description('regenerate the data of the fleet, or attach to the run that is under way'),
  )
    .option('--machines <a,b>', 'only these machines', list)
    .option('--type <type>', 'only machines of this type')
    .option(
      '--only <failed|missing|stale>',
      'only machines that failed, have no data set, or whose data set is out of date',
    )
    .option('--concurrency <n>', 'machines in flight at once (default: training slots + 1)', number)
    .option('--force', 'run every step, even if it is up to date')
    .option('--name <name>', 'name of the run (default: date and time)')
    .option('--plan', 'print what would run, what would be skipped and why; change nothing')
    .option('--json', 'print the account as JSON')
    .option('--no-worker', 'start no worker: others do the work')
    .action(later(async () => (await commands()).runFleet));
  addParameterOptions(
    program
      .command('train-missing')
      .description('take the machines without a valid model and data set through their steps'),
  )
    .option('--plan', 'print what would run; change nothing')
    .option('--json', 'print the account as JSON')
    .option('--no-worker', 'start no worker: others do the work')
    .action(async (options: RunOptions) => (await commands()).runFleet({ ...options, only: 'missing' }));
  fleet
    .command('retry')
    .description('run the machines that failed or were cancelled again')
    .argument('[machines...]', 'default: all of them')
    .option('--name <name>', 'which run (default: the latest)')
    .option('--json', 'print the account as JSON')
    .action(later(async () => (await commands()).retry));
  fleet
    .command('next')
    .description('let a waiting machine be the next')
    .argument('<machine>')
    .option('--name <name>', 'which run (default: the latest)')
    .action(later(async () => (await commands()).runNext));
  fleet
    .command('status')
    .description('the account of a run')
    .option('--name <name>', 'which run (default: the latest)')
    .option('--json', 'print the account as JSON')
    .action(later(async () => (await commands()).showFleet));
  for (const action of STEERING) {
    fleet
      .command(action)
      .description(`${action} the run that is under way`)
      .option('--name <name>', 'which run (default: the latest)')
      .action(async (options: { name?: string }) => (await commands()).steerRun(action, options.name));
  }
}
