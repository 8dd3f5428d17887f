import { Option } from 'commander';
import type { Command } from 'commander';
import { STEERING } from '../../contracts/runs.js';
import { STEPS } from '../../contracts/steps.js';
import { later } from '../later.js';
import { addParameterOptions, kebab } from '../options.js';
import { addImportCommand } from './import.js';

const commands = () => import('../commands/machine.js');

export function addMachineCommands(program: Command): void {
  const machine = program.command('machine').description('one machine');
  machine
    .command('create')
    .description('add a machine to the fleet')
    .requiredOption('--config <file>', 'its configuration, JSON')
    .option('--replace', 'replace the machine of that id')
    .option('--json', 'print the profile as JSON')
    .action(later(async () => (await commands()).create));
  addImportCommand(machine);
  for (const name of ['run', 'retry'] as const) {
    const what =
      name === 'run'
        ? 'take a machine through its steps, or watch the pipeline that is running'
        : 'the same for a machine that failed; what is up to date is skipped';
    addParameterOptions(machine.command(name).description(what).argument('<machine>'))
      .option('--force', 'run every step, even if it is up to date')
      .addOption(
        new Option('--from <step>', 'run this step and those after it, even if they are up to date').choices(
          STEPS.map(kebab),
        ),
      )
      .option('--json', 'print the result as JSON')
      .option('--no-worker', 'start no worker: others do the work')
      .action(later(async () => (await commands()).runMachine));
  }
  machine
    .command('status')
    .description('the state of a machine and its steps')
    .argument('<machine>')
    .option('--json', 'print the account as JSON')
    .action(later(async () => (await commands()).showMachine));
  machine
    .command('generations')
    .description('the generations of a machine’s data set: who made each, how good it is, which is published')
    .argument('<machine>')
    .option('--json', 'print them as JSON')
    .action(later(async () => (await commands()).listGenerations));
  machine
    .command('rollback')
    .description('publish the generation before the published one')
    .argument('<machine>')
    .option('--generation <name>', 'publish this one instead: its name, or the beginning of it')
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await commands()).rollBack));
  machine
    .command('verify')
    .description('make the published data set again from its manifest and compare digests')
    .argument('<machine>')
    .option('--full', 'also train the model again')
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await commands()).verify));
  machine
    .command('export')
    .description('write the published data set in the format of C-MAPSS, to data/cmapss/ under the data root')
    .argument('<machine>')
    .option('--json', 'print the files as JSON')
    .action(later(async () => (await commands()).exportCmapss));
  machine
    .command('retire')
    .alias('delete')
    .description('take a machine and all that is its own out of the fleet, to retired/ under the data root')
    .argument('<machine>')
    .option('--json', 'print what was moved as JSON')
    .action(later(async () => (await commands()).retire));
  machine
    .command('restore')
    .description('bring a retired machine back, as it was; without an id, list them')
    .argument('[machine]')
    .option('--json', 'print it as JSON')
    .action(later(async () => (await commands()).restore));
  for (const action of STEERING) {
    machine
      .command(action)
      .description(`${action} a machine's pipeline`)
      .argument('<machine>')
      .action(async (id: string) => (await commands()).steerMachine(action, id));
  }
}
