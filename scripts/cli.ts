import { Command, CommanderError } from 'commander';
import { addFleetCommands } from './commands/fleet.js';
import { addHealthCommands } from './commands/health.js';
import { addMachineCommands } from './commands/machine.js';
import { addServiceCommands } from './commands/services.js';
import { reportError } from './errors.js';
import { endWithReader } from './interrupt.js';

const LEFT_OPEN_MS = 3_000;

endWithReader();
const program = new Command('gan')
  .description('Regenerates synthetic run-to-failure data for a fleet of industrial machines, durably, on Temporal.')
  .showHelpAfterError('(--help shows what is allowed)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

addFleetCommands(program);
addMachineCommands(program);
addHealthCommands(program);
addServiceCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message by now; 0 is --help.
  process.exitCode = error instanceof CommanderError ? Math.min(error.exitCode * 2, 2) : reportError(error);
}
if (process.exitCode === undefined) process.exitCode = 0;
// Everything is closed by now; what a library has left open must not keep the command.
setTimeout(() => process.exit(), LEFT_OPEN_MS).unref();
