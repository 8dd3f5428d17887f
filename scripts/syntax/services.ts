import type { Command } from 'commander';
import { later } from '../later.js';

const commands = () => import('../commands/services.js');

export function addServiceCommands(program: Command): void {
  program
    .command('start')
    .description('server and worker, until Ctrl-C')
    .action(later(async () => (await commands()).start));
  program
    .command('worker')
    .description('one more worker, on the Temporal that the settings name')
    .action(later(async () => (await commands()).work));
}
